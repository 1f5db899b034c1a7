"""A store on a real disk with a real key, a clock that can be set, and stock git as the judge."""

import os
import subprocess  # noqa: TID251 — stock git and ssh-keygen judge what was written
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ccontrol.model.record import Receipt
from ccontrol.store.creation import create
from ccontrol.store.keys import KeyKind, generate
from ccontrol.store.message import Message
from ccontrol.store.signing import Signer
from ccontrol.store.verify import Report, verify
from ccontrol.store.writer import Daemon, Writer

START = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
SAID = Message("press-3: OB1 changed", "The network block was called.", (("Change-Id", "c0ffee"),))


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


@dataclass
class Site:
    """One site: its folder, its key and its daemon."""

    folder: Path
    signer: Signer
    clock: SetClock = field(default_factory=SetClock)

    @classmethod
    def make(cls, folder: Path, kind: KeyKind = KeyKind.ED25519) -> "Site":
        site = cls(folder, generate(folder / "signing-key", kind))
        create(site.git_dir, site.daemon, site.clock)
        (folder / "allowed").write_text(site.daemon.trust.signers.text())
        return site

    @property
    def git_dir(self) -> Path:
        return self.folder / "plant-1"

    @property
    def daemon(self) -> Daemon:
        return Daemon("plant-1", self.signer)

    def writer(self) -> Writer:
        return Writer(self.git_dir, self.daemon, self.clock)

    def write(self, files: dict[str, bytes | None]) -> Receipt:
        self.clock.pass_by(seconds=1)
        with self.writer() as writer:
            receipt = writer.commit(files, message=SAID, when=self.clock.now())
        assert receipt is not None
        return receipt

    def verify(self, *witnesses: str) -> Report:
        return verify(self.git_dir, self.daemon.trust, witnesses=witnesses)

    def git(self, *arguments: str, code: int = 0, said: str = "") -> str:
        """Run stock git on the store, as somebody who has nothing of ours installed."""
        return git("--git-dir", str(self.git_dir), *self.trusting, *arguments, code=code, said=said)

    @property
    def trusting(self) -> tuple[str, ...]:
        return ("-c", f"gpg.ssh.allowedSignersFile={self.folder / 'allowed'}")


def git(*arguments: str, code: int = 0, said: str = "", where: Path | None = None) -> str:
    """Run stock git without anybody's settings; `said` goes to its input."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        env={**clean, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"},
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd=where,
    )
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def put_object(git_dir: Path, kind: str, content: bytes) -> str:
    """Let stock git write an object: for what ccontrol itself would never write."""
    done = subprocess.run(
        [
            "git",
            "--git-dir",
            str(git_dir),
            "hash-object",
            "--literally",
            "-w",
            "-t",
            kind,
            "--stdin",
        ],
        input=content,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def ssh_keygen(*arguments: str, said: bytes = b"", code: int = 0) -> str:
    """Run OpenSSH's own tool."""
    done = subprocess.run(
        ["ssh-keygen", *arguments],
        input=said,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout.decode()
