"""The line to the daemon: a Unix socket that is opened again whenever it breaks. Never waits."""

import logging
import socket
from pathlib import Path
from typing import Final

from ccontrol.canonical.witness import (
    LONGEST_LINE,
    Act,
    Hello,
    Kept,
    Whom,
    parse_line,
    render_line,
)
from ccontrol.clock import Clock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch
from ccontrol.sensor.outbox import Outbox

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_PIECE: Final = 1 << 16
_OUT_BYTES: Final = 1 << 17
"""More than this on its way, and hints are left out: whoever reads so slowly is not waiting."""

_log = logging.getLogger(__name__)


class DaemonLine:
    """Hands events, watches and hints to the daemon; learns from it whom to count."""

    def __init__(
        self,
        path: Path,
        hello: Hello,
        clock: Clock,
        outbox: Outbox | None = None,
    ) -> None:
        self._path = path
        self._hello = hello
        self._whom: Whom | None = None
        """Whom the daemon has named and nobody was told of yet."""
        self._clock = clock
        self._outbox = Outbox() if outbox is None else outbox
        self._socket: socket.socket | None = None
        self._is_greeted = False
        """The daemon has answered our hello."""
        self._out = bytearray()
        self._in = bytearray()
        self._pause_s = _FIRST_PAUSE_S
        self._next_try_s = clock.monotonic()

    def fileno(self) -> int | None:
        """Return what to wait on; None while there is no connection."""
        return None if self._socket is None else self._socket.fileno()

    @property
    def wants_to_send(self) -> bool:
        """Something waits for the socket to take it."""
        return bool(self._out)

    @property
    def is_done(self) -> bool:
        """The daemon keeps everything that was handed over."""
        return not len(self._outbox)

    def put(self, said: EngineeringEvent | Watch) -> bool:
        """Hand over an event or a watch, now or when there is a connection; False: no room."""
        return self._outbox.put(said)

    def hint(self, act: Act) -> None:
        """Say at once that somebody is at work, if the daemon listens now."""
        if self._is_greeted and len(self._out) < _OUT_BYTES:
            self._out += render_line(act)

    def turn(self) -> Whom | None:
        """Send and receive what can be without waiting; connect when it is time to.

        Returns whom the daemon wants watched, when it has said so anew.
        """
        try:
            if self._socket is None:
                self._connect()
            if self._socket is not None:
                self._receive(self._socket)
                self._send(self._socket)
        except (OSError, ValueError) as error:
            self._broke(error)
        whom, self._whom = self._whom, None
        return whom

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        if self._clock.monotonic() < self._next_try_s:
            return
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket = door
        door.setblocking(False)
        door.connect(str(self._path))
        self._out += render_line(self._hello)

    def _send(self, door: socket.socket) -> None:
        while True:
            while self._is_greeted and len(self._out) < _PIECE and (line := self._outbox.unsent()):
                self._out += line
            if not self._out:
                return
            try:
                del self._out[: door.send(self._out)]
            except BlockingIOError:
                return

    def _receive(self, door: socket.socket) -> None:
        try:
            piece = door.recv(_PIECE)
        except BlockingIOError:
            return
        if not piece:
            raise ConnectionResetError("it hung up")
        self._in += piece
        while (end := self._in.find(b"\n")) >= 0:
            line = bytes(self._in[: end + 1])
            del self._in[: end + 1]
            self._take(line)
        if len(self._in) > LONGEST_LINE:
            raise ValueError("a line longer than any that is written")

    def _take(self, line: bytes) -> None:
        said = parse_line(line)
        match said:
            case Whom():
                self._whom = said
                if not self._is_greeted:
                    self._is_greeted = True
                    self._pause_s = _FIRST_PAUSE_S
                    _log.info("the daemon listens controllers=%d", len(said.controllers))
            case Kept():
                self._outbox.kept(said.number)
            case _:
                raise ValueError("a line that only a sensor says")

    def _broke(self, error: OSError | ValueError) -> None:
        """Try again later; what is not known to be kept is sent again then."""
        if self._is_greeted or self._pause_s == _FIRST_PAUSE_S:
            _log.warning(
                "no line to the daemon, waiting=%d socket=%s: %s",
                len(self._outbox),
                self._path,
                error,
            )
        self.close()
        self._outbox.rewind()
        self._out.clear()
        self._in.clear()
        self._is_greeted = False
        self._next_try_s = self._clock.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
