"""Whether a time lies in the hours of some place, days, holidays and its clock changes included."""

from datetime import UTC, date, datetime, timedelta

from ccontrol.model.policy import Hours

LONGEST = timedelta(days=40)
"""What can have happened at any time within so long has no time of day."""


def inside(hours: Hours, since: datetime | None, until: datetime | None) -> bool:
    """Tell whether all of the time lies in those hours; what nobody can date lies in none."""
    if since is None or until is None or not timedelta() <= until - since <= LONGEST:
        return False
    at = since.astimezone(UTC)
    for begin, end in _spans(hours, since, until):
        if begin <= at <= end:
            at = end
        if at >= until:
            return True
    return False


def _spans(hours: Hours, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return from when to when they last, in UTC, around a time, in their order."""
    try:
        day = since.astimezone(hours.zone).date() - timedelta(days=1)
        last = until.astimezone(hours.zone).date()
    except OverflowError:  # at the ends of the calendar
        return []
    found = []
    while day <= last:
        if _counts(hours, day):
            found.append((_at(hours, day, hours.begin), _at(hours, day, _end(hours))))
        day += timedelta(days=1)
    return found


def _end(hours: Hours) -> int:
    return hours.end if hours.end > hours.begin else hours.end + 1_440


def _counts(hours: Hours, day: date) -> bool:
    return (
        day.weekday() in hours.days
        and day not in hours.holidays
        and (not hours.dates or day in hours.dates)
    )


def _at(hours: Hours, day: date, minute: int) -> datetime:
    """Return when the clock on the wall says so: on days of 23 or 25 hours, too."""
    days, minutes = divmod(minute, 1_440)
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=hours.zone)
    return (wall + timedelta(days=days)).astimezone(UTC)
