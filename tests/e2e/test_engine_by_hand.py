"""Polls without a daemon: the whole straight line, from a socket to a signed commit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.errors import NotEnrolledError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import Outcome
from tests.e2e.engine_plant import Plant, git, make_plant
from tests.unit.poll.toy import Plc, controller, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def plc() -> Plc:
    return Plc()


@pytest.fixture
def plant(plc: Plc, tmp_path: Path) -> Iterator[Plant]:
    with serving(plc) as port:
        yield make_plant(tmp_path, controller(port))


def test_a_controller_that_nobody_enrolled_is_only_glanced_at(plant: Plant, plc: Plc) -> None:
    entry = plant.poll("press-1")[0]
    assert entry.outcome is Outcome.UNCHANGED
    assert "not enrolled" in entry.reason
    assert plc.asked == ["glance"]
    assert plant.changes() == []
    with pytest.raises(NotEnrolledError):
        plant.poll("press-1", Depth.FULL)


def test_an_enrolled_controller_is_read_whole_at_first_sight(plant: Plant, plc: Plc) -> None:
    plant.enrol("press-1")
    first, then = plant.poll("press-1")
    assert first.outcome is Outcome.PENDING
    assert (then.outcome, then.depth) == (Outcome.CHANGED, Depth.FULL)
    assert [change.change_id for change in plant.changes()] == [then.change_id]
    assert "blocks" in plc.asked


def test_a_download_is_looked_at_twice_and_told_with_its_blocks(plant: Plant, plc: Plc) -> None:
    plant.enrol("press-1")
    plant.poll("press-1", Depth.FULL)
    plc.blocks["OB1"] = "AN I0.0"
    plc.log.insert(0, "download")
    entries = plant.poll("press-1")
    assert [entry.outcome for entry in entries] == [
        Outcome.PENDING,
        Outcome.PENDING,
        Outcome.CHANGED,
    ]
    assert [entry.depth for entry in entries] == [
        Depth.GLANCE,
        Depth.DIAGNOSTICS,
        Depth.INVENTORY,
    ]
    log = git(plant.site.store.path, "show", "-s", "--format=%s%n%b", "observed").stdout
    assert "OB1" in log
    assert "download" in log


def test_a_second_change_within_the_pause_is_held_back_but_not_missed(
    plant: Plant, plc: Plc
) -> None:
    plant.enrol("press-1")
    plant.poll("press-1", Depth.FULL)
    plc.blocks["OB1"] = "AN I0.0"
    plant.poll("press-1")
    plc.blocks["OB1"] = "O I0.0"
    entries = plant.poll("press-1")
    assert entries[-1].outcome is Outcome.SUPPRESSED
    assert entries[-1].change_id
    assert plc.asked.count("blocks") == 2


def test_nothing_new_is_one_line_in_the_journal(plant: Plant, plc: Plc) -> None:
    plant.enrol("press-1")
    plant.poll("press-1", Depth.FULL)
    commits = len(plant.subjects())
    assert [entry.outcome for entry in plant.poll("press-1")] == [Outcome.UNCHANGED]
    assert len(plant.subjects()) == commits


def test_a_block_deleted_is_told_as_removed(plant: Plant, plc: Plc) -> None:
    plant.enrol("press-1")
    plant.poll("press-1", Depth.FULL)
    del plc.blocks["FC1"]
    plant.poll("press-1")
    body = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
    assert "FC1 removed" in body
    assert plant.fsck() == ""


def test_an_unusable_answer_is_shown_and_never_compared(plant: Plant, plc: Plc) -> None:
    plant.enrol("press-1")
    plant.poll("press-1", Depth.FULL)
    plc.misdeed = "unusable"
    plc.blocks = {}
    entry = plant.poll("press-1")[0]
    assert (entry.outcome, entry.reason) == (Outcome.INCOMPLETE, "unusable")
    assert len(plant.changes()) == 1


def test_a_controller_that_is_not_there_fails_with_its_reason(plant: Plant, tmp_path: Path) -> None:
    lonely = make_plant(tmp_path / "x", controller(1)) if False else plant
    del lonely
    plant.site = type(plant.site)("north", "North", plant.site.store, (controller(1),))
    entry = plant.poll("press-1")[0]
    assert entry.outcome is Outcome.FAILED
    assert "refused" in entry.reason.lower() or "connect" in entry.reason.lower()
