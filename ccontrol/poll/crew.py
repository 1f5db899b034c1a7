"""The worker processes together: hand out jobs, kill what hangs, find out who was to blame.

A poll that ends in a death comes back as Lost. What follows (a pause, a second try alone) is
decided elsewhere.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask
from ccontrol.errors import EngineError, PausedError
from ccontrol.logic.project import Project
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.poll.asking import LATE_S
from ccontrol.poll.bounds import ended_by, processor_s, project_time_s
from ccontrol.poll.messages import (
    Cancel,
    Collect,
    Collected,
    Decode,
    Decoded,
    FromWorker,
    ProjectRead,
    ReadProject,
    ToWorker,
)
from ccontrol.poll.worker import Worker, start_worker
from ccontrol.store.disk import named_failures

KILL_GRACE_S = 5.0
"""How long after the collector's own deadline a poll may stay before its process is killed."""
KEEP_S_PER_MIB = 0.25
"""What a slow disk takes to write it: twice as many bytes, synced."""
SILENT_S = 10.0
"""A worker that has not shown life for so long is killed."""
DECODE_FIRST_S, DECODE_S_PER_MIB = 8.0, 0.5
"""Of the processor, for a capture: 8,000 blocks of 4 KiB are 71 MiB and take 8 of 44 s."""
SLOW = 0.5
"""From this part of the limit on, decoding was slow: nobody honest comes near it."""
RESTART_FIRST_S = 0.5
RESTART_MOST_S = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker died over this job, or beside it."""

    reason: str
    sure: bool
    """True when this job is to blame; False when another one in hand may be."""


@dataclass(slots=True)
class _Open:
    """A job in hand."""

    answer: "asyncio.Future[FromWorker | Lost]"
    kill_at: float


class Lane:
    """One worker process at a time, started when there is work, watched while there is any."""

    def __init__(self, name: str, module: str, arguments: tuple[str, ...], clock: Clock) -> None:
        self.name = name
        self._module = module
        self._arguments = arguments
        self._clock = clock
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._restart_s = RESTART_FIRST_S
        self._not_before = 0.0
        self._open: dict[int, _Open] = {}
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return None if self._worker is None else self._worker.pid

    @property
    def processor_s(self) -> float:
        """Seconds of the processor that the worker has taken."""
        return 0.0 if self._worker is None else processor_s(self._worker.pid)

    @property
    def in_hand(self) -> int:
        """How many jobs the worker has."""
        return len(self._open)

    async def do(self, job: int, message: ToWorker, limit_s: float) -> FromWorker | Lost:
        """Have a job done. Raises EngineError when no worker can be started."""
        worker = await self.start()
        answer: asyncio.Future[FromWorker | Lost] = asyncio.get_running_loop().create_future()
        self._open[job] = _Open(answer, self._clock.monotonic() + limit_s)
        worker.send(message)
        try:
            return await answer
        finally:
            self._open.pop(job, None)

    def send(self, message: ToWorker) -> None:
        """Send word about a job in hand."""
        if self._worker is not None:
            self._worker.send(message)

    async def stop(self) -> None:
        """End the worker; its jobs come back as lost."""
        if self._watching is not None:
            self._watching.cancel()
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()
        self._bury("the engine is stopping", blamed=None)

    async def start(self) -> Worker:
        """Return the worker, started if there is none. Raises EngineError when that fails."""
        async with self._starting:
            if self._worker is None:
                await asyncio.sleep(max(0.0, self._not_before - self._clock.monotonic()))
                self._worker = await self._spawn()
                self._watching = asyncio.create_task(self._watch(self._worker))
            return self._worker

    async def _spawn(self) -> Worker:
        try:
            worker = await start_worker(self._module, self._arguments, self._hear, self._clock)
        except EngineError:
            self._not_before = self._clock.monotonic() + self._restart_s
            self._restart_s = min(self._restart_s * 2, RESTART_MOST_S)
            raise
        self._restart_s = RESTART_FIRST_S
        _log.debug("a worker runs lane=%s pid=%s", self.name, worker.pid)
        return worker

    async def _watch(self, worker: Worker) -> None:
        while not worker.died.is_set():
            try:
                await asyncio.wait_for(worker.died.wait(), timeout=0.5)
            except TimeoutError:
                reason, blamed = self._verdict(worker)
                if reason:
                    await worker.kill()
                    self._bury(reason, blamed)
                    return
        self._bury("the worker process died", blamed=None)

    def _verdict(self, worker: Worker) -> tuple[str, int | None]:
        """Say why this worker has to be killed ("" when it does well), and over which job."""
        now = self._clock.monotonic()
        late = next((job for job, held in self._open.items() if now > held.kill_at), None)
        if late is not None:
            return "over its time limit and did not let go", late
        if worker.silent_s > SILENT_S:
            return f"the worker process gave no sign of life for {SILENT_S:.0f} s", None
        return "", None

    def _bury(self, reason: str, blamed: int | None) -> None:
        if self._worker is not None:
            _log.warning("a worker ended lane=%s: %s", self.name, reason)
        self._worker = None
        alone = len(self._open) == 1
        for job, held in list(self._open.items()):
            if not held.answer.done():
                held.answer.set_result(Lost(reason, sure=alone or job == blamed))

    def _hear(self, message: FromWorker) -> None:
        if isinstance(message, Collected | Decoded | ProjectRead) and message.job in self._open:
            answer = self._open[message.job].answer
            if not answer.done():
                answer.set_result(message)


def _size(capture: bytes | Path) -> int:
    if isinstance(capture, bytes):
        return len(capture)
    with named_failures(capture):
        return capture.stat().st_size


class Crew:
    """Two collectors, one shared and one for suspects, a decoder, and a reader of project files.

    The reader is a second decoder: a large file holds up no poll.
    """

    def __init__(self, drivers: str, clock: Clock) -> None:
        collector = "ccontrol.poll.collector"
        self._clock = clock
        self.shared = Lane("shared", collector, ("--drivers", drivers), clock)
        self.alone = Lane("alone", collector, ("--drivers", drivers), clock)
        self.decoder = Lane("decoder", "ccontrol.poll.decoder", ("--drivers", drivers), clock)
        self.reader = Lane("reader", "ccontrol.poll.decoder", ("--drivers", drivers), clock)
        self._numbers = itertools.count(1)
        self._decoding = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._jobs: dict[tuple[str, str], tuple[Lane, int]] = {}

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Every lane, for status."""
        return self.shared, self.alone, self.decoder, self.reader

    async def collect(
        self,
        controller: Controller,
        ask: Ask,
        requests_per_s: float,
        wanted: Callable[[], bool],
        file: Path,
        *,
        alone: bool = False,
    ) -> Collected | Lost:
        """Ask a controller, in the shared worker or alone in one of its own.

        What is large or deep is written to `file`, see `Collected.in_file`.

        `wanted` is asked once a worker runs: starting one takes time, and a pause must hold.
        Raises PausedError when it is not wanted any more, EngineError when no worker starts.
        """
        lane = self.alone if alone else self.shared
        await lane.start()
        if not wanted():
            raise PausedError(f"{controller.id} was paused before it was asked")
        job = next(self._numbers)
        place = controller.site, controller.id
        self._jobs[place] = lane, job
        try:
            budget = controller.budget
            limit_s = budget.longest_s(ask.depth) + LATE_S + KILL_GRACE_S
            limit_s += KEEP_S_PER_MIB * budget.bytes_limit / 2**20
            message = Collect(job, controller, ask, requests_per_s, file)
            answer = await lane.do(job, message, limit_s)
        finally:
            del self._jobs[place]
        if isinstance(answer, Collected | Lost):
            return answer
        raise EngineError(f"a collector answered with a {type(answer).__name__}")

    def cancel(self, controller: Controller, reason: str) -> None:
        """Let go of a controller at once, if it is being asked."""
        place = controller.site, controller.id
        if place in self._jobs:
            lane, job = self._jobs[place]
            lane.send(Cancel(job, reason))

    async def decode(
        self, capture: bytes | Path, seal: Seal, limit_s: float | None = None
    ) -> Decoded | Lost:
        """Make facts of a capture, or of one in a file; one at a time: a death has one culprit.

        Raises StoreError when the file is not there.
        """
        if limit_s is None:
            limit_s = DECODE_FIRST_S + DECODE_S_PER_MIB * _size(capture) / 2**20
        async with self._decoding:
            job = next(self._numbers)
            await self.decoder.start()
            before_s = self.decoder.processor_s
            request = Decode(job, capture, seal, limit_s)
            answer = await self.decoder.do(job, request, ended_by(limit_s))
            took_s = self.decoder.processor_s - before_s
        if isinstance(answer, Decoded):
            return replace(answer, slow=took_s > SLOW * limit_s)
        if isinstance(answer, Lost):
            return answer
        raise EngineError(f"the decoder answered with a {type(answer).__name__}")

    async def read_project(
        self, file: Path, name: str, seal: Seal, before: Project | None
    ) -> ProjectRead | Lost:
        """Read a project file and hold it against what was read before; one at a time.

        Raises StoreError when our copy of it is not there, EngineError when no worker starts.
        """
        limit_s = project_time_s(_size(file))
        async with self._reading:
            job = next(self._numbers)
            await self.reader.start()
            request = ReadProject(job, file, name, seal, before, limit_s)
            answer = await self.reader.do(job, request, ended_by(limit_s))
        if isinstance(answer, ProjectRead | Lost):
            return answer
        raise EngineError(f"the reader answered with a {type(answer).__name__}")

    async def warm_up(self) -> None:
        """Start what will be needed. What does not start is told when it is needed."""
        lanes = (self.shared.start(), self.decoder.start())
        await asyncio.gather(*lanes, return_exceptions=True)

    async def stop(self) -> None:
        """End every worker."""
        await asyncio.gather(*(lane.stop() for lane in self.lanes))
