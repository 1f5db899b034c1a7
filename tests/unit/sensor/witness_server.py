"""A daemon's side of the talk with sensors, as canonical.witness describes it, and no more."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ccontrol.canonical.witness import Act, Handed, Hello, Kept, Line, Whom, parse_line, render_line

WHOM = Whom((("192.0.2.20", 102),))


@dataclass
class WitnessServer:
    """Takes one sensor after another; keeps what it is handed, if it is told to."""

    path: Path
    whom: Whom = WHOM
    keeps: bool = True
    heard: list[Line] = field(default_factory=list)
    line: socket.socket | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def serve(self, entrance: socket.socket) -> None:
        while True:
            try:
                line, _ = entrance.accept()
            except OSError:
                return
            self.line = line
            with contextlib.suppress(OSError), line, line.makefile("rb") as said:
                for each in said:
                    self.take(line, parse_line(each))

    def take(self, line: socket.socket, said: Line) -> None:
        with self.changed:
            self.heard.append(said)
            self.changed.notify_all()
        if isinstance(said, Hello):
            line.sendall(render_line(self.whom))
        elif isinstance(said, Handed) and self.keeps:
            line.sendall(render_line(Kept(said.number)))

    def hang_up(self) -> None:
        assert self.line is not None
        self.line.shutdown(socket.SHUT_RDWR)

    def handed(self) -> list[Handed]:
        return [each for each in self.heard if isinstance(each, Handed)]

    def hints(self) -> list[Act]:
        return [each for each in self.heard if isinstance(each, Act)]


@contextlib.contextmanager
def serving(server: WitnessServer) -> Iterator[WitnessServer]:
    """Listen at its path until the block ends."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as entrance:
        entrance.bind(str(server.path))
        entrance.listen()
        thread = threading.Thread(target=server.serve, args=(entrance,))
        thread.start()
        try:
            yield server
        finally:
            entrance.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError, AssertionError):  # nobody came, or it is over
                server.hang_up()
            thread.join()
            server.path.unlink()
