"""What a server was asked, whatever protocol it speaks: the proof that a driver only reads.

What counts as reading, a family says.
"""

from collections import Counter, deque
from typing import Generic, Protocol, TypeVar


class Asked(Protocol):
    """One request."""

    @property
    def code(self) -> tuple[int | None, ...]:
        """What it is, without what it says."""

    @property
    def reads(self) -> bool:
        """Whether it is on the family's list of reads."""


RequestT = TypeVar("RequestT", bound=Asked)


class RequestLog(Generic[RequestT]):
    """The newest requests, every violation, and counters that never forget."""

    def __init__(self, keep: int = 20_000) -> None:
        self.requests: deque[RequestT] = deque(maxlen=keep)
        self.violations: list[RequestT] = []
        self.counts: Counter[tuple[int | None, ...]] = Counter()
        self.connections = 0
        self.turned_away = 0
        self.bytes_in = 0
        self.bytes_out = 0

    def note(self, request: RequestT) -> None:
        """Record a request."""
        self.counts[request.code] += 1
        self.requests.append(request)
        if not request.reads:
            self.violations.append(request)

    @property
    def total(self) -> int:
        """Messages received."""
        return sum(self.counts.values())
