"""Requests that wait for their answer, by the reference that the protocol gives both.

Bounded: the oldest request is given up when too many wait. On a mirror an answer may pass a moment
before its request; such an answer is kept for a few messages.
"""

from typing import Final, Generic, TypeVar

OPEN_REQUESTS: Final = 32
_EARLY: Final = 8
_LATE_MESSAGES: Final = 4

Reference = TypeVar("Reference")
Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Waiting(Generic[Reference, Request, Answer]):
    """What was asked and not answered yet."""

    __slots__ = ("_early", "_open")

    def __init__(self) -> None:
        self._open: dict[Reference, Request] = {}
        self._early: dict[Reference, tuple[Answer, int]] = {}

    def asked(self, reference: Reference, request: Request, message: int) -> Answer | None:
        """Note a request, the flow's `message`-th; return its answer when that came first."""
        if self._early:
            answer, at = self._early.pop(reference, (None, 0))
            if answer is not None and message - at <= _LATE_MESSAGES:
                return answer
        self._open.pop(reference, None)  # used again: the older one gets no answer any more
        if len(self._open) >= OPEN_REQUESTS:
            del self._open[next(iter(self._open))]
        self._open[reference] = request
        return None

    def answered(self, reference: Reference) -> Request | None:
        """Return the request that this reference waits for, once."""
        return self._open.pop(reference, None)

    def early(self, reference: Reference, answer: Answer, message: int) -> None:
        """Keep an answer whose request has yet to pass."""
        if len(self._early) >= _EARLY:
            del self._early[next(iter(self._early))]
        self._early[reference] = (answer, message)
