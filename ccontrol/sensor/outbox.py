"""What has been made out and is not yet kept by the daemon, in order, bounded. Pure.

When it is full the newest is turned away, not the oldest: how something began is worth more, and
whoever puts counts what was turned away.
"""

from collections import deque
from typing import Final

from ccontrol.canonical.witness import Handed, render_line
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch

BYTES_AT_MOST: Final = 1 << 24


class Outbox:
    """Lines with their numbers, from 1; each stays until it is kept on the other side."""

    def __init__(self, bytes_limit: int = BYTES_AT_MOST) -> None:
        self._limit = bytes_limit
        self._bytes = 0
        self._waiting: deque[bytes] = deque()
        self._number = 0
        """Of the last line that was put."""
        self._sent = 0
        """How many of those that wait were sent in this connection."""

    def put(self, said: EngineeringEvent | Watch) -> bool:
        """Take an event or a watch; False when there is no room for it."""
        line = render_line(Handed(self._number + 1, said))
        if self._bytes + len(line) > self._limit:
            return False
        self._number += 1
        self._waiting.append(line)
        self._bytes += len(line)
        return True

    def unsent(self) -> bytes:
        """Return the next line that was not sent yet, as sent now; nothing when there is none."""
        if self._sent == len(self._waiting):
            return b""
        self._sent += 1
        return self._waiting[self._sent - 1]

    def kept(self, number: int) -> None:
        """Let go of everything up to a number. Raises ValueError for one that was never sent."""
        first = self._number - len(self._waiting) + 1
        count = number - first + 1
        if count > self._sent:
            raise ValueError(f"the daemon says that it keeps line {number}, which it was not sent")
        for _ in range(count):
            self._bytes -= len(self._waiting.popleft())
        self._sent -= max(count, 0)

    def rewind(self) -> None:
        """Begin anew with the oldest: the connection broke."""
        self._sent = 0

    def __len__(self) -> int:
        return len(self._waiting)
