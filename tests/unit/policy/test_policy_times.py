"""Hours of the week, with the days on which clocks are changed, holidays and nights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.model.policy import Hours
from ccontrol.policy.times import LONGEST, inside

BERLIN = ZoneInfo("Europe/Berlin")
WORK = Hours(BERLIN, frozenset(range(5)), 6 * 60, 18 * 60, frozenset({date(2026, 12, 25)}))
NIGHT = Hours(BERLIN, frozenset({4}), 22 * 60, 6 * 60)
ALWAYS = Hours(BERLIN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "since", "until", "expected"),
    [
        (WORK, "2026-03-02T05:00", "2026-03-02T17:00", True),  # 06:00 to 18:00 in winter
        (WORK, "2026-03-02T04:59", "2026-03-02T05:10", False),
        (WORK, "2026-03-02T16:50", "2026-03-02T17:01", False),
        (WORK, "2026-07-06T04:00", "2026-07-06T16:00", True),  # the same in summer
        (WORK, "2026-07-06T16:01", "2026-07-06T16:02", False),
        (WORK, "2026-03-07T10:00", "2026-03-07T10:01", False),  # a Saturday
        (WORK, "2026-12-25T10:00", "2026-12-25T10:01", False),  # a holiday
        (WORK, "2026-03-02T10:00", "2026-03-03T10:00", False),  # a night lies between
        (NIGHT, "2026-03-06T21:30", "2026-03-07T04:30", True),  # Friday's night ends on Saturday
        (NIGHT, "2026-03-07T21:30", "2026-03-07T21:31", False),
        (NIGHT, "2026-03-06T03:00", "2026-03-06T03:01", False),  # Thursday's
        (ALWAYS, "2026-03-28T00:00", "2026-03-30T00:00", True),  # a day of 23 hours
        (ALWAYS, "2026-10-24T00:00", "2026-10-26T00:00", True),  # a day of 25 hours
        (ALWAYS, "2026-03-02T10:00", "2026-03-02T09:00", False),  # a clock that was set back
    ],
)
def test_a_time_lies_in_hours_with_all_of_it(
    hours: Hours, since: str, until: str, expected: bool
) -> None:
    assert inside(hours, at(since), at(until)) is expected


def test_dates_name_the_only_days() -> None:
    eve = Hours(BERLIN, dates=frozenset({date(2026, 12, 24)}))
    assert inside(eve, at("2026-12-24T10:00"), at("2026-12-24T11:00"))
    assert not inside(eve, at("2026-12-23T10:00"), at("2026-12-23T11:00"))


def test_what_can_have_happened_in_any_week_has_no_time_of_day() -> None:
    begin = at("2026-03-02T05:00")
    assert inside(ALWAYS, begin, begin + LONGEST)
    assert not inside(ALWAYS, begin, begin + LONGEST + timedelta(seconds=1))


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(timedelta(), timedelta(days=3)),
    st.integers(0, 1_439),
    st.integers(1, 1_440),
)
def test_any_time_is_answered_and_a_shorter_one_lies_in_whatever_the_longer_one_does(
    since: datetime, length: timedelta, begin: int, end: int
) -> None:
    hours = Hours(BERLIN, begin=begin, end=end)
    until = since + length if since < datetime(9_999, 1, 1, tzinfo=UTC) else since
    if inside(hours, since, until):
        assert inside(hours, since, since)
        assert inside(hours, until, until)
