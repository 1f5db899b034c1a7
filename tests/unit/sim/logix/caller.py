"""A CIP client of a few lines that speaks frames by hand, so that the tests see every byte."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ccontrol.sim.logix.server import Live


class StillClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)


@dataclass(frozen=True)
class Reply:
    """One CIP answer."""

    raw: bytes

    @property
    def service(self) -> int:
        return self.raw[0]

    @property
    def status(self) -> int:
        return self.raw[2]

    @property
    def extended(self) -> tuple[int, ...]:
        return struct.unpack_from(f"<{self.raw[3]}H", self.raw, 4)

    @property
    def data(self) -> bytes:
        return self.raw[4 + 2 * self.raw[3] :]


def path(*pairs: int, attribute: int | None = None) -> bytes:
    """Class, instance, class, instance … in the widths that the numbers need."""
    steps = [(0x20 if at % 2 == 0 else 0x24, number) for at, number in enumerate(pairs)]
    if attribute is not None:
        steps.append((0x30, attribute))
    return b"".join(
        bytes((code, number)) if number < 256 else struct.pack("<BxH", code | 1, number)
        for code, number in steps
    )


def name(text: str) -> bytes:
    """A symbolic segment for each part between dots."""
    parts = [part.encode() for part in text.split(".")]
    return b"".join(bytes((0x91, len(p))) + p + bytes(len(p) % 2) for p in parts)


def message(service: int, where: bytes, data: bytes = b"") -> bytes:
    return bytes((service, len(where) // 2)) + where + data


def attributes(*numbers: int) -> bytes:
    """The data of Get_Attribute_List and of service 55."""
    return struct.pack(f"<H{len(numbers)}H", len(numbers), *numbers)


@dataclass
class Caller:
    """One connection, driven by hand."""

    line: socket.socket
    session: int = 0
    opened: int = 0
    sequence: int = 0
    serial: int = 1
    buffer: bytearray = field(default_factory=bytearray)

    def send(self, command: int, data: bytes = b"", session: int | None = None) -> None:
        own = self.session if session is None else session
        head = struct.pack("<HHII8sI", command, len(data), own, 0, b"caller01", 0)
        self.line.sendall(head + data)

    def hear(self) -> bytes:
        """The next frame; empty when the peer has closed."""
        while len(self.buffer) < 24 or len(self.buffer) < self._length():
            heard = self.line.recv(65536)
            if not heard:
                return b""
            self.buffer += heard
        length = self._length()
        frame = bytes(self.buffer[:length])
        del self.buffer[:length]
        return frame

    def _length(self) -> int:
        return 24 + int.from_bytes(self.buffer[2:4], "little")

    def ask(self, command: int, data: bytes = b"", session: int | None = None) -> bytes:
        self.send(command, data, session)
        return self.hear()

    def register(self) -> int:
        """Register a session; returns the status of the encapsulation."""
        frame = self.ask(0x65, b"\1\0\0\0")
        self.session = int.from_bytes(frame[4:8], "little")
        return int.from_bytes(frame[8:12], "little")

    def here(self, request: bytes) -> Reply:
        """Ask the module that listens, without a route."""
        items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(request)) + request
        frame = self.ask(0x6F, items)
        return Reply(frame[40:])

    def at(self, route: bytes, request: bytes) -> Reply:
        """Ask by Unconnected Send along a route."""
        padded = request + bytes(len(request) % 2)
        data = struct.pack("<BBH", 7, 0xF9, len(request)) + padded
        return self.here(message(0x52, path(6, 1), data + bytes((len(route) // 2, 0)) + route))

    def open(self, route: bytes, size: int = 500, *, large: bool = False, serial: int = 0) -> Reply:
        """Forward Open to the message router at the end of a route."""
        way = route + path(2, 1)
        params = 0x4200_0000 | size if large else 0x4200 | size
        form = "<BBIIHHIB3xIIIIBB" if large else "<BBIIHHIB3xIHIHBB"
        self.serial = serial or self.serial
        data = struct.pack(
            form, 7, 0xF9, 0, 0x71190427, self.serial, 0x4D, 0x0CCC, 0, 8_000_000, params,
            8_000_000, params, 0xA3, len(way) // 2,
        )  # fmt: skip
        reply = self.here(message(0x5B if large else 0x54, path(6, 1), data + way))
        if reply.status == 0:
            self.opened = int.from_bytes(reply.data[:4], "little")
        return reply

    def close(self) -> Reply:
        data = struct.pack("<BBHHIBB", 7, 0xF9, self.serial, 0x4D, 0x0CCC, 0, 0)
        return self.here(message(0x4E, path(6, 1), data))

    def linked(self, request: bytes) -> Reply:
        """Ask over the open connection."""
        self.send_linked(request)
        return Reply(self.hear()[46:])

    def send_linked(self, request: bytes) -> None:
        self.sequence += 1
        items = struct.pack("<IHHHHI", 0, 0, 2, 0xA1, 4, self.opened)
        body = struct.pack("<HHH", 0xB1, len(request) + 2, self.sequence) + request
        self.send(0x70, items + body)


BACKPLANE = bytes((1, 0))


def slot(number: int) -> bytes:
    return bytes((1, number))


@contextlib.contextmanager
def calling(live: Live, *, register: bool = True) -> Iterator[Caller]:
    with socket.create_connection((live.host, live.port), timeout=60) as line:
        caller = Caller(line)
        if register:
            assert caller.register() == 0
        yield caller
