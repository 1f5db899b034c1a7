"""The one door to the time of day. Whoever needs it is handed a Clock; tests hand in their own."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, in the two ways that matter."""

    def now(self) -> datetime:
        """Return the wall clock as an aware UTC time. It steps when somebody sets the host's."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever grow. For deadlines and durations."""
        ...


class SystemClock:
    """The host's own clocks."""

    def now(self) -> datetime:
        """Return the wall clock as an aware UTC time."""
        return datetime.now(UTC)  # noqa: TID251 — this is the door

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()
