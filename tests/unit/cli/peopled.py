"""A plant whose people are configured, at work, and packs of it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.model.record import Record
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.sighted import Sighted
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.window import Looks
from ccontrol.store.keys import generate
from tests.unit.cli.packs import export
from tests.unit.cli.plants import BEGIN, Plant, Run, block, seen, things
from tests.unit.cli.works import with_reason
from tests.unit.store.made_store import SetClock

WEEK = BEGIN + timedelta(days=7)


@dataclass
class Site:
    """A plant a week after its beginning, at work, with people beside it.

    Ada and Bob approve; Carol did until day three; Dan investigates.
    """

    plant: Plant
    run: Run
    clock: SetClock = field(default_factory=lambda: SetClock(WEEK))

    def __post_init__(self) -> None:
        for name in ("root-1", "root-2", "ada", "bob", "carol", "dan", "export"):
            generate(self.plant.folder / name)
        roots = [
            " ".join((self.plant.folder / f"{name}.pub").read_text().split()[:2])
            for name in ("root-1", "root-2")
        ]
        table = f"\n[site.people]\nroots = {json.dumps(roots)}\n"
        self.plant.config.write_text(self.plant.config.read_text() + table)
        self._begin()
        (site,) = configured_with_secrets(Invocation(self.plant.config)).sites
        self.opened: OpenSite = open_site(site, self.plant.folder, self.clock)
        self.look()

    def _begin(self) -> None:
        draft = self.key("people.toml")
        self.ccontrol("people", "draft", draft)
        for who in ("ada", "bob"):
            person = ("--person", f"{who}@plant", "--public-key", self.key(f"{who}.pub"))
            self.ccontrol("people", "add", draft, *person, "--role", "approver")
        left = ("--until", (BEGIN + timedelta(days=3)).isoformat())
        carol = ("--person", "carol@plant", "--public-key", self.key("carol.pub"), *left)
        self.ccontrol("people", "add", draft, *carol, "--role", "approver")
        dan = ("--person", "dan@plant", "--public-key", self.key("dan.pub"))
        self.ccontrol("people", "add", draft, *dan, "--role", "investigator")
        self.agree("people.toml")

    def agree(self, draft: str) -> None:
        """Let both roots sign a draft of who may sign, and put it on approved."""
        for root in ("root-1", "root-2"):
            self.ccontrol("people", "sign", self.key(draft), "--key", self.key(root))
        self.ccontrol("people", "commit", self.key(draft), "--key", self.key("ada"))

    def key(self, name: str) -> Path:
        return self.plant.folder / name

    def ccontrol(self, *arguments: str | Path) -> None:
        answer = self.run("--config", self.plant.config, *with_reason(arguments))
        assert answer.code == 0, (arguments, answer)

    def look(self) -> None:
        """Let the daemon look at approved."""
        work: Callable[[object], int] = lambda line: see_approved(line, self.opened, self.clock)  # type: ignore[arg-type]  # noqa: E731 — the scribe hands a line
        self.opened.scribe.give(work).result(60)

    def change(self, body: bytes, at: datetime, since: datetime) -> Record:
        """Let a poll find another OB1, which was as before at `since`."""
        self.clock.time = at
        units = things(block("OB1", body), block("FB12"))
        snapshot = replace(seen("press-3", *units), taken_at=at)
        press = self.opened.site.controllers[0]
        sighted = Sighted(press, snapshot, looks=Looks(since, since, since, since))
        written = self.opened.scribe.give(lambda line: line.take(sighted)).result(60)
        assert written.record is not None
        return written.record

    def window(self, name: str, since: datetime) -> None:
        times = ("--from", since.isoformat(), "--until", (since + timedelta(hours=2)).isoformat())
        words = ("--controller", "press-3", "--ticket", "T-3", "--requested-by", "ada@plant")
        self.ccontrol("window", "add", name, *times, *words, "--key", self.key("bob"))

    def packed(self) -> "Pack":
        folder = self.plant.folder / "pack"
        assert export(self.plant, self.key("export"), folder) == 0
        return Pack(folder)


@dataclass
class Pack:
    """What stands in a pack."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        content = (self.folder / f"{name}.csv").read_bytes().decode()
        return list(csv.DictReader(io.StringIO(content)))

    def change(self, change_id: str) -> dict[str, str]:
        (row,) = [one for one in self.rows("changes") if one["change_id"] == change_id]
        return row

    @property
    def not_verified(self) -> str:
        about = json.loads((self.folder / "pack.json").read_text())
        return "\n".join(about["not_verified"])
