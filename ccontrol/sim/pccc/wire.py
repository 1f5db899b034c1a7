"""Frames: EtherNet/IP encapsulation, its items, and the messages of CIP. Bytes in, bytes out.

Layouts: The CIP Networks Library, volumes 1 and 2; seen in a recording of RSLogix 500 and a
1766-LEC. Holds no meaning of what is asked and opens nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.sim.connection import RubbishError

LIST_SERVICES, LIST_IDENTITY, REGISTER, UNREGISTER = 0x04, 0x63, 0x65, 0x66
SEND_RR, SEND_UNIT = 0x6F, 0x70
NULL_ADDRESS, CONNECTED_ADDRESS, CONNECTED, UNCONNECTED = 0x00, 0xA1, 0xB1, 0xB2
_HEADER = struct.Struct("<HHII8sI")
_MOST_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class Frame:
    """One encapsulated message from a client."""

    command: int
    session: int
    context: bytes
    data: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One request to an object: service, class and instance, parameters."""

    service: int
    path: bytes
    data: bytes

    @property
    def target(self) -> tuple[int, int]:
        """Class and instance by 8-bit or 16-bit segments; (0, 0) for any other path."""
        found, at, path = [0, 0], 0, self.path
        while at < len(path):
            kind, wide = path[at] & 0xFC, path[at] & 0x03
            if kind not in (0x20, 0x24) or wide > 1:
                return 0, 0
            size = 4 if wide else 2
            found[kind == 0x24] = int.from_bytes(path[at + size // 2 : at + size], "little")  # noqa: PLR2004 — an instance
            at += size
        return found[0], found[1]


def frame(command: int, session: int, context: bytes, data: bytes, status: int = 0) -> bytes:
    """Put data into its encapsulation."""
    return _HEADER.pack(command, len(data), session, status, context, 0) + data


def items(data: bytes) -> list[tuple[int, bytes]]:
    """Cut a common packet into items; raises RubbishError when they overrun."""
    if len(data) < 8:  # noqa: PLR2004 — interface handle, timeout, count
        raise RubbishError("a packet without items")
    found, at = [], 8
    for _ in range(int.from_bytes(data[6:8], "little")):
        head = data[at : at + 4]
        size = int.from_bytes(head[2:], "little")
        if len(head) < 4 or at + 4 + size > len(data):  # noqa: PLR2004 — type and length
            raise RubbishError("an item overruns its packet")
        found.append((int.from_bytes(head[:2], "little"), data[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def packet(*content: tuple[int, bytes]) -> bytes:
    """Put items into a common packet."""
    told = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in content)
    return struct.pack("<IHH", 0, 0, len(content)) + told


def message(raw: bytes) -> Message:
    """Cut a message into service, path and parameters; raises RubbishError when it is too short."""
    if len(raw) < 2 or len(raw) < 2 + 2 * raw[1]:  # noqa: PLR2004 — service, length of path
        raise RubbishError(f"not a message: {raw[:8].hex()}")
    cut = 2 + 2 * raw[1]
    return Message(raw[0], raw[2:cut], raw[cut:])


def answer(service: int, data: bytes = b"", status: int = 0, *extended: int) -> bytes:
    """The answer to a service: success with data, or a status with its further words."""
    more = struct.pack(f"<{len(extended)}H", *extended)
    return bytes((service | 0x80, 0, status, len(extended))) + more + data


class Reader:
    """Collects a TCP stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield every frame that is complete; raises RubbishError on an unknown command."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            command, length, session, _, context, _ = _HEADER.unpack_from(self._buffer)
            if command > 0xFF or length > _MOST_BYTES:  # noqa: PLR2004 — no command is above
                raise RubbishError(f"not a frame: {bytes(self._buffer[:8]).hex()}")
            if len(self._buffer) < _HEADER.size + length:
                return
            raw = bytes(self._buffer[: _HEADER.size + length])
            del self._buffer[: len(raw)]
            yield Frame(command, session, context, raw[_HEADER.size :], raw)
