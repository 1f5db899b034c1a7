"""A controller's own clock, held against ours: what makes the times of its log worth reading.

Controllers keep naive time, mostly local, often wrong by years. So nothing is ever compared by it:
entries are ordered by their place in the log, and their times are only shown, corrected by the
offset that the same poll found.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ccontrol.errors import ModelError

_NEAR_S = 60
_MILLISECOND = timedelta(milliseconds=1)
_DRIFT = 5_000
"""One part in so many is what two clocks may move apart by themselves: 200 ppm, 17 s a day, twice
what a S7-300 may; more is a jump."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a controller's clock showed at one moment."""

    shown: str
    """As it showed it, ISO 8601 without a zone: local time where it keeps that."""
    read_at: datetime
    """When that was by our clock: the middle between question and answer."""
    ahead_ms: int
    """How far it is ahead of UTC, its time zone included; negative when it is behind."""
    within_ms: int
    """The offset is right within so much, either way: half of what the answer took, and the
    smallest step that the clock shows."""


def reading(shown: str, asked_at: datetime, answered_at: datetime, step_ms: int) -> ClockReading:
    """Return what a clock showed between question and answer. Raises ModelError for no time."""
    half = (answered_at - asked_at) / 2
    read_at = asked_at + half
    try:
        ahead = datetime.fromisoformat(shown).replace(tzinfo=UTC) - read_at
    except ValueError:
        raise ModelError(f"{shown!r} is no time") from None
    within_ms = -(-abs(half) // _MILLISECOND) + step_ms
    return ClockReading(shown, read_at, round(ahead / _MILLISECOND), within_ms)


def about_here(at: str, clock: ClockReading | None) -> datetime | None:
    """Return when a time of that clock was by ours, if it has run on undisturbed since.

    None for no time, without a reading, and for a time that lies ahead of the reading: then the
    clock has been set back, and the time is of before.
    """
    if clock is None:
        return None
    try:
        theirs = datetime.fromisoformat(at).replace(tzinfo=UTC)
        here = theirs - timedelta(milliseconds=clock.ahead_ms)
    except (ValueError, OverflowError):
        return None
    latest = clock.read_at + timedelta(milliseconds=clock.within_ms)
    return here if here <= latest else None


def jump_ms(before: ClockReading, after: ClockReading) -> int:
    """Return how far the clock jumped ahead (or, negative, back) against ours between two readings.

    0 when the difference is no more than what both readings leave open and clocks drift. Which of
    the two clocks was set, nobody can tell from this.
    """
    moved_ms = after.ahead_ms - before.ahead_ms
    elapsed_ms = abs(after.read_at - before.read_at) // _MILLISECOND
    tolerated_ms = before.within_ms + after.within_ms + elapsed_ms // _DRIFT
    return moved_ms if abs(moved_ms) > tolerated_ms else 0


def against_ours(clock: ClockReading) -> str:
    """Say how far a clock is off, so coarsely that a right one says the same at every poll."""
    off_s = clock.ahead_ms / 1000
    if abs(off_s) < _NEAR_S:
        return "within a minute"
    return f"{round(abs(off_s) / 60)} min {'ahead' if off_s > 0 else 'behind'}"


def span(milliseconds: int) -> str:
    """Return a length of time in words: "1 h 12 min 10 s", "0.4 s"."""
    whole_s = abs(milliseconds) // 1000
    if whole_s < _NEAR_S:
        return f"{abs(milliseconds) / 1000:.1f} s"
    parts = ((whole_s // 86_400, "d"), (whole_s // 3_600 % 24, "h"), (whole_s // 60 % 60, "min"))
    told = [f"{count} {unit}" for count, unit in (*parts, (whole_s % 60, "s")) if count]
    return " ".join(told)
