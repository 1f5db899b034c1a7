"""A client of a few lines that speaks frames by hand, so that the tests see every byte."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

IDENTITY = bytes.fromhex("0102 2001 2401")
EXECUTE = bytes.fromhex("4b02 2067 2401")
REQUESTOR = bytes.fromhex("07 4d00 e0312b3d")


def frame(command: int, data: bytes = b"", session: int = 0) -> bytes:
    return struct.pack("<HHII8sI", command, len(data), session, 0, b"question", 0) + data


@dataclass
class Caller:
    """One connection, driven by hand."""

    line: socket.socket
    session: int = 0
    number: int = 0xC563

    def exchange(self, whole: bytes) -> bytes:
        """Send a frame; the next frame, or nothing when the peer has closed."""
        self.line.sendall(whole)
        return self.hear()

    def hear(self) -> bytes:
        head = self._exactly(24)
        return head + self._exactly(int.from_bytes(head[2:4], "little")) if head else b""

    def register(self) -> int:
        """Register a session; returns the status of the answer."""
        answer = self.exchange(frame(0x65, b"\x01\x00\x00\x00"))
        self.session = int.from_bytes(answer[4:8], "little")
        return int.from_bytes(answer[8:12], "little")

    def ask(self, message: bytes) -> bytes:
        """A message outside a connection; returns what answers it."""
        items = struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(message))
        answer = self.exchange(frame(0x6F, items + message, self.session))
        assert answer[36:38] == b"\xb2\x00", answer.hex()
        return answer[40:]

    def pccc(self, text: str) -> tuple[int, bytes]:
        """A PCCC command in hexadecimal; returns STS and what follows the number."""
        told = bytes.fromhex(text)
        number = struct.pack("<H", self.number)
        answer = self.ask(EXECUTE + REQUESTOR + told[:1] + b"\0" + number + told[1:])
        assert answer[:4] == b"\xcb\x00\x00\x00", answer.hex()
        assert answer[4:11] == REQUESTOR
        reply = answer[11:]
        assert (reply[0], reply[2:4]) == (told[0] | 0x40, number)
        return reply[1], reply[4:]

    def _exactly(self, size: int) -> bytes:
        whole = b""
        while len(whole) < size:
            heard = self.line.recv(size - len(whole))
            if not heard:
                return b""
            whole += heard
        return whole


@contextmanager
def calling(port: int, *, register: bool = True) -> Iterator[Caller]:
    """Connect, and register a session unless told otherwise."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        caller = Caller(line)
        if register:
            assert caller.register() == 0
        yield caller
