"""The fleet benchmark's judge: it must see a poll that came late, and one that never came."""

from datetime import UTC, datetime, timedelta

from benchmarks._fleet_coverage import Window, cover
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.schedule import Turn, next_phase
from ccontrol.poll.waiting import Key

BEGUN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GLANCE_S = 300.0
ENDED = BEGUN + timedelta(seconds=GLANCE_S)
WINDOW = Window("bench", ("cpu-1",), GLANCE_S, BEGUN, ENDED, ENDED + timedelta(seconds=10))
DUE = next_phase(Turn(Key("bench", "cpu-1"), Depth.GLANCE, GLANCE_S), BEGUN)


def looked_at(at: datetime, outcome: Outcome = Outcome.UNCHANGED, took_ms: int = 0) -> JournalEntry:
    return JournalEntry(at, "cpu-1", outcome, Depth.GLANCE, duration_ms=took_ms, requests=7)


def test_a_glance_counts_as_late_until_its_controller_has_answered() -> None:
    found = cover(WINDOW, [looked_at(DUE + timedelta(seconds=4), took_ms=1_500)])
    assert (found.due, found.served, found.latest_s, found.requests) == (1, 1, 4.0, 7)


def test_an_answer_from_before_the_turn_does_not_serve_it() -> None:
    early = looked_at(DUE + timedelta(seconds=1), took_ms=2_000)  # it was being asked already
    found = cover(WINDOW, [early])
    assert found.served == 0
    assert found.latest_s == (WINDOW.read - DUE).total_seconds()


def test_a_poll_that_failed_serves_nobody() -> None:
    found = cover(WINDOW, [looked_at(DUE + timedelta(seconds=1), Outcome.FAILED)])
    assert (found.served, found.failed) == (0, 1)
    assert found.unseen_s == 2 * GLANCE_S


def test_a_gap_that_the_daemon_tells_is_counted() -> None:
    told = JournalEntry(DUE, "", Outcome.MISSED, reason="nobody watched")
    assert cover(WINDOW, [told, looked_at(DUE + timedelta(seconds=1))]).gaps == 1
