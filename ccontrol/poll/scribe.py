"""The writer of one site: a thread that does one piece of work at a time, and does not give up.

A store that takes nothing now (locked, full, read-only, tampered with) holds up this thread alone;
the work in hand is tried again until it is done.
"""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from ccontrol.errors import EngineError, StoreError, StoreFullError
from ccontrol.poll.pipeline import Line

RETRY_FIRST_S = 1.0
RETRY_MOST_S = 60.0

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work(Generic[T]):
    """One thing to do, and whom to tell."""

    do: Callable[[Line], T]
    done: "Future[T]"


class Scribe:
    """Opens the store in its own thread, and again after every failure."""

    def __init__(self, name: str, open_line: Callable[[], Line]) -> None:
        self._name = name
        self._open_line = open_line
        self._line: Line | None = None
        self._inbox: queue.SimpleQueue[_Work[object] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._tried = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer of {name}", daemon=True)
        self.trouble: StoreError | None = None
        """What the store said last, as long as it takes nothing."""

    def start(self) -> None:
        """Begin; the store is opened at once."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many pieces of work wait."""
        return self._inbox.qsize()

    def first_try(self, timeout_s: float) -> StoreError | None:
        """Wait for the first attempt to open the store; return what went wrong."""
        self._tried.wait(timeout_s)
        return self.trouble

    def give(self, do: Callable[[Line], T]) -> "Future[T]":
        """Have something done, after everything that was given before."""
        done: Future[T] = Future()
        self._inbox.put(_Work(do, done))  # type: ignore[arg-type]  # a result's type is its giver's
        return done

    def stop(self, timeout_s: float) -> bool:
        """Finish what is in hand and end; False when that takes longer than the timeout."""
        self._stopping.set()
        self._inbox.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._first_open()
        while (work := self._inbox.get()) is not None and not self._stopping.is_set():
            self._persist(work)
        self._close()

    def _first_open(self) -> None:
        try:
            self._line = self._open_line()
        except StoreError as error:
            self._in_trouble(error)
        self._tried.set()

    def _persist(self, work: _Work[object]) -> None:
        """Do a piece of work, again and again while the store refuses."""
        if not work.done.set_running_or_notify_cancel():
            return  # whoever asked does not wait any more
        wait_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            try:
                result = self._attempt(work)
            except StoreError as error:
                self._in_trouble(error)
                self._stopping.wait(wait_s)
                wait_s = min(wait_s * 2, RETRY_MOST_S)
            except Exception as error:  # noqa: BLE001 — supervised border: told to who asked
                work.done.set_exception(error)
                return
            else:
                self._out_of_trouble()
                work.done.set_result(result)
                return
        work.done.set_exception(EngineError("the engine stopped before this was written"))

    def _attempt(self, work: _Work[object]) -> object:
        if self._line is None:
            self._line = self._open_line()
        return work.do(self._line)

    def _in_trouble(self, error: StoreError) -> None:
        if not _is_the_same(error, self.trouble):
            _log.error("the store takes nothing site=%s: %s (%s)", self._name, error, error.hint)
        self.trouble = error
        if not isinstance(error, StoreFullError):
            self._close()

    def _out_of_trouble(self) -> None:
        if self.trouble is not None:
            _log.info("the store takes commits again site=%s", self._name)
            self.trouble = None

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _is_the_same(error: StoreError, before: StoreError | None) -> bool:
    """Whether the same place fails in the same way; how many bytes are free changes each time."""
    place = str(error).partition(": ")[0]
    return type(error) is type(before) and place == str(before).partition(": ")[0]
