"""Who may configure and export at a site whose people are named: by role, and by nobody else."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.configured import configuration_sha256
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.store.keys import generate
from tests.unit.cli.packs import export, lived_in, stock
from tests.unit.cli.plants import Plant, Run

CLOCK = SystemClock()
PEOPLE = {"ada": "approver", "cleo": "configurator", "eve": "exporter"}


@dataclass
class Office:
    """A site whose people have roles, and the writer of its daemon."""

    plant: Plant
    run: Run
    opened: OpenSite

    def key(self, name: str) -> Path:
        return self.plant.folder / name

    def ccontrol(self, *arguments: str | Path, code: int = 0) -> str:
        answer = self.run("--config", self.plant.config, *arguments)
        assert answer.code == code, (arguments, answer)
        return answer.out + answer.err

    def look(self) -> None:
        """Let the daemon look at approved, with the configuration that lies there in force."""
        self.opened.configuration = configuration_sha256(self.plant.config)
        work: Callable[[object], int] = lambda line: see_approved(line, self.opened, CLOCK)  # type: ignore[arg-type]  # noqa: E731 — the scribe hands a line
        self.opened.scribe.give(work).result(60)
        assert self.opened.ledger.flush(60)

    def journal(self, words: str) -> list[str]:
        reasons = [one.reason for one in self.opened.journal.read(CLOCK.now().date())]
        return [reason for reason in reasons if words in reason]

    def name(self, **roles: str) -> None:
        """Have two roots sign who may do what."""
        draft = self.key("people.toml")
        draft.unlink(missing_ok=True)
        for old in draft.parent.glob("people.toml.*"):
            old.unlink()
        self.ccontrol("people", "draft", draft)
        for who, role in roles.items():
            public = self.key(f"{who}.pub")
            person = ("--person", f"{who}@plant", "--public-key", public, "--role", role)
            self.ccontrol("people", "add", draft, *person)
        for root in ("root-1", "root-2"):
            self.ccontrol("people", "sign", draft, "--key", self.key(root))
        self.ccontrol("people", "commit", draft, "--key", self.key("ada"))


@pytest.fixture
def office(plant: Plant, run: Run) -> Iterator[Office]:
    lived_in(plant)
    for name in ("root-1", "root-2", *PEOPLE):
        generate(plant.folder / name)
    roots = [
        " ".join((plant.folder / f"{name}.pub").read_text().split()[:2])
        for name in ("root-1", "root-2")
    ]
    table = f"\n[site.people]\nroots = {json.dumps(roots)}\n"
    plant.config.write_text(plant.config.read_text() + table)
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    opened = open_site(site, plant.folder, CLOCK)
    try:
        yield Office(plant, run, opened)
    finally:
        opened.close(10)


def test_nothing_is_asked_of_a_site_that_names_neither_role(office: Office) -> None:
    office.name(ada="approver")
    office.look()
    assert office.journal("signed by nobody") == []
    assert "signed by nobody" not in office.ccontrol("status")
    assert export(office.plant, office.key("eve"), office.key("pack")) == 0
    about = json.loads((office.key("pack") / "pack.json").read_text())
    assert about["sealed_by"] == "export@north"
    assert about["sealed_as"].startswith("nobody says who may export here")


def test_a_configuration_that_no_configurator_signed_is_told_until_one_does(
    office: Office,
) -> None:
    office.name(**PEOPLE)
    office.look()
    office.look()
    sha256 = hashlib.sha256(office.plant.config.read_bytes()).hexdigest()
    assert office.journal("signed by nobody") == [
        f"the configuration with SHA-256 {sha256} is signed by nobody"
    ], "once, not at each look"
    assert f"{sha256} is signed by nobody" in office.ccontrol("status")
    (told,) = json.loads(office.ccontrol("status", "--json"))["sites"]
    assert sha256 in told["configuration_fault"]
    refused = office.ccontrol("config", "approve", "--key", office.key("ada"), code=20)
    assert "ada@plant is no configurator" in refused
    office.ccontrol("config", "approve", "--ticket", "T-1", "--key", office.key("cleo"))
    office.look()
    assert office.journal("is signed by cleo@plant")
    assert "signed by nobody" not in office.ccontrol("status")
    office.plant.config.write_text(office.plant.config.read_text() + "\n# one byte\n")
    office.look()
    assert len(office.journal("signed by nobody")) == 2
    assert "signed by nobody" in office.ccontrol("status")


def test_a_configurator_approves_no_program(office: Office) -> None:
    office.name(**PEOPLE)
    arguments = ("approve", "press-3", "--ticket", "T-1", "--key", office.key("cleo"))
    assert "cleo@plant is no approver" in office.ccontrol(*arguments, code=20)


def test_a_pack_is_sealed_by_an_exporter_or_not_at_all(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.name(**PEOPLE)
    stranger = office.key("ada")
    assert export(office.plant, stranger, office.key("refused")) == 26
    assert "not the key of an exporter" in capsys.readouterr().err
    assert not office.key("refused").exists()
    assert export(office.plant, office.key("eve"), office.key("pack")) == 0
    pack = office.key("pack")
    about = json.loads((pack / "pack.json").read_text())
    assert about["sealed_by"] == "eve@plant"
    said = stock("sh", str(pack / "verify.sh"), str(pack / "allowed_signers"))
    assert "ok:  sealed by eve@plant" in said
    assert "note: the pack says of who sealed it: exporter, by version 1 of who may sign" in said
    (line,) = office.journal("exported an evidence pack by ")
    manifest = hashlib.sha256((pack / "MANIFEST.sha256").read_bytes()).hexdigest()
    assert f"manifest {manifest}, sealed by eve@plant" in line


def test_a_pack_names_the_population_and_who_gave_it(office: Office) -> None:
    office.name(ada="approver")
    given = office.key("assets.csv")
    given.write_text("asset_id,impact\npress-3,high\n")
    office.ccontrol("evidence", "population", given)
    assert export(office.plant, office.key("eve"), office.key("pack")) == 0
    about = json.loads((office.key("pack") / "pack.json").read_text())["population"]
    assert about["sha256"] == hashlib.sha256(given.read_bytes()).hexdigest()
    assert "(uid " in about["given_by"]
    (office.plant.store / "ccontrol" / "population.csv").write_text("asset_id\npress-3\n")
    assert export(office.plant, office.key("eve"), office.key("again")) == 0
    about = json.loads((office.key("again") / "pack.json").read_text())["population"]
    assert about["given_by"].startswith("nobody knows")
