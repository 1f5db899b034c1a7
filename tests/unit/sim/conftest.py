"""A client of a few lines that speaks frames by hand, so that the tests see every byte."""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import Live, running


class StillClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()


@dataclass
class Caller:
    """One connection, driven by hand."""

    line: socket.socket
    reference: int = 0
    buffer: bytearray = field(default_factory=bytearray)

    def send(self, pdu: bytes) -> None:
        self.line.sendall(struct.pack(">HHBBB", 0x300, len(pdu) + 7, 2, 0xF0, 0x80) + pdu)

    def packet(self) -> bytes:
        """The next packet; empty when the peer has closed."""
        while len(self.buffer) < 4 or len(self.buffer) < int.from_bytes(self.buffer[2:4], "big"):
            heard = self.line.recv(4096)
            if not heard:
                return b""
            self.buffer += heard
        length = int.from_bytes(self.buffer[2:4], "big")
        packet = bytes(self.buffer[:length])
        del self.buffer[:length]
        return packet

    def hear(self) -> bytes:
        """The next whole S7 message, put together from COTP units."""
        whole = b""
        while packet := self.packet():
            whole += packet[7:]
            if packet[6] & 0x80:
                return whole
        return b""

    def job(self, parameter: bytes, data: bytes = b"") -> bytes:
        self.reference += 1
        head = struct.pack(">BBHHHH", 0x32, 1, 0, self.reference, len(parameter), len(data))
        self.send(head + parameter + data)
        return self.hear()

    def userdata(self, group: int, subfunction: int, asked: bytes = b"") -> bytes:
        self.reference += 1
        parameter = bytes((0, 1, 0x12, 4, 0x11, 0x40 | group, subfunction, 0))
        data = struct.pack(">BBH", 0xFF, 9, len(asked)) + asked if asked else b"\x0a\x00\x00\x00"
        self._ask(parameter, data)
        return self.hear()

    def follow_up(self, group: int, subfunction: int, sequence: int) -> bytes:
        self.reference += 1
        head = bytes((0, 1, 0x12, 8, 0x12, 0x40 | group, subfunction, sequence, 0, 0, 0, 0))
        self._ask(head, b"\x0a\x00\x00\x00")
        return self.hear()

    def _ask(self, parameter: bytes, data: bytes) -> None:
        head = struct.pack(">BBHHHH", 0x32, 7, 0, self.reference, len(parameter), len(data))
        self.send(head + parameter + data)

    def setup(self, pdu_length: int = 960) -> int:
        """Negotiate; returns the length that the CPU grants."""
        answer = self.job(struct.pack(">BBHHH", 0xF0, 0, 1, 1, pdu_length))
        return int.from_bytes(answer[-2:], "big")

    def whole(self, group: int, subfunction: int, asked: bytes = b"") -> bytes:
        """A list or record set with all its fragments."""
        answer = self.userdata(group, subfunction, asked)
        assert error_of(answer) == 0, answer.hex()
        found = answer[26:]
        while answer[19]:
            answer = self.follow_up(group, subfunction, answer[17])
            found += answer[26:]
        return found

    def szl(self, number: int, index: int = 0) -> list[bytes]:
        found = self.whole(4, 1, struct.pack(">HH", number, index))
        length, count = struct.unpack(">HH", found[4:8])
        assert len(found) == 8 + length * count
        return [found[8 + at * length :][:length] for at in range(count)]

    def upload(self, name: bytes) -> bytes:
        """An image by its name in a request (b"0A00010")."""
        start = self.job(b"\x1d\x00\x00\x00\x00\x00\x00\x00\x09_" + name + b"A")
        assert start[1] == 3, start.hex()
        handle, size, image = start[16:20], int(start[21:28]), b""
        while len(image) < size:
            piece = self.job(b"\x1e\x00\x00\x00" + handle)
            image += piece[18:]
            assert (piece[13] == 1) == (len(image) < size)
        assert self.job(b"\x1f\x00\x00\x00" + handle)[12:] == b"\x1f"
        return image


def error_of(answer: bytes) -> int:
    """The error word of an answer to user data."""
    return int.from_bytes(answer[20:22], "big")


def knock(port: int, called: bytes = b"\x02\x02", timeout_s: float = 60) -> tuple[Caller, bytes]:
    """Open a connection (OP to slot 2 unless said otherwise); returns what answered the knock."""
    line = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
    options = b"\xc1\x02\x01\x00\xc2" + bytes([len(called)]) + called + b"\xc0\x01\x0a"
    cotp = bytes((6 + len(options), 0xE0, 0, 0, 0, 7, 0)) + options
    line.sendall(struct.pack(">HH", 0x300, 4 + len(cotp)) + cotp)
    caller = Caller(line)
    return caller, caller.packet()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def cpu(clock: StillClock) -> Cpu:
    """A press whose values stand still."""
    made = plant.press(clock)
    made.moving.clear()
    return made


@pytest.fixture
def live(cpu: Cpu) -> Iterator[Live]:
    with running(cpu) as running_press:
        yield running_press


@pytest.fixture
def call(live: Live) -> Iterator[Callable[..., Caller]]:
    """Calls the press: connected and set up."""
    open_lines: list[socket.socket] = []

    def connect(pdu_length: int = 960, called: bytes = b"\x02\x02") -> Caller:
        caller, answer = knock(live.port, called)
        open_lines.append(caller.line)
        assert answer[5] == 0xD0
        caller.setup(pdu_length)
        return caller

    yield connect
    for line in open_lines:
        line.close()


@pytest.fixture
def corpus() -> Path:
    """Real blocks and captures, where there are some."""
    beside = Path(__file__).parents[4] / "shared" / "corpus"
    folder = Path(os.environ.get("CCONTROL_CORPUS", beside))
    if not folder.is_dir():
        pytest.skip(f"no corpus of real blocks at {folder}; set CCONTROL_CORPUS")
    return folder
