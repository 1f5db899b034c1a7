"""Frames: the EtherNet/IP encapsulation (CIP volume 2, chapter 2) and the items inside.

Bytes in, bytes out. Holds no meaning of what is asked and opens nothing.
"""

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.sim.connection import RubbishError

HEADER_LENGTH = 24
PORT = 44818


class Command(enum.IntEnum):
    """What an encapsulation frame is for."""

    NOP = 0x00
    LIST_SERVICES = 0x04
    LIST_IDENTITY = 0x63
    LIST_INTERFACES = 0x64
    REGISTER = 0x65
    UNREGISTER = 0x66
    SEND_RR_DATA = 0x6F
    SEND_UNIT_DATA = 0x70


class ItemKind(enum.IntEnum):
    """Types of items in the common packet format."""

    NULL = 0x00
    IDENTITY = 0x0C
    CONNECTED_ADDRESS = 0xA1
    CONNECTED_DATA = 0xB1
    UNCONNECTED_DATA = 0xB2
    SERVICES = 0x100


OK, UNSUPPORTED, NO_MEMORY, BAD_DATA = 0x00, 0x01, 0x02, 0x03
NO_SESSION, BAD_LENGTH, BAD_VERSION = 0x64, 0x65, 0x69


@dataclass(frozen=True, slots=True)
class Frame:
    """One encapsulation frame from a client."""

    command: int
    session: int
    status: int
    context: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the common packet format."""

    kind: int
    data: bytes


def parse_frame(raw: bytes) -> Frame:
    """Read one frame; raises RubbishError when its length is not what it says."""
    if len(raw) < HEADER_LENGTH:
        raise RubbishError(f"{len(raw)} bytes are no frame")
    command, length, session, status, context, _ = struct.unpack_from("<HHII8sI", raw)
    if len(raw) != HEADER_LENGTH + length:
        raise RubbishError(f"frame says {length} bytes and has {len(raw) - HEADER_LENGTH}")
    return Frame(command, session, status, context, raw[HEADER_LENGTH:])


def answer(
    asked: Frame, data: bytes = b"", *, status: int = OK, session: int | None = None
) -> bytes:
    """The frame that answers another one: same command, same sender context."""
    ours = asked.session if session is None else session
    head = struct.pack("<HHII8sI", asked.command, len(data), ours, status, asked.context, 0)
    return head + data


def pack_items(*items: Item) -> bytes:
    """Items with their count before them."""
    packed = (struct.pack("<HH", item.kind, len(item.data)) + item.data for item in items)
    return struct.pack("<H", len(items)) + b"".join(packed)


def parse_items(data: bytes) -> list[Item]:
    """Read counted items; raises RubbishError when they overrun."""
    if len(data) < 2:  # noqa: PLR2004 — the count
        raise RubbishError("no item count")
    items, at = [], 2
    for _ in range(int.from_bytes(data[:2], "little")):
        if at + 4 > len(data):
            raise RubbishError("an item is cut off")
        kind, length = struct.unpack_from("<HH", data, at)
        at += 4
        if at + length > len(data):
            raise RubbishError("an item overruns its frame")
        items.append(Item(kind, data[at : at + length]))
        at += length
    return items


class Reader:
    """Collects a TCP stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield every frame that is complete."""
        self._buffer += data
        while len(self._buffer) >= HEADER_LENGTH:
            length = HEADER_LENGTH + int.from_bytes(self._buffer[2:4], "little")
            if len(self._buffer) < length:
                return
            whole = bytes(self._buffer[:length])
            del self._buffer[:length]
            yield parse_frame(whole)
