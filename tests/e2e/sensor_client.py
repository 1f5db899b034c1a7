"""A sensor as the daemon meets it: a plain socket that says lines."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccontrol.canonical.witness import Hello, Kept, Line, Whom, parse_line, render_line

HELLO = Hello("span-a", "lo", "test")


class Sensor:
    """One end of the socket."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._lines = door.makefile("rb")

    def say(self, *lines: Line | bytes) -> None:
        self._door.sendall(
            b"".join(each if isinstance(each, bytes) else render_line(each) for each in lines)
        )

    def hear(self) -> Line | None:
        """The next line; None when the daemon has hung up."""
        try:
            text = self._lines.readline()
        except ConnectionError:
            return None
        return parse_line(text) if text else None

    def go(self) -> None:
        """Hang up, also where somebody still holds this end."""
        self._lines.close()

    def whom(self) -> Whom:
        heard = self.hear()
        assert isinstance(heard, Whom)
        return heard

    def kept_up_to(self, number: int) -> None:
        """Return once the daemon says that it keeps as much."""
        heard = self.hear()
        while heard != Kept(number):
            assert isinstance(heard, Kept), heard
            heard = self.hear()

    @property
    def is_cut(self) -> bool:
        """Whether the daemon hangs up, whatever it says before."""
        heard: Line | None = Kept(0)
        while heard is not None:
            heard = self.hear()
        return True


@contextmanager
def sensor(path: Path, hello: Hello | None = HELLO) -> Iterator[Sensor]:
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(30)
        door.connect(str(path))
        client = Sensor(door)
        try:
            if hello is not None:
                with suppress(BrokenPipeError):  # whoever is turned away may be cut before it spoke
                    client.say(hello)
            yield client
        finally:
            client.go()
