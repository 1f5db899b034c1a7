"""Who did what at a site is in its journal afterwards, or the command says that it is not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ccontrol.cli import audit as audit_log
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured
from ccontrol.clock import SystemClock
from ccontrol.errors import StoreReadOnlyError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.places import Places
from ccontrol.store.journal import Journal
from tests.unit.cli.packs import POPULATION
from tests.unit.cli.plants import Plant, Run

CLOCK = SystemClock()


def ran(plant: Plant) -> list[str]:
    journal = Journal(Places(plant.store).journal, CLOCK)
    entries = (entry for day in journal.days() for entry in journal.read(day))
    return [entry.reason for entry in entries if entry.outcome is Outcome.RAN]


@pytest.fixture
def given(plant: Plant) -> Path:
    path = plant.folder / "assets.csv"
    path.write_text(POPULATION)
    return path


def test_who_gave_the_population_and_which_one_is_in_the_journal(
    run: Run, plant: Plant, given: Path
) -> None:
    assert run("--config", plant.config, "evidence", "population", given).code == 0
    (said,) = ran(plant)
    assert said.startswith("gave the population by ")
    assert f"(uid {os.getuid()}" in said
    assert "3 assets, SHA-256 " in said


def test_maintaining_and_letting_go_are_in_the_journal(run: Run, plant: Plant) -> None:
    assert run("--config", plant.config, "maintain").code == 0
    assert run("--config", plant.config, "vault", "expire").code == 0
    said = ran(plant)
    assert any(reason.startswith("maintained by ") for reason in said)
    assert any(reason.startswith("let go of 0 old artefacts") for reason in said)


def test_a_bundle_that_is_taken_out_is_named_by_its_hash(run: Run, plant: Plant) -> None:
    out = plant.folder / "north.bundle"
    assert run("--config", plant.config, "bundle", "export", "north", "-o", out).code == 0
    (said,) = ran(plant)
    assert said.startswith("exported a bundle by ")
    assert "SHA-256 " in said


def test_a_station_that_is_accepted_is_in_the_journal(run: Run, plant: Plant) -> None:
    accept = ("behaviour", "press-3", "--accept", "10.0.0.66")
    assert run("--config", plant.config, *accept).code == 0
    assert ran(plant)[0].startswith("accepted '10.0.0.66' by ")


def test_what_cannot_be_recorded_is_done_and_said(
    run: Run, plant: Plant, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Journal, _entry: JournalEntry) -> None:
        raise StoreReadOnlyError("journal: Read-only file system")

    # a journal on a disk that takes nothing, without needing another user or a mount
    monkeypatch.setattr(Journal, "append", refuse)
    answer = run("--config", plant.config, "evidence", "population", given)
    assert answer.code == 0
    assert "not recorded in the audit log of north: journal: Read-only" in answer.err


def test_a_store_that_is_not_ours_is_told_as_that(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = configured(Invocation(plant.config)).sites[0]
    nobody: Callable[..., bool] = lambda *_: False  # noqa: E731 — tests may run as root, who may all
    monkeypatch.setattr(os, "access", nobody)
    audit_log.audit(site, CLOCK, audit_log.Ran("looked"))
    assert (
        "not recorded in the audit log of north: its store is not ours" in capsys.readouterr().err
    )
    assert ran(plant) == []


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 54_321)
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert audit_log.actor().startswith("54321 (uid 54321")
