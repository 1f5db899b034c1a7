"""Health: back-off, quarantine, doubts, and what the engine says of itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.finding import ENGINE_CODES
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Listing, Read, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId
from ccontrol.poll.watched import (
    Watched,
    after_death,
    after_success,
    after_unverified,
    back_off_s,
    confession,
    own_findings,
    transient_gaps,
    unread,
)
from ccontrol.store.standing import Health, Pause
from tests.unit.poll.toy import controller

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def watched() -> Watched:
    failed = JournalEntry(NOW, "press-1", Outcome.FAILED)
    return Watched(controller(1), NOW - timedelta(days=1), succeeded_at=NOW, last=failed)


def codes(watched: Watched, at: datetime = NOW) -> set[str]:
    return {finding.code for finding in own_findings(watched, at)}


@given(some.integers(2, 99), some.floats(1, 1e5), some.floats(0, 1))
def test_back_off_grows_and_is_never_longer_than_an_hour_or_the_interval(
    failures: int, interval_s: float, chance: float
) -> None:
    wait_s = back_off_s(failures, interval_s, chance)
    assert 0 < wait_s <= 1.25 * max(3600.0, interval_s)
    assert back_off_s(failures + 1, interval_s, chance) >= wait_s


def test_one_failure_waits_for_the_schedule_only() -> None:
    assert back_off_s(1, 300.0, 0.5) == 0


@given(some.integers(1, 60))
def test_a_quarantine_doubles_up_to_an_hour(deaths: int) -> None:
    health = Health()
    for _ in range(deaths):
        health = after_death(health, NOW, 60.0, 3600.0)
    assert health.worker_deaths == deaths
    assert health.quarantined_until is not None
    pause_s = (health.quarantined_until - NOW).total_seconds()
    assert pause_s == min(60.0 * 2 ** (deaths - 1), 3600.0)


def test_a_lighter_poll_does_not_clear_what_a_deeper_one_raised(watched: Watched) -> None:
    watched.doubt = Depth.FULL
    watched.health = after_death(Health(failures=3), NOW, 60.0, 3600.0)
    glanced = after_success(watched, Depth.GLANCE, NOW, verified=True)
    assert (glanced.failures, glanced.worker_deaths) == (0, 1)
    assert after_success(watched, Depth.FULL, NOW, verified=True).worker_deaths == 0


def test_what_cannot_be_verified_is_told_after_three_polls_or_an_hour(watched: Watched) -> None:
    watched.health = after_unverified(Health(), NOW)
    assert "cannot-verify" not in codes(watched)
    assert "cannot-verify" in codes(watched, NOW + timedelta(hours=1))
    watched.health = after_unverified(after_unverified(watched.health, NOW), NOW)
    assert "cannot-verify" in codes(watched)
    watched.health = after_success(watched, Depth.GLANCE, NOW, verified=True)
    assert "cannot-verify" not in codes(watched, NOW + timedelta(hours=2))


def test_a_controller_not_seen_for_long_is_stale(watched: Watched) -> None:
    limit = timedelta(seconds=watched.controller.schedule.stale_after_s)
    assert "stale" not in codes(watched, NOW + limit - timedelta(seconds=1))
    assert "stale" in codes(watched, NOW + limit)


def test_a_daemon_that_was_down_asks_before_it_complains(watched: Watched) -> None:
    watched.last = None
    assert codes(watched, NOW + timedelta(days=3)) == set()


def test_a_pause_is_no_staleness_and_the_time_counts_from_its_end(watched: Watched) -> None:
    later = NOW + timedelta(days=3)
    watched.pause = Pause(NOW, "somebody", "maintenance")
    assert codes(watched, later) == set()
    watched.pause, watched.resumed_at = None, later
    assert codes(watched, later) == set()
    assert "stale" in codes(watched, later + timedelta(hours=1))


def test_findings_of_our_own_say_the_same_until_they_are_over(watched: Watched) -> None:
    watched.health = after_death(Health(), NOW, 60.0, 3600.0)
    early = own_findings(watched, NOW)
    watched.health = after_death(watched.health, NOW + timedelta(hours=3), 60.0, 3600.0)
    assert own_findings(watched, NOW + timedelta(minutes=5)) == early


def test_a_confession_asks_nothing_and_may_clear_everything(watched: Watched) -> None:
    told = confession(watched, NOW)
    assert not told.sightings
    assert {code for code, _ in told.checked} == ENGINE_CODES


def test_gaps_of_the_line_are_told_from_refusals() -> None:
    one, two = UnitId("block", "OB1"), UnitId("block", "OB2")
    three = UnitId("block", "OB3")
    snapshot = Snapshot(
        "c",
        "toy",
        Depth.FULL,
        NOW,
        {
            one: Unread("protected"),
            two: Unread("cut", transient=True),
            three: Read(Unit(three, Aspect.PROGRAM, "OB3")),
        },
        {"block": Listing(frozenset(), complete=False, reason="cut", transient=True)},
    )
    assert unread(snapshot) == 2
    assert transient_gaps(snapshot) == 2
    assert transient_gaps(replace(snapshot, listings={})) == 1
