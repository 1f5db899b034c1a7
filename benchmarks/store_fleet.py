"""A store that holds a whole fleet, made fast: git's fast-import writes the files, we sign them.

Used by the other benchmarks of the store; measures nothing itself.
"""

import hashlib
import os
import subprocess  # noqa: TID251 — git fast-import seeds half a million files in seconds
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from ccontrol.store import commits, known_head, shadow, signing, trees, verify_commit
from ccontrol.store.creation import create
from ccontrol.store.disk import Disk
from ccontrol.store.keys import generate
from ccontrol.store.layout import ATTRIBUTES, ATTRIBUTES_PATH, BRANCH, shadow_path
from ccontrol.store.message import PARENT_TRAILER, TREE_TRAILER, Message, compose
from ccontrol.store.repository import Repository
from ccontrol.store.writer import Daemon

FILES = 100
AREAS = 50
START = datetime(2026, 1, 1, tzinfo=UTC)
_SEED = "refs/heads/seed"


@dataclass
class CountedClock:
    """A clock that moves a second with every look at it."""

    time: datetime = START

    def now(self) -> datetime:
        """Return the next second."""
        self.time += timedelta(seconds=1)
        return self.time

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return (self.time - START).total_seconds()


def folder(controller: int) -> str:
    """Return the folder of a controller: fifty areas, as a large site has them."""
    return f"plant/area-{controller % AREAS:02}/plc-{controller:05}"


def unit_path(controller: int, unit: int) -> str:
    """Return the path of one file of a controller."""
    return f"{folder(controller)}/units/FC{unit}--plc-{controller:05}.txt"


def unit_text(controller: int, unit: int, edition: int = 0) -> bytes:
    """Return some 2.7 KB that look like a rendered unit and are like no other's."""
    seed = hashlib.sha256(b"%d %d" % (controller, unit)).hexdigest()
    lines = [f"unit FC{unit} of plc-{controller:05}, edition {edition}", f"checksum {seed}"]
    lines += [
        f"{n:04}  L DBW {(n * 37 + unit) % 997}  // {seed[n % 60 : n % 60 + 4]}" for n in range(100)
    ]
    return "\n".join([*lines, ""]).encode("ascii")


def make_fleet(git_dir: Path, key: Path, controllers: int) -> Daemon:
    """Make a store whose second commit brings all files of all controllers."""
    daemon = Daemon("bench", generate(key))
    create(git_dir, daemon, CountedClock())
    git(git_dir, "config", "pack.compression", "1")
    _import(git_dir, controllers)
    _sign_seed(git_dir, daemon, controllers)
    return daemon


def git(git_dir: Path, *arguments: str) -> str:
    """Run stock git on a store and return what it printed."""
    command = ["git", "--git-dir", str(git_dir), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def _files(controllers: int) -> Iterator[tuple[str, bytes]]:
    yield ATTRIBUTES_PATH, ATTRIBUTES
    for controller in range(controllers):
        for unit in range(FILES):
            yield unit_path(controller, unit), unit_text(controller, unit)


def _import(git_dir: Path, controllers: int) -> None:
    command = ["git", "--git-dir", str(git_dir), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        stream = process.stdin
        if stream is None:
            raise OSError("git fast-import was started without its input")
        stream.write(f"commit {_SEED}\ncommitter seed <seed@bench> 1 +0000\ndata 0\n".encode())
        for path, content in _files(controllers):
            _modify(stream, path, content)
        stream.write(b"done\n")
    if process.returncode:
        raise OSError(f"git fast-import ended with code {process.returncode}")


def _modify(stream: IO[bytes], path: str, content: bytes) -> None:
    stream.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content))


def _sign_seed(git_dir: Path, daemon: Daemon, controllers: int) -> None:
    builder = trees.TreeBuilder(lambda _id: {}, lambda _entries: {})
    ids = builder.build(None, trees.plan(dict(_files(controllers)), ()))
    with Repository.open(git_dir) as repository:
        parent = repository.commit(repository.head() or "")
    if ids is None or ids.sha1.hex() != git(git_dir, "rev-parse", f"{_SEED}^{{tree}}"):
        raise ValueError("fast-import and the store disagree about the tree")
    own = ((TREE_TRAILER, ids.sha256.hex()), (PARENT_TRAILER, verify_commit.parent_shadow(parent)))
    text = compose(Message(f"Take {controllers} controllers"), own)
    stamp = parent.committed_s
    payload = commits.unsigned(ids.sha1.hex(), parent.id, daemon.identity, stamp, text)
    raw = commits.signed(payload, signing.sign(daemon.signer, payload))
    command = ["git", "--git-dir", str(git_dir), "hash-object", "-w", "-t", "commit", "--stdin"]
    done = subprocess.run(command, input=raw, capture_output=True, check=True)
    head = done.stdout.decode("ascii").strip()
    git(git_dir, "update-ref", BRANCH, head)
    git(git_dir, "update-ref", "-d", _SEED)
    known_head.remember(git_dir, head, Disk())
    with closing(shadow.writable(shadow_path(git_dir))) as cache:
        cache.put(builder.fresh)
    os.sync()
