"""A plant with days of signed journal, people who approve with stock git, and packs of it."""

import os
import shutil
import subprocess  # noqa: TID251 — an auditor's own tools: sh, git, ssh-keygen
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from ccontrol.canonical.journal import fold, journal_path, render_summary
from ccontrol.cli import main
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store.keys import FileSigner, generate
from ccontrol.store.message import Message
from ccontrol.store.writer import Daemon, Writer
from tests.unit.cli.plants import Plant

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 20)
CLEAN = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
POPULATION = """asset_id,controller_id,name,impact,bcs,class,esp
PLC-1,press-3,"=cmd|'/c calc'!A1",high,BCS-1,BCA,ESP-1
PLC-2,mixer-1,Mixer,medium,BCS-1,BCA,ESP-1
HMI-9,,Panel,high,BCS-1,PCA,ESP-1
"""


def poll(
    controller: str, day: date, outcome: Outcome = Outcome.UNCHANGED, depth: Depth = Depth.FULL
) -> JournalEntry:
    """One poll at noon."""
    return JournalEntry(datetime.combine(day, time(12), UTC), controller, outcome, depth)


def commit_days(plant: Plant, days: dict[date, Iterable[JournalEntry]]) -> None:
    """Commit the summaries of these days, as the daemon does when each is over."""
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    key = site.store.signing_key
    assert isinstance(key, KeyFile)
    daemon = Daemon(site.name, FileSigner.load(key.path))
    with Writer(site.store.path, daemon, SystemClock()) as writer:
        for day, entries in days.items():
            content = render_summary(fold(day, entries), "ab" * 32, 900, 0)
            text = Message(f"journal of {day}", "", (("Class", "journal"),))
            when = datetime.combine(day + timedelta(days=1), time(0, 1), UTC)
            writer.commit({journal_path(day): content}, message=text, when=when)


def days_of(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def lived_in(plant: Plant, until: date = LAST) -> Plant:
    """Give a plant days of full reads, each of both controllers."""
    both = ("press-3", "mixer-1")
    commit_days(plant, {day: [poll(one, day) for one in both] for day in days_of(FIRST, until)})
    return plant


@dataclass
class Person:
    """Somebody who approves with stock git and a key of their own."""

    folder: Path
    name: str

    @classmethod
    def make(cls, folder: Path, name: str) -> "Person":
        generate(folder / name, comment=name)
        return cls(folder, name)

    @property
    def key(self) -> Path:
        return self.folder / self.name

    @property
    def line(self) -> str:
        public = self.key.with_name(f"{self.name}.pub").read_text().split()
        return f'{self.name}@plant.example namespaces="git" {public[0]} {public[1]}\n'

    def git(self, clone: Path, *arguments: str) -> str:
        who = ("-c", f"user.name={self.name}", "-c", f"user.email={self.name}@plant.example")
        sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={self.key}")
        return stock("git", "-C", str(clone), *who, *sign, *arguments)

    def clone(self, plant: Plant, *commits: str) -> Path:
        """Clone the store, with a branch approved that takes over what these commits hold."""
        clone = self.folder / f"clone-{self.name}"
        stock("git", "clone", "-q", "--branch", "observed", str(plant.store), str(clone))
        self.git(clone, "checkout", "-q", "--orphan", "approved")
        self.git(clone, "rm", "-q", "-r", "-f", "--cached", ".")
        for path in clone.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for commit in commits:
            self.approve(clone, commit)
        return clone

    def approve(self, clone: Path, commit: str, *trailers: str) -> None:
        self.git(clone, "restore", f"--source={commit}", "--staged", "--worktree", "--", "plant")
        text = "\n".join(("take over what runs", "", "Class: approval", *trailers))
        self.git(clone, "commit", "-q", "-S", "-m", text)

    def push(self, clone: Path) -> None:
        """Have whoever owns the store fetch the branch: its door lets in only what counts."""
        store = self.git(clone, "config", "remote.origin.url").strip()
        stock("git", "--git-dir", store, "fetch", "-q", str(clone), "approved:approved")


def stock(*command: str, code: int = 0) -> str:
    """Run somebody else's program without anybody's settings."""
    done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=False)
    assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def verify(pack: Path, signers: Path, *more: Path, code: int = 0) -> str:
    """Let an auditor check a pack, who has nothing of ours installed."""
    return stock("sh", str(pack / "verify.sh"), str(signers), *map(str, more), code=code)


def export(plant: Plant, key: Path, folder: Path, *options: str | Path) -> int:
    """Make a pack of the usual period."""
    usual = ("--framework", "nerc-cip-010", "--from", FIRST.isoformat(), "--until")
    named = ("--config", plant.config, "evidence", "export", *usual, LAST.isoformat())
    arguments = (*named, "--key", key, "-o", folder, *options)
    return main([str(one) for one in arguments])
