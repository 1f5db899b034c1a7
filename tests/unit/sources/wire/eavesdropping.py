"""A wire between a client and a controller on the loopback, and what passes on it as frames.

A relay of real sockets: each piece that it hands on becomes one TCP segment.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.unit.sources.wire.packets import Line, Talk


@dataclass
class Tap:
    """A relay before a controller, whose port appears as `shown_port` in the frames."""

    entrance: socket.socket
    controller_port: int
    shown_port: int
    line: Line = field(default_factory=Line)
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: list[threading.Thread] = field(default_factory=list)
    ends: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where to connect to instead of the controller."""
        return int(self.entrance.getsockname()[1])

    def accept(self) -> None:
        """Take connections until the entrance is closed."""
        while True:
            try:
                near, (_, client_port) = self.entrance.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.controller_port))
            self.ends += [near, far]
            with self.lock:
                talk = Talk(self.line, self.shown_port, client_port)
            self.start(self.hand_on, near, far, talk.asks)
            self.start(self.hand_on, far, near, talk.answers)

    def start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self.threads.append(thread)
        thread.start()

    def hand_on(
        self, source: socket.socket, target: socket.socket, note: Callable[[bytes], None]
    ) -> None:
        """Note each piece before it goes on, so that no answer comes before its request."""
        with contextlib.suppress(OSError):  # either end let go
            while data := source.recv(1_400):
                with self.lock:
                    note(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tapped(controller_port: int, shown_port: int) -> Iterator[Tap]:
    """Stand before a controller until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as entrance:
        tap = Tap(entrance, controller_port, shown_port)
        tap.start(tap.accept)
        try:
            yield tap
        finally:
            entrance.shutdown(socket.SHUT_RDWR)
            for end in tap.ends:
                with contextlib.suppress(OSError):  # closed already
                    end.shutdown(socket.SHUT_RDWR)
            for thread in tap.threads:
                thread.join()
            for end in tap.ends:
                end.close()
