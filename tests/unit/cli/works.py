"""A plant at work: its daemon's writer is open, and people sign beside it with commands and git."""

import os
import subprocess  # noqa: TID251 — stock git and ssh-keygen are the judges
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.record import Record
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.sighted import Sighted
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.window import Looks
from ccontrol.store.keys import generate
from tests.unit.cli.plants import Plant, Run, block, seen, things

CLOCK = SystemClock()
ROOTS = ("root-1", "root-2")


@dataclass
class Works:
    """A plant at work."""

    plant: Plant
    run: Run
    opened: OpenSite

    @classmethod
    def begin(cls, plant: Plant, run: Run) -> "Works":
        """Pin roots, and let them say that Ada and Bob approve."""
        for name in (*ROOTS, "ada", "bob"):
            generate(plant.folder / name)
        roots = [" ".join((plant.folder / f"{name}.pub").read_text().split()[:2]) for name in ROOTS]
        text = plant.config.read_text()
        plant.config.write_text(f"{text}\n[site.people]\nroots = {roots!r}\n".replace("'", '"'))
        works = cls(plant, run, _opened(plant))
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

    def begin_anew(self) -> None:
        """Start the daemon's part anew, as another version of it would be."""
        self.opened.close(10)
        self.opened = _opened(self.plant)

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
        work: Callable[[object], int] = lambda line: see_approved(line, self.opened, CLOCK)  # type: ignore[arg-type]  # noqa: E731 — the scribe hands a line
        return self.opened.scribe.give(work).result(60)

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


def with_reason(arguments: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    """Return the words of a command; an approval that gives neither ticket nor reason gets one."""
    if arguments[0] != "approve" or {"--ticket", "--reason"} & set(arguments):
        return arguments
    return (*arguments, "--reason", "as planned")


def _opened(plant: Plant) -> OpenSite:
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    return open_site(site, plant.folder, CLOCK)
