"""The collector process: asks many controllers at once and hands back what they said.

Reads jobs from its standard input, writes small captures to its standard output and whole programs
into the spool, piece by piece. Decodes nothing and holds no key. Ends when its input ends, and
kills itself when its event loop stops turning, so that it cannot outlive a daemon that was killed.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import uvloop

from ccontrol.canonical import captures
from ccontrol.clock import Clock, SystemClock
from ccontrol.drivers.registry import DEFAULT, driver, table_named
from ccontrol.errors import StoreError
from ccontrol.model.capture import OWN_END, Capture
from ccontrol.poll import passwords
from ccontrol.poll.asking import ask_controller
from ccontrol.poll.frames import HEAD_BYTES, frame_length
from ccontrol.poll.messages import Beat, Cancel, Collect, Collected, FromWorker
from ccontrol.poll.pace import Gate, Turnstiles
from ccontrol.poll.triage import DEEP
from ccontrol.poll.wire import from_engine, to_engine
from ccontrol.store import durable

BEAT_S = 1.0
IN_HAND_BYTES = 256 * 1024
"""What is heard in a glance is no more, and goes along with the message: no disk is troubled."""
STUCK_S = 10.0
"""An event loop that has not turned for so long is stuck in something that never waits."""


class Collector:
    """The jobs in hand, by number."""

    def __init__(self, drivers: str, answers: asyncio.StreamWriter, clock: Clock) -> None:
        self._drivers = table_named(drivers)
        self._answers = answers
        self._clock = clock
        self._turnstiles = Turnstiles(clock)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._keeping: set[int] = set()
        """Jobs that are asked and not kept yet: a pause must not lose what was heard."""

    async def serve(self, jobs: asyncio.StreamReader) -> None:
        """Work until the engine closes the pipe."""
        beating = asyncio.create_task(self._beat())
        try:
            while True:
                self._take(await _next_frame(jobs))
        except asyncio.IncompleteReadError:
            beating.cancel()

    def _take(self, body: bytes) -> None:
        message = from_engine(body)
        if isinstance(message, Collect):
            task = asyncio.create_task(self._collect(message))
            self._tasks[message.job] = task
            task.add_done_callback(lambda _done: self._tasks.pop(message.job, None))
        elif isinstance(message, Cancel) and message.job in self._tasks.keys() - self._keeping:
            self._tasks[message.job].cancel()

    async def _collect(self, job: Collect) -> None:
        controller = job.controller
        gate = Gate(self._turnstiles.of(controller.pace_key, job.requests_per_s))
        family = driver(controller.family, self._drivers)
        begun = self._clock.monotonic()
        capture = await ask_controller(family, controller, job.ask, gate, self._clock)
        duration_ms = round((self._clock.monotonic() - begun) * 1000)
        self._keeping.add(job.job)
        try:
            self._say(await _collected(job, capture, duration_ms))
        finally:
            self._keeping.remove(job.job)

    async def _beat(self) -> None:
        while True:
            signal.setitimer(signal.ITIMER_REAL, STUCK_S)
            self._say(Beat())
            await asyncio.sleep(BEAT_S)

    def _say(self, message: FromWorker) -> None:
        self._answers.write(to_engine(message))


async def _collected(job: Collect, capture: Capture, duration_ms: int) -> Collected:
    in_file, not_kept = _is_for_a_file(capture), ""
    if in_file:
        try:  # in a thread: whoever else is asked must not wait for the disk
            await asyncio.to_thread(_keep, capture, job.file)
        except StoreError as error:
            not_kept = str(error)
    return Collected(
        job=job.job,
        capture=b"" if in_file else captures.encode(capture),
        requests=capture.requests,
        bytes_sent=capture.bytes_sent,
        bytes_received=capture.bytes_received,
        duration_ms=duration_ms,
        fault=capture.fault or "",
        fault_class=capture.fault_class,
        password_refused=passwords.refuses(capture),
        own_end=dict(capture.notes).get(OWN_END, ""),
        in_file=in_file and not not_kept,
        not_kept=not_kept,
    )


def _is_for_a_file(capture: Capture) -> bool:
    """Say whether to ask again would cost the controller, or whether it is too large to send."""
    heard = sum(len(answer) for one in capture.exchanges for answer in one.answers)
    return heard > IN_HAND_BYTES or (heard > 0 and capture.depth in DEEP)


def _keep(capture: Capture, file: Path) -> None:
    with durable.growing(file) as growing:
        for piece in captures.pieces(capture):
            growing.write(piece)


async def _next_frame(jobs: asyncio.StreamReader) -> bytes:
    head = await jobs.readexactly(HEAD_BYTES)
    return await jobs.readexactly(frame_length(head))


async def _main(drivers: str) -> None:
    loop = asyncio.get_running_loop()
    jobs = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(jobs), sys.stdin)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the frames
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, answers)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    await Collector(drivers, writer, SystemClock()).serve(jobs)
    os._exit(0)  # polls in hand are abandoned; waiting for a silent controller would take seconds


def main() -> None:
    """Entry of the process: `python -m ccontrol.poll.collector`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--drivers", default=DEFAULT)
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's ctrl-c is the engine's to answer
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    uvloop.run(_main(arguments.drivers))


if __name__ == "__main__":
    main()
