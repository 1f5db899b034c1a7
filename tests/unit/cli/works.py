"""A plant at work: its daemon's writer is open, and people sign beside it with commands and git."""

import os
import subprocess  # noqa: TID251 — stock git and ssh-keygen are the judges
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import Clock, SystemClock
from ccontrol.errors import StoreError
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.record import Record
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.authority import sighting_message
from ccontrol.poll.pipeline import Line
from ccontrol.poll.sighted import Sighted
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.window import Looks
from ccontrol.store.keys import generate
from tests.unit.cli.plants import Plant, Run, block, seen, things

CLOCK = SystemClock()
REFUSED = -1
ROOTS = ("root-1", "root-2")


@dataclass
class Works:
    """A plant at work."""

    plant: Plant
    run: Run
    opened: OpenSite
    clock: Clock = CLOCK

    @classmethod
    def begin(cls, plant: Plant, run: Run, clock: Clock = CLOCK) -> "Works":
        """Pin roots, and let them say that Ada and Bob approve."""
        for name in (*ROOTS, "ada", "bob"):
            generate(plant.folder / name)
        roots = [" ".join((plant.folder / f"{name}.pub").read_text().split()[:2]) for name in ROOTS]
        text = plant.config.read_text()
        plant.config.write_text(f"{text}\n[site.people]\nroots = {roots!r}\n".replace("'", '"'))
        works = cls(plant, run, _opened(plant, clock), clock)
        draft = works.key("people.toml")
        works.ccontrol("people", "draft", draft)
        for who in ("ada", "bob"):
            person = ("--person", f"{who}@plant", "--public-key", works.key(f"{who}.pub"))
            works.ccontrol("people", "add", draft, *person, "--role", "approver")
        works.ccontrol("people", "sign", draft, "--key", works.key("root-1"))
        works.ccontrol("people", "commit", draft, "--key", works.key("ada"), code=20)
        works.ccontrol("people", "sign", draft, "--key", works.key("root-2"))
        works.ccontrol("people", "commit", draft, "--key", works.key("ada"))
        return works

    def restart(self) -> None:
        """Let another daemon open the store."""
        self.opened.close(10)
        self.opened = _opened(self.plant, self.clock)

    def ccontrol(self, *arguments: str | Path, code: int = 0) -> str:
        answer = self.run("--config", self.plant.config, *with_reason(arguments))
        assert answer.code == code, (arguments, answer)
        return answer.out + answer.err

    def approve(self, *names: str | Path, who: str = "ada", code: int = 0) -> str:
        return self.ccontrol("approve", *names, "--key", self.key(who), code=code)

    def key(self, name: str) -> Path:
        return self.plant.folder / name

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "--git-dir", str(self.plant.store), *arguments],
            capture_output=True,
            check=True,
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull},
        )
        return done.stdout.decode()

    def look(self) -> int:
        """Let the daemon look at approved."""
        return self.opened.scribe.give(self._looked).result(60)

    def _looked(self, line: Line) -> int:
        try:
            return see_approved(line, self.opened, self.clock)
        except StoreError:  # as the chore does; the writer itself would try again at once
            return REFUSED

    def only_written_down(self) -> None:
        """Let the daemon write down what it sees on approved, and be killed before it judges."""

        def first_half(line: Line) -> None:
            authority = line.authority
            assert authority is not None
            new = authority.look(line.writer.repository).new
            sightings = authority.sightings_of(new, {}, line.index.latest())
            line.commit_files(sightings, sighting_message("north", new))

        self.opened.scribe.give(first_half).result(60)

    def change(self, body: bytes, at: datetime, since: datetime) -> Record:
        """Let a poll find another OB1, which was as before at `since`."""
        units = things(block("OB1", body), block("FB12"))
        snapshot = replace(seen("press-3", *units), taken_at=at)
        press = self.opened.site.controllers[0]
        sighted = Sighted(press, snapshot, looks=Looks(since, since, since, since))
        written = self.opened.scribe.give(lambda line: line.take(sighted)).result(60)
        assert written.record is not None
        return written.record

    def judged(self, change_id: str) -> Authorised:
        """Return what the newest judgement of a change says."""
        answer = self.run("--config", self.plant.config, "show", change_id, "--json")
        found = answer.json["record"]["verdict"]["authorised"]
        return Authorised(
            Authorisation(found["word"]),
            found["reason"],
            found["by"],
            found["ticket"],
            found["window"],
        )

    def baselines(self) -> dict[str, tuple[str, int]]:
        """Return what status says of each controller, without asking whether a daemon answers."""
        answer = self.run("--config", self.plant.config, "status", "--json")
        (site,) = answer.json["sites"]
        return {
            one["controller_id"]: (one["baseline"], one["differs"]) for one in site["controllers"]
        }

    def differing(self, folder: str) -> int:
        """Return how many files stock git finds different."""
        names = self.git("diff", "--name-only", "approved", "observed", "--", folder)
        return len(names.splitlines())


@contextmanager
def at_work(plant: Plant, run: Run, clock: Clock = CLOCK) -> Iterator[Works]:
    """Open a plant's store as its daemon does; Ada and Bob may approve."""
    works = Works.begin(plant, run, clock)
    try:
        yield works
    finally:
        works.opened.close(10)


def journaled(works: Works, outcome: str) -> list[str]:
    """Return the reasons of the journal's lines of one outcome."""
    works.opened.ledger.flush(60)
    journal = works.opened.journal
    entries = (entry for day in journal.days() for entry in journal.read(day))
    return [entry.reason for entry in entries if entry.outcome.value == outcome]


def window(works: Works, name: str, since: datetime, *more: str, hours: float = 2) -> None:
    """Let bob sign a change window."""
    until = since + timedelta(hours=hours)
    times = ("--from", since.isoformat(), "--until", until.isoformat())
    words = ("--controller", "press-3", "--ticket", "T-3", "--requested-by", "ada@plant", *more)
    works.ccontrol("window", "add", name, *times, *words, "--key", works.key("bob"))


def with_reason(arguments: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    """Return the words of a command; an approval that gives neither ticket nor reason gets one."""
    if arguments[0] != "approve" or {"--ticket", "--reason"} & set(arguments):
        return arguments
    return (*arguments, "--reason", "as planned")


def _opened(plant: Plant, clock: Clock) -> OpenSite:
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    return open_site(site, plant.folder, clock)
