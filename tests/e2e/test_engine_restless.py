"""A controller that changes at each look, with the real daemon, store and sockets."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ccontrol.canonical.records import parse_record
from ccontrol.model.change import Kind
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import Outcome
from ccontrol.model.record import Record
from ccontrol.store.repository import Repository
from tests.e2e.engine_plant import Plant, daemon, make_plant, wait_until
from tests.unit.poll.toy import Plc, controller, serving


class Restless(Plc):
    """Its mode is another one at each look; its program is calm."""

    def answer(self, question: str) -> dict[str, Any]:
        if question == "glance":
            self.mode = f"run {next(self._looks)}"
        return super().answer(question)

    _looks = count()


@pytest.fixture
def plc() -> Plc:
    return Restless()


def made(tmp_path: Path, port: int, pause_s: float) -> Plant:
    schedule = Schedule(glance_s=0.3, full_s=3600.0, deep_pause_s=pause_s, settle_s=0.1)
    plant = make_plant(tmp_path, controller(port, schedule=schedule))
    plant.enrol("press-1")
    return plant


@pytest.fixture
def plant(plc: Plc, tmp_path: Path) -> Iterator[Plant]:
    with serving(plc) as port:
        yield made(tmp_path, port, 600.0)


def records(plant: Plant) -> list[Record]:
    with Repository.open(plant.site.store.path) as repository:
        found = repository.read("records")
    return sorted((parse_record(each) for each in found.values()), key=lambda one: one.taken_at)


def findings(plant: Plant) -> list[str]:
    told = [change for record in records(plant) for change in record.changes.changes]
    return [change.unit.kind for change in told if change.kind is Kind.RAISED]


def held_looks(plant: Plant) -> list[str]:
    return [each.reason for each in plant.journal("press-1") if each.reason.startswith("restless")]


def test_a_controller_that_changes_at_each_look_is_told_once_and_hides_nothing(
    plant: Plant, plc: Plc
) -> None:
    with daemon(plant):
        wait_until(lambda: "restless" in findings(plant))
        wait_until(lambda: len(held_looks(plant)) >= 5)
        commits = len(records(plant))
        plc.blocks["OB1"] = "AN I0.0"
        wait_until(lambda: any("OB1" in subject for subject in plant.subjects()))
    assert sum("mode" in reason for reason in held_looks(plant)) == len(held_looks(plant))
    assert len(set(held_looks(plant))) == len(held_looks(plant)), "each look names what it showed"
    assert commits <= 6, "first sight, three changes, the finding, and a look at the log at most"
    summed = [record for record in records(plant) if "sums up" in _evidence(record)]
    assert len(summed) == 1, "the change of the program took the held mode along and says so"


def test_what_was_held_back_is_held_back_and_counted_after_a_restart_too(plant: Plant) -> None:
    with daemon(plant):
        wait_until(lambda: "restless" in findings(plant))
        wait_until(lambda: len(held_looks(plant)) >= 2)
    before, commits = len(held_looks(plant)), len(records(plant))
    with daemon(plant):
        wait_until(lambda: len(held_looks(plant)) >= before + 2)
        assert "restless" in findings(plant)
    assert len(records(plant)) == commits


def test_the_last_state_is_committed_once_in_a_pause(plc: Plc, tmp_path: Path) -> None:
    with serving(plc) as port:
        plant = made(tmp_path, port, 6.0)  # longer than a busy host takes from look to look
        with daemon(plant):
            wait_until(lambda: any("sums up" in _evidence(one) for one in records(plant)))
    summed = next(one for one in records(plant) if "sums up" in _evidence(one))
    (change,) = [each for each in summed.changes.changes if each.unit.kind == "mode"]
    assert change.differences[0].after != change.differences[0].before
    assert Outcome.PENDING in plant.outcomes("press-1")


def _evidence(record: Record) -> str:
    return " ".join(record.attribution.evidence)
