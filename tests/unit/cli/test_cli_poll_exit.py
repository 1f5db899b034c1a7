"""How `ccontrol poll` ends when the daemon tells it what came of a poll; what a poll cannot see."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.cli.plant import Watched
from ccontrol.cli.poll import Asked
from ccontrol.config.settings import KeyFile, Site, StoreSettings
from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.secret import Secret
from ccontrol.poll.control import ENTRIES
from ccontrol.poll.in_hand import unseen
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
        NOW, "press-1", Outcome.FAILED, fault_class=fault_class, unseen=("mode", "values")
    )
    told = ENTRIES.validate_json(ENTRIES.dump_json((entry,)))
    assert told == (entry,)
    assert Asked(watched, told).exit_code == code


def test_what_cannot_be_seen_is_known_from_earlier_polls_too() -> None:
    full = replace(seen("press-3"), strengths={Aspect.VALUES: Strength.NONE})
    later = replace(full, strengths={Aspect.MODE: Strength.NONE})
    assert unseen(None, later) == ("mode",)
    assert unseen(merge(None, full), later) == ("mode", "values")
    back = replace(full, strengths={Aspect.VALUES: Strength.CONTENT})
    assert unseen(merge(None, full), back) == ()
