"""Between which polls a change happened: never a narrower window than is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.poll.triage import Memory
from ccontrol.poll.watched import Watched
from ccontrol.poll.window import KEPT_EVERY, opened_at, remember
from tests.unit.poll.toy import controller

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
WORDS, OB1 = UnitId("checksum", "program"), UnitId("OB", "OB1")
UNCHANGED, CHANGED, PENDING = Outcome.UNCHANGED, Outcome.CHANGED, Outcome.PENDING


def minute(at: int) -> datetime:
    return NOW + timedelta(minutes=at)


def poll(at: int, depth: Depth = Depth.GLANCE, words: str = "aa") -> Snapshot:
    read = Read(Unit(WORDS, Aspect.PROGRAM, "words", fields(words=words)))
    return Snapshot("press-1", "toy", depth, minute(at), {WORDS: read})


@pytest.fixture
def watched() -> Watched:
    """One whose first sight was at minute 0, stored whole."""
    one = Watched(controller(1), NOW, memory=Memory(face=merge(None, poll(0))))
    remember(one, poll(0, Depth.FULL), CHANGED)
    return one


def test_a_download_happened_after_the_last_glance_that_saw_the_old_words(watched: Watched) -> None:
    remember(watched, poll(5), UNCHANGED)
    remember(watched, poll(10, words="bb"), PENDING)
    remember(watched, poll(11, Depth.DIAGNOSTICS, "bb"), PENDING)
    assert opened_at(watched, poll(12, Depth.INVENTORY, "bb")) == minute(5)


def test_blocks_that_moved_no_word_may_have_changed_since_every_block_was_seen(
    watched: Watched,
) -> None:
    remember(watched, poll(5), UNCHANGED)
    assert opened_at(watched, poll(12, Depth.INVENTORY)) == minute(0)
    assert opened_at(watched, poll(12, Depth.FULL, "bb")) == minute(0)


def test_modules_may_have_changed_since_somebody_looked_at_them(watched: Watched) -> None:
    remember(watched, poll(5), UNCHANGED)
    assert opened_at(watched, poll(6, Depth.DIAGNOSTICS)) == minute(0)
    remember(watched, poll(6, Depth.DIAGNOSTICS), UNCHANGED)
    remember(watched, poll(7, Depth.INVENTORY), UNCHANGED)
    assert opened_at(watched, poll(8, Depth.DIAGNOSTICS)) == minute(6)
    assert opened_at(watched, poll(8, Depth.FULL)) == minute(6), "the older of both"


@pytest.mark.parametrize("outcome", [PENDING, Outcome.FAILED, Outcome.INCOMPLETE, Outcome.MISSED])
def test_a_poll_that_settled_nothing_proves_nothing(watched: Watched, outcome: Outcome) -> None:
    remember(watched, poll(5), outcome)
    assert opened_at(watched, poll(6)) == minute(0)


def test_a_poll_with_gaps_or_of_no_use_proves_nothing(watched: Watched) -> None:
    gap = {OB1: Unread("the line failed", transient=True)}
    remember(watched, replace(poll(5), sightings=gap), UNCHANGED)
    remember(watched, replace(poll(5), usable=False), UNCHANGED)
    assert opened_at(watched, poll(6)) == minute(0)


def test_after_a_restart_the_window_is_wider_by_an_hour_at_most(watched: Watched) -> None:
    for at in range(1, 200):
        remember(watched, poll(at), UNCHANGED)
    again = Watched(controller(1), minute(200), health=watched.health)
    kept = opened_at(again, poll(201))
    assert kept is not None
    assert timedelta(0) <= minute(199) - kept <= KEPT_EVERY


def test_a_quiet_hour_writes_the_health_once(watched: Watched) -> None:
    written = set()
    for at in range(61):
        remember(watched, poll(at), UNCHANGED)
        written.add(watched.health)
    assert len(written) == 2


def test_nobody_can_tell_since_when_of_a_controller_never_seen_before() -> None:
    new = Watched(controller(1), NOW)
    assert [opened_at(new, poll(1, depth)) for depth in Depth] == [None] * 4
