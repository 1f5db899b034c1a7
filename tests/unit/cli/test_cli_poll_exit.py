"""How `ccontrol poll` ends when the daemon tells it what came of a poll; what a poll cannot see."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.cli.plant import Watched
from ccontrol.cli.poll import Asked
from ccontrol.config.settings import KeyFile, Site, StoreSettings
from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.secret import Secret
from ccontrol.model.snapshot import Snapshot
from ccontrol.model.unit import UnitId
from ccontrol.poll.control import ENTRIES
from ccontrol.poll.in_hand import with_sight
from ccontrol.poll.triage import Memory
from tests.unit.cli.plants import seen
from tests.unit.poll.toy import controller

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    press = controller(1)
    store = StoreSettings(tmp_path, KeyFile(tmp_path / "key"), Secret("11" * 32), "")
    return Watched(Site("north", "North", store, (press,)), press)


@pytest.mark.parametrize(
    ("fault_class", "code"),
    [
        ("UnreachableError", 30),
        ("GarbledError", 31),
        ("RefusedError", 32),
        ("NoSpareConnectionError", 33),
        ("OverBudgetError", 34),
        ("", 30),
        ("annotations", 30),
    ],
)
def test_a_poll_ends_by_the_error_that_the_daemon_tells(
    watched: Watched, fault_class: str, code: int
) -> None:
    entry = JournalEntry(
        NOW, "press-1", Outcome.FAILED, fault_class=fault_class, strengths=(("mode", "none"),)
    )
    told = ENTRIES.validate_json(ENTRIES.dump_json((entry,)))
    assert told == (entry,)
    assert Asked(watched, told).exit_code == code


def strengths(memory: Memory, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    return with_sight(JournalEntry(NOW, "press-3", Outcome.UNCHANGED), memory, snapshot).strengths


def test_how_well_a_change_would_be_seen_is_known_from_earlier_polls_too() -> None:
    full = replace(seen("press-3"), strengths={Aspect.PROGRAM: Strength.FINGERPRINT})
    known = Memory(merge(None, full))
    later = replace(full, strengths={Aspect.MODE: Strength.NONE})
    assert strengths(Memory(), later) == (("mode", "none"),)
    assert strengths(known, later) == (("mode", "none"), ("program", "fingerprint"))
    back = replace(full, strengths={Aspect.PROGRAM: Strength.CONTENT})
    assert strengths(known, back) == ()


def test_what_stands_unread_in_the_history_counts_after_every_poll() -> None:
    entry = JournalEntry(NOW, "press-3", Outcome.UNCHANGED)
    glance = replace(seen("press-3"), depth=Depth.GLANCE)
    assert with_sight(entry, Memory(unread=12), glance).unread == 12
    refused = seen("press-3", unread={UnitId("FB", f"FB{number}"): "level 3" for number in (1, 2)})
    assert with_sight(entry, Memory(unread=1), refused).unread == 2
