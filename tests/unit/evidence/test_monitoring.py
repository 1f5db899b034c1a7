"""The 35 days: what restarts an item's clock, what does not, and what days are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.evidence.framework import Item
from ccontrol.evidence.monitoring import Blind, ItemClock, Monitor, Quality, monitor, silences
from ccontrol.evidence.period import Period
from ccontrol.model.aspect import Aspect
from ccontrol.model.journal import WatchedDay

FIRMWARE = Item("1.1.1", "firmware", (Aspect.FIRMWARE,))
PROGRAM = Item("1.1.3", "program", (Aspect.PROGRAM, Aspect.CONFIGURATION))
PORTS = Item("1.1.4", "ports", ())
YEAR = Period(date(2028, 1, 1), date(2028, 12, 31))


def full(day: date, *weak: tuple[str, str], unread: int = 0) -> WatchedDay:
    """A day with one complete read at noon."""
    noon = datetime.combine(day, time(12), UTC)
    glances = 200
    return WatchedDay(glances, 0, noon, noon, 600, unread, 1, noon, unread, strengths=tuple(weak))


def glances(day: date) -> WatchedDay:
    """A day on which it answered, and nobody read everything."""
    return replace(full(day), full_reads=0, last_full=None)


def silent(day: date) -> WatchedDay:
    return replace(glances(day), answers=0, unanswered=200, longest_gap_s=86_400)


def watched(
    days: dict[date, WatchedDay],
    scope: Period = YEAR,
    items: Iterable[Item] = (FIRMWARE,),
    blind: Blind | None = None,
    *,
    unsigned: Iterable[date] = (),
    since: date | None = None,
) -> Monitor:
    """Feed a monitor with every day of a span; those without a summary are unsigned."""
    found = monitor("press-3", scope, items, blind or Blind(), 35)
    missing = set(unsigned)
    for day in Period(since or scope.since, scope.until).days():
        found.note(day, days.get(day), signed=day not in missing)
    found.end()
    return found


def clock(of: Monitor) -> ItemClock:
    (only,) = of.clocks
    return only


def every(step: int, since: date = YEAR.since, until: date = YEAR.until) -> dict[date, WatchedDay]:
    days = list(Period(since, until).days())[::step]
    return {day: full(day) for day in days}


def test_a_complete_read_every_35_days_keeps_the_limit() -> None:
    assert clock(watched(every(35))).kept
    assert not clock(watched(every(36))).kept


def test_the_leap_day_is_a_day() -> None:
    """From 31 January to 6 March are 35 days in 2028, and 34 in 2027."""
    days = {**every(1, until=date(2028, 1, 31)), **every(1, since=date(2028, 3, 6))}
    assert clock(watched(days)).kept
    days.pop(date(2028, 3, 6))
    found = clock(watched(days))
    assert [(gap.since, gap.until, gap.days) for gap in found.gaps] == [
        (date(2028, 1, 31), date(2028, 3, 7), 36)
    ]
    common = Period(date(2027, 1, 1), date(2027, 3, 31))
    late = {date(2027, 1, 31): full(date(2027, 1, 31)), date(2027, 3, 7): full(date(2027, 3, 7))}
    assert clock(watched(late, common)).kept


def test_summer_time_makes_no_day_longer_or_shorter() -> None:
    """Clocks in Europe are set on 26 March and 29 October 2028; days are those of UTC."""
    for turn in (date(2028, 3, 26), date(2028, 10, 29)):
        scope = Period(turn - timedelta(days=17), turn + timedelta(days=18))
        ends = {day: full(day) for day in (scope.since, scope.until)}
        assert clock(watched(ends, scope)).longest is not None
        assert clock(watched(ends, scope)).kept


def test_a_glance_that_was_answered_restarts_nothing() -> None:
    days: dict[date, WatchedDay] = {day: glances(day) for day in YEAR.days()}
    found = watched(days | {YEAR.since: full(YEAR.since)})
    assert not clock(found).kept
    assert clock(found).gaps[-1].is_open
    assert found.runs[-1].quality is Quality.ANSWERED


def test_what_is_seen_by_an_indicator_is_counted_apart_and_restarts_nothing() -> None:
    days = {day: full(day, ("program", "fingerprint")) for day in YEAR.days()}
    found = watched(days, items=(FIRMWARE, PROGRAM))
    firmware, program = found.clocks
    assert firmware.kept
    assert (program.kept, program.reads, program.indicators) == (False, 0, 366)


def test_what_is_not_seen_at_all_is_no_indicator() -> None:
    days = {day: full(day, ("program", "none")) for day in YEAR.days()}
    program = clock(watched(days, items=(PROGRAM,)))
    assert (program.indicators, program.reads) == (0, 0)


def test_each_item_has_a_clock_of_its_own() -> None:
    """Unread blocks are of the program: the firmware was read all the same."""
    blind = Blind(3, frozenset({Aspect.PROGRAM}))
    days = {day: full(day, unread=3) for day in YEAR.days()}
    firmware, program = watched(days, items=(FIRMWARE, PROGRAM), blind=blind).clocks
    assert (firmware.kept, program.kept) == (True, False)


def test_where_more_stayed_unread_than_the_history_names_nothing_counts_as_read() -> None:
    blind = Blind(3, frozenset({Aspect.PROGRAM}))
    days = {day: full(day, unread=4) for day in YEAR.days()}
    assert not clock(watched(days, blind=blind)).kept


def test_days_before_sight_changed_are_not_explained_by_what_is_unread_now() -> None:
    blind = Blind(3, frozenset({Aspect.PROGRAM}), moved_on=date(2028, 6, 30))
    days = {day: full(day, unread=3) for day in YEAR.days()}
    assert clock(watched(days, blind=blind)).reads == 184  # 1 July to 31 December


def test_a_summary_of_an_older_version_says_nothing_of_complete_reads() -> None:
    days = {day: replace(full(day), full_reads=None) for day in YEAR.days()}
    found = watched(days)
    assert (clock(found).reads, found.runs[0].quality) == (0, Quality.UNKNOWN)


def test_an_unsigned_day_is_none_on_which_anything_was_read() -> None:
    away = list(Period(date(2028, 5, 1), date(2028, 6, 10)).days())
    found = watched(every(1), unsigned=away)
    assert [(gap.since, gap.until) for gap in clock(found).gaps] == [
        (date(2028, 4, 30), date(2028, 6, 11))
    ]
    (run,) = silences(found)
    assert (run.quality, run.since, run.until) == (Quality.UNSIGNED, away[0], away[-1])


def test_days_of_silence_are_told_and_never_bridged() -> None:
    days = every(1)
    days |= {day: silent(day) for day in Period(date(2028, 2, 1), date(2028, 2, 10)).days()}
    found = watched(days)
    (run,) = silences(found)
    assert (run.quality, run.unanswered) == (Quality.SILENT, 2000)
    assert clock(found).kept
    assert clock(found).longest is not None
    assert clock(found).longest.days == 11  # type: ignore[union-attr]  # the line above


def test_a_controller_that_came_and_went_is_held_to_the_days_between() -> None:
    scope = Period(date(2028, 4, 1), date(2028, 5, 31))
    days = every(1, scope.since, scope.until) | {date(2028, 12, 1): full(date(2028, 12, 1))}
    found = watched(days, scope)
    assert clock(found).kept
    assert (found.runs[0].since, found.runs[-1].until) == (scope.since, scope.until)


def test_nothing_at_all_is_a_gap_as_long_as_the_period() -> None:
    found = watched({})
    assert not clock(found).kept
    assert clock(found).gaps[0].days == 365
    assert [run.quality for run in found.runs] == [Quality.ABSENT]


def test_nothing_at_all_in_a_short_period_is_no_success_either() -> None:
    week = Period(date(2028, 1, 1), date(2028, 1, 7))
    assert not clock(watched({}, week)).kept


def test_a_read_before_the_period_starts_the_clock() -> None:
    before = date(2027, 12, 10)
    found = clock(
        watched({before: full(before)}, Period(YEAR.since, date(2028, 1, 10)), since=before)
    )
    assert (found.known_before, found.kept, found.last) == (True, True, before)
    found = clock(
        watched({before: full(before)}, Period(YEAR.since, date(2028, 1, 15)), since=before)
    )
    assert [gap.days for gap in found.gaps] == [36]


def test_an_item_that_cannot_be_read_has_no_clock() -> None:
    assert watched(every(1), items=(PORTS,)).clocks == ()


@settings(max_examples=25)
@given(st.sets(st.dates(YEAR.since, YEAR.until)))
def test_no_gap_is_longer_than_told_and_none_within_the_limit_is_told(reads: set[date]) -> None:
    found = clock(watched({day: full(day) for day in reads}))
    marks = [YEAR.since, *sorted(reads), YEAR.until]
    lengths = [(after - before).days for before, after in pairwise(marks)]
    assert found.longest is not None
    assert found.longest.days == max(lengths)
    assert sorted(gap.days for gap in found.gaps) == sorted(days for days in lengths if days > 35)


@pytest.mark.parametrize("days", [1, 366])
def test_as_many_days_are_told_of_as_there_are(days: int) -> None:
    scope = Period(YEAR.since, YEAR.since + timedelta(days=days - 1))
    found = watched(every(1), scope)
    assert sum((run.until - run.since).days + 1 for run in found.runs) == days
