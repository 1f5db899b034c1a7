"""What was heard, on its way to whoever keeps it: bounded, in a thread, the acts first.

Keeping may take its time (a disk, a full store); listening must not wait for it. What has no room
is counted, and it is context that gives way.
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from ccontrol.errors import CcontrolError
from ccontrol.model.engineering import Effect, EngineeringEvent
from ccontrol.model.witness import Heard

ACTS_WAITING: Final = 10_000
OTHERS_WAITING: Final = 1_000
AT_ONCE: Final = 500
RETRY_S: Final = 1.0
_log = logging.getLogger(__name__)


class Sink(Protocol):
    """Whoever keeps what witnesses say."""

    def append_many(self, heard: Sequence[Heard]) -> None:
        """Keep all of it, durable, when this returns. Raises CcontrolError; then none is kept."""


class Handing:
    """The way from a listener to its sink."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink = sink
        self._name = name
        self._acts: deque[Heard] = deque()
        self._others: deque[Heard] = deque()
        self._lost = 0
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"handing of {name}", daemon=True)

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def put(self, heard: Heard) -> None:
        """Take one more; it never waits."""
        queue, most = (
            (self._acts, ACTS_WAITING) if _is_act(heard) else (self._others, OTHERS_WAITING)
        )
        with self._news:
            if len(queue) >= most:
                self._lost += 1
            else:
                queue.append(heard)
                self._news.notify()

    def take_lost(self) -> int:
        """Return how many had no room since the last call."""
        with self._news:
            lost, self._lost = self._lost, 0
        return lost

    def stop(self, timeout_s: float) -> None:
        """Hand over what waits, as far as the time allows."""
        self._stopping.set()
        with self._news:
            self._news.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            batch = self._next()
            if not batch:
                return
            while not self._hand(batch) and not self._stopping.wait(RETRY_S):
                pass

    def _next(self) -> tuple[Heard, ...]:
        """Wait for the next ones, acts first; empty when it is stopped and nothing waits."""
        with self._news:
            while not self._acts and not self._others:
                if self._stopping.is_set():
                    return ()
                self._news.wait()
            queue = self._acts or self._others
            return tuple(queue.popleft() for _ in range(min(AT_ONCE, len(queue))))

    def _hand(self, batch: tuple[Heard, ...]) -> bool:
        try:
            self._sink.append_many(batch)
        except CcontrolError as error:
            text = "what was heard is not kept yet, it waits listener=%s count=%d: %s (%s)"
            _log.error(text, self._name, len(batch), error, error.hint)
            return False
        except Exception:  # noqa: BLE001 — supervised border: told and counted, the next ones go on
            _log.exception("what was heard broke its keeping, it is lost count=%d", len(batch))
            with self._news:
                self._lost += len(batch)
        return True


def _is_act(heard: Heard) -> bool:
    said = heard.said
    return isinstance(said, EngineeringEvent) and said.effect is not Effect.CONTEXT
