"""The decoder process: makes facts of captures and texts of project files, one at a time.

Within bounds of time and memory.

Reads from its standard input, or from a file of the spool that is named there, writes to its
standard output, and opens nothing else. What a hostile controller's bytes do to a decoder happens
here and nowhere else.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import BinaryIO

from ccontrol.canonical import captures
from ccontrol.drivers.registry import DEFAULT, driver, table_named
from ccontrol.drivers.secret_fields import sealed, secret_fields
from ccontrol.model.capture import Capture
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll.bounds import MEMORY_BYTES, bound_memory, bound_time
from ccontrol.poll.frames import read_frame
from ccontrol.poll.messages import Beat, Decode, Decoded, ReadProject, ToWorker
from ccontrol.poll.wire import from_engine, to_engine

BEAT_S = 1.0

_log = logging.getLogger(__name__)


class Decoder:
    """Answers one request after the other; a second thread says that the process lives."""

    def __init__(self, drivers: str, answers: BinaryIO) -> None:
        self._drivers = table_named(drivers)
        self._answers = answers
        self._saying = threading.Lock()

    def serve(self, requests: BinaryIO) -> None:
        """Work until the engine closes the pipe."""
        threading.Thread(target=self._beat, daemon=True).start()
        while (message := _next(requests)) is not None:
            if isinstance(message, Decode | ReadProject):
                bound_time(message.time_limit_s)
                self._say(self._answer(message))
                bound_time(0)

    def _answer(self, request: Decode | ReadProject) -> bytes:
        if isinstance(request, ReadProject):
            reading = import_module("ccontrol.poll.project_reading")  # few decoders ever need it
            return to_engine(reading.read_project(request))
        try:
            return to_engine(Decoded(request.job, self._interpret(request)))
        except Exception as error:  # noqa: BLE001 — supervised border: interpret is total
            _log.exception("a capture could not be decoded job=%s", request.job)
            return to_engine(Decoded(request.job, None, f"{type(error).__name__}: {error}"))

    def _interpret(self, request: Decode) -> Snapshot:
        """Return the facts; the capture, as large again, is let go of here."""
        capture = _read(request)
        family = driver(capture.family, self._drivers)
        snapshot = family.interpret(capture, request.seal)
        return sealed(snapshot, request.seal, secret_fields())

    def _beat(self) -> None:
        pause = threading.Event()
        try:
            while True:
                self._say(to_engine(Beat()))
                pause.wait(BEAT_S)
        except BrokenPipeError:
            os._exit(0)  # the engine was killed: nobody waits for what is being decoded

    def _say(self, framed: bytes) -> None:
        with self._saying:
            self._answers.write(framed)
            self._answers.flush()


def _read(request: Decode) -> Capture:
    if isinstance(request.capture, bytes):
        return captures.decode(request.capture)
    with request.capture.open("rb") as file:
        return captures.read(file)


def _next(requests: BinaryIO) -> ToWorker | None:
    """Return the next message; its frame, as large again, is let go of here."""
    body = read_frame(requests)
    return None if body is None else from_engine(body)


def main() -> None:
    """Entry of the process: `python -m ccontrol.poll.decoder`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--drivers", default=DEFAULT)
    parser.add_argument("--memory-bytes", type=int, default=MEMORY_BYTES)
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's ctrl-c is the engine's to answer
    bound_memory(arguments.memory_bytes)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the frames
    with suppress(BrokenPipeError):  # the engine was killed; there is nobody left to tell
        Decoder(arguments.drivers, answers).serve(sys.stdin.buffer)
    os._exit(0)


if __name__ == "__main__":
    main()
