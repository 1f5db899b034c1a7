"""A controller's clock against ours: offsets with their doubt, jumps, and times shown corrected."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.errors import ModelError
from ccontrol.model.clock import about_here, against_ours, jump_ms, reading, span

NOW = datetime(2026, 3, 1, 7, 12, 50, tzinfo=UTC)
SECOND = timedelta(seconds=1)
moments = some.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31))  # noqa: DTZ001 — naive on purpose


def test_a_reading_is_as_sure_as_the_answer_was_quick() -> None:
    clock = reading("2026-03-01T08:14:02.500", NOW, NOW + SECOND, 1)
    assert clock.read_at == NOW + SECOND / 2
    assert clock.ahead_ms == 3_672_000
    assert clock.within_ms == 501


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ModelError, match="is no time"):
        reading("half past eight", NOW, NOW, 1)


def test_an_entry_is_shown_when_it_was_here() -> None:
    clock = reading("2026-03-01T08:14:02", NOW, NOW, 1)
    assert about_here("2026-03-01T08:14:00", clock) == NOW - 2 * SECOND


@pytest.mark.parametrize("at", ["", "soon", "2026-03-01T08:14:05", "9999-12-31T23:59:59"])
def test_no_time_and_one_of_before_the_clock_was_set_are_not_shown(at: str) -> None:
    assert about_here(at, reading("2026-03-01T08:14:02", NOW, NOW, 1)) is None
    assert about_here("2026-03-01T08:14:00", None) is None


def test_a_time_that_no_calendar_has_here_is_not_shown() -> None:
    ahead = reading("9999-12-31T23:59:59", NOW, NOW, 1)
    assert about_here("0001-01-01T00:00:00", ahead) is None


def test_drift_is_no_jump_and_an_hour_is_one() -> None:
    first = reading("2026-03-01T08:14:02", NOW, NOW, 1)
    day = timedelta(days=1)
    drifted = reading("2026-03-02T08:14:12", NOW + day, NOW + day, 1)
    summer = reading("2026-03-02T09:14:02", NOW + day, NOW + day, 1)
    assert jump_ms(first, drifted) == 0
    assert jump_ms(first, summer) == 3_600_000
    assert jump_ms(summer, reading("2026-03-02T08:14:02", NOW + day, NOW + day, 1)) == -3_600_000


def test_a_slow_answer_makes_no_jump() -> None:
    first = reading("2026-03-01T07:12:50", NOW, NOW, 1)
    slow = reading("2026-03-01T07:12:53", NOW, NOW + 6 * SECOND, 1)
    late = reading("2026-03-01T07:12:50", NOW, NOW + 6 * SECOND, 1)
    assert jump_ms(first, slow) == jump_ms(first, late) == 0


@given(moments, some.integers(0, 10_000), some.integers(-(10**9), 10**9))
def test_the_true_offset_is_always_within_the_doubt(
    asked: datetime, took_ms: int, offset_ms: int
) -> None:
    asked_at = asked.replace(tzinfo=UTC)
    answered_at = asked_at + timedelta(milliseconds=took_ms)
    for read_at in (asked_at, answered_at):
        shown = read_at + timedelta(milliseconds=offset_ms)
        told = shown.replace(tzinfo=None).isoformat(timespec="milliseconds")
        clock = reading(told, asked_at, answered_at, 1)
        assert abs(clock.ahead_ms - offset_ms) <= clock.within_ms


def test_a_clock_that_is_right_says_the_same_at_every_poll() -> None:
    assert against_ours(reading("2026-03-01T07:12:59", NOW, NOW, 1)) == "within a minute"
    assert against_ours(reading("2026-03-01T08:14:02", NOW, NOW, 1)) == "61 min ahead"
    assert against_ours(reading("1994-01-05T05:41:56", NOW, NOW, 1)).endswith("min behind")


def test_spans_are_words() -> None:
    assert span(-400) == "0.4 s"
    assert span(3_672_000) == "1 h 1 min 12 s"
    assert span(2 * 86_400_000) == "2 d"
