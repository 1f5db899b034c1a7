"""Packets from standard input, as another program writes them while it captures: pcap or pcapng.

A thread of its own reads, for whoever reads a pipe waits; it is handed over in a queue that is
bounded. When we are too slow the pipe fills, and the program that captures drops and counts.
"""

import contextlib
import os
import queue
import stat
import threading
from typing import Final

from ccontrol.errors import BadFileError, SensorError
from ccontrol.sources.wire.recording import Frame, Recording

_AHEAD: Final = 256
"""Frames that wait at most; the longest is 256 KiB."""


class Stream:
    """A pipe that is listened to."""

    def __init__(self, door: int) -> None:
        """Begin to listen at an open file descriptor.

        Raises SensorError for what is no pipe: a file tells of another time than now.
        """
        mode = os.fstat(door).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise SensorError(
                "standard input is no pipe",
                hint="tcpdump -i eth1 -U -w - | ccontrol sense -; files: `ccontrol import`.",
            )
        # a file object that nobody else has: sys.stdin's must not be locked by us at the end
        self._pipe = os.fdopen(os.dup(door), "rb")
        self._waiting: queue.Queue[Frame] = queue.Queue(_AHEAD)
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._recording: Recording | None = None
        self._told_dropped = 0
        self._ended = ""
        threading.Thread(target=self._read, name="stream", daemon=True).start()

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on."""
        return (self._bell,)

    def frames(self) -> list[Frame]:
        """Return the frames that wait, none when there are none now."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        found: list[Frame] = []
        with contextlib.suppress(queue.Empty):
            while len(found) < _AHEAD:
                found.append(self._waiting.get_nowait())
        return found

    def losses(self) -> int:
        """Return how many packets the other program says it lost since the last call.

        Raises SensorError when the stream has ended: nothing is heard any more.
        """
        ended = self._ended  # before the queue is looked at: what came first is heard first
        if ended and self._waiting.empty():
            raise SensorError(ended, hint="Start the program that captures anew, and this with it.")
        dropped = self._recording.dropped if self._recording is not None else 0
        lost, self._told_dropped = dropped - self._told_dropped, dropped
        return lost

    def _read(self) -> None:
        fault = "it was closed"
        try:
            with self._pipe:
                fault = self._heard() or fault
        except (BadFileError, OSError) as error:
            fault = str(error)
        self._ended = f"standard input has ended: {fault}"

    def _heard(self) -> str:
        """Queue every frame; return why that ended before it should. Raises BadFileError."""
        self._recording = Recording(self._pipe, "standard input")
        for frame in self._recording.frames():
            self._waiting.put(frame)
            os.eventfd_write(self._bell, 1)
        return self._recording.fault
