"""Days and spans: what a pack covers, counted in calendar days of UTC.

A day is a day: neither a change of summer time nor a leap day makes one longer or shorter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise ValueError(f"{self.since} is after {self.until}")

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until

    def days(self) -> Iterator[date]:
        """Yield every day."""
        for number in range((self.until - self.since).days + 1):
            yield self.since + timedelta(days=number)


def day_of(at: datetime) -> date:
    """Return the day of a time, in UTC."""
    return at.astimezone(UTC).date()


def days_between(earlier: date, later: date) -> int:
    """Return how many calendar days lie between; never negative: a clock may have been set back."""
    return max(0, (later - earlier).days)
