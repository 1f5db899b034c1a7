"""Keeping a store small, fast and sound: packing, the commit-graph, fsck. Never prunes.

Runs in the writer's own queue: blocking calls, while polling goes on. When to run is the engine's.
"""

from dataclasses import dataclass
from pathlib import Path

from ccontrol.store import git_process
from ccontrol.store.disk import Disk, named_failures

_MEMORY = ("-c", "pack.threads=1", "-c", "pack.windowMemory=32m", "-c", "pack.deltaCacheSize=64m")


@dataclass(frozen=True, slots=True)
class Usage:
    """What the objects take: how many lie loose, in how many packs the rest is, and bytes."""

    loose: int
    packs: int
    bytes_used: int


def room(git_dir: Path) -> Usage:
    """Measure a store. Counts names, reads nothing."""
    objects = git_dir / "objects"
    with named_failures(objects):
        loose = sum(1 for path in objects.glob("[0-9a-f][0-9a-f]/*"))
        packs = sum(1 for path in objects.glob("pack/*.pack"))
        used = sum(path.stat().st_blocks * 512 for path in objects.rglob("*"))
    return Usage(loose, packs, used)


def pack(git_dir: Path, lock_handle: int) -> None:
    """Gather loose objects into packs that grow geometrically, and drop what is then double.

    `lock_handle` is the writer's lock: if the daemon is killed, the store counts as held until
    git has ended too.
    """
    arguments = [*_MEMORY, "repack", "-q", "-d", "-l", "--geometric=2", "--write-midx"]
    git_process.run(git_dir, arguments, inherit=(lock_handle,))
    with named_failures(git_dir):
        Disk().sync(git_dir / "objects" / "pack")


def index_history(git_dir: Path, lock_handle: int) -> None:
    """Write the commit-graph with changed paths: the history of one controller in milliseconds."""
    arguments = ["commit-graph", "write", "--reachable", "--changed-paths", "--split"]
    git_process.run(git_dir, [*arguments, "--no-progress"], inherit=(lock_handle,))


def check(git_dir: Path) -> tuple[str, ...]:
    """Run `git fsck --strict` over everything; return its complaints, none when all is well.

    Signatures are verify's business. New commits go through unhindered on top of a damaged
    object, so this belongs on a schedule.
    """
    arguments = ["fsck", "--strict", "--no-dangling", "--no-progress", "--full"]
    done = git_process.attempt(git_dir, arguments)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    complaints = tuple(line for line in text.splitlines() if line.strip())
    if done.returncode != 0 and not complaints:
        return (f"git fsck ended with code {done.returncode}",)
    return complaints
