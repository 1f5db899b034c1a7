"""A simulated controller in a thread of its own, for tests that are no coroutines."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

_T = TypeVar("_T")
_PATIENCE_S = 10


class Listener(Protocol):
    """What can be run: it listens between `start` and `stop`, and may be started again."""

    async def start(self) -> None:
        """Listen."""

    async def stop(self) -> None:
        """Stop listening and hang up on everybody."""


@dataclass(frozen=True)
class Background:
    """A listener in a thread. Whatever touches what it holds goes through `act`."""

    _listener: Listener
    _loop: asyncio.AbstractEventLoop

    def act(self, what: Callable[[], _T]) -> _T:
        """Call something between two messages; returns what it returns."""

        async def call() -> _T:
            return what()

        return self.wait_for(call())

    def wait_for(self, what: Coroutine[Any, Any, _T], patience_s: float = _PATIENCE_S) -> _T:
        """Run something that takes its time, while the listener goes on; returns its result."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(patience_s)

    def vanish(self) -> None:
        """Lose power: the port is closed, every connection is cut."""
        self.wait_for(self._listener.stop())

    def come_back(self) -> None:
        """Listen again on the same port."""
        self.wait_for(self._listener.start())


@contextlib.contextmanager
def in_background(listener: Listener) -> Iterator[Background]:
    """Run a listener in a thread until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    background = Background(listener, loop)
    try:
        background.come_back()
        yield background
    finally:
        background.vanish()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=_PATIENCE_S)
        loop.close()
