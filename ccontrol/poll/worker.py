"""A worker process, seen from the engine: start it, talk to it, notice its end, kill it.

Knows nothing of what is asked of it; who is to blame for a death is the crew's business.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from ccontrol.clock import Clock
from ccontrol.errors import EngineError
from ccontrol.poll.frames import HEAD_BYTES, frame_length
from ccontrol.poll.messages import Beat, FromWorker, ToWorker
from ccontrol.poll.wire import from_worker, to_worker

START_S = 30.0
"""Longest wait for a new process to say that it is ready."""

_log = logging.getLogger(__name__)


class Worker:
    """One process. `died` is set once it has ended, for whatever reason."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        on_message: Callable[[FromWorker], None],
        clock: Clock,
    ) -> None:
        self._process = process
        self._on_message = on_message
        self._clock = clock
        self._handle = os.pidfd_open(process.pid)
        self._ready = asyncio.Event()
        self.beat_at = clock.monotonic()
        self.died = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def silent_s(self) -> float:
        """Seconds since it last showed that it lives."""
        return self._clock.monotonic() - self.beat_at

    async def ready(self) -> None:
        """Return when it has said its first word. Raises EngineError when it never does."""
        waiting = [
            asyncio.create_task(self._ready.wait()),
            asyncio.create_task(self.died.wait()),
        ]
        _, late = await asyncio.wait(waiting, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
        for task in late:
            task.cancel()
        if self.died.is_set() or not self._ready.is_set():
            await self.kill()
            raise EngineError("a worker process could not be started; its own words are above")

    def send(self, message: ToWorker) -> None:
        """Hand it a message; silently lost when it has just died, which `died` tells."""
        if self._process.stdin is not None and not self.died.is_set():
            self._process.stdin.write(to_worker(message))

    async def kill(self) -> None:
        """End it now, whatever it does, and wait for its end."""
        self._shoot()
        await self._reading

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self._next_message())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except EngineError:
            _log.exception("a worker is not to be trusted any more pid=%s", self.pid)
        finally:
            self._shoot()
            await self._process.wait()
            os.close(self._handle)
            self.died.set()

    def _shoot(self) -> None:
        # By its handle: Process.kill() would collect the exit code from under asyncio's watcher.
        with suppress(ProcessLookupError, OSError):  # it has ended and was collected
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    async def _next_message(self) -> FromWorker:
        pipe = self._process.stdout
        if pipe is None:
            raise EngineError("a worker was started without a pipe")
        head = await pipe.readexactly(HEAD_BYTES)
        return from_worker(await pipe.readexactly(frame_length(head)))

    def _hear(self, message: FromWorker) -> None:
        self.beat_at = self._clock.monotonic()
        self._ready.set()
        if not isinstance(message, Beat):
            self._on_message(message)


async def start_worker(
    module: str,
    arguments: tuple[str, ...],
    on_message: Callable[[FromWorker], None],
    clock: Clock,
) -> Worker:
    """Start `python -m module`, and return it once it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    worker = Worker(process, on_message, clock)
    await worker.ready()
    return worker
