"""EtherNet/IP and CIP as bytes: frames out of a stream, replies out of frames. Pure.

Layouts: The CIP Networks Library, volume 1 (chapter 2-4, message router) and volume 2 (chapter 2,
encapsulation); each seen in captures of a 1756-L61 and of FactoryTalk Linx. All numbers are little
endian. Holds no building of requests (see client) and no meaning of what an object says.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ccontrol.errors import GarbledError

REGISTER, LIST_IDENTITY, SEND_RR, SEND_UNIT = 0x65, 0x63, 0x6F, 0x70
HEADER_BYTES = 24
MOST_FRAME_BYTES = HEADER_BYTES + 8_192
"""No answer is longer: the largest connection carries 4,002 bytes, an unconnected reply 504."""

_HEADER = struct.Struct("<HHII8sI")
_UNCONNECTED_ITEM, _CONNECTED_ITEM = 0x00B2, 0x00B1
_NULL_ADDRESS, _CONNECTION_ADDRESS = 0x0000, 0x00A1
_REPLY_BIT = 0x80
_CPF_BYTES = 8
"""Interface handle, timeout, number of items."""


class Frame(NamedTuple):
    """One encapsulated message."""

    command: int
    session: int
    status: int
    context: bytes
    data: bytes


class Reply(NamedTuple):
    """One answer of a message router: to whom it was, how it went, what it says."""

    service: int
    """The service that was asked for, without the bit that marks a reply."""
    status: int
    """CIP general status: 0 for success, 6 when there is more."""
    extended: tuple[int, ...]
    """Additional status words."""
    data: bytes


class Stream:
    """Puts frames together from bytes as they trickle in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def midway(self) -> bool:
        """True while only part of a frame is there."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take in bytes; yield each frame that is whole. Raises GarbledError for an endless one."""
        buffer = self._buffer
        buffer += data
        while len(buffer) >= HEADER_BYTES:
            size = HEADER_BYTES + int.from_bytes(buffer[2:4], "little")
            if size > MOST_FRAME_BYTES:
                raise GarbledError(f"a frame of {size} bytes, more than any answer has")
            if len(buffer) < size:
                return
            whole = bytes(buffer[:size])
            del buffer[:size]
            yield frame(whole)


def frame(whole: bytes) -> Frame:
    """Take one whole frame apart. Raises GarbledError when it is not whole."""
    if len(whole) < HEADER_BYTES:
        raise GarbledError(f"a frame of {len(whole)} bytes, its header alone has {HEADER_BYTES}")
    command, length, session, status, context, _ = _HEADER.unpack_from(whole)
    data = whole[HEADER_BYTES:]
    if len(data) != length:
        raise GarbledError(f"a frame announces {length} bytes and has {len(data)}")
    return Frame(command, session, status, context, data)


def unconnected(data: bytes) -> bytes:
    """Return the message within the data of a SendRRData frame. Raises GarbledError."""
    (address, nothing), (kind, message) = _two_items(data)
    if (address, nothing) != (_NULL_ADDRESS, b"") or kind != _UNCONNECTED_ITEM:
        raise GarbledError("an answer whose items are not those of an unconnected message")
    return message


def connected(data: bytes) -> tuple[int, int, bytes]:
    """Return connection, sequence count and message of a SendUnitData frame. Raises GarbledError.

    The connection is named by the id that we gave to its way towards us.
    """
    (address, connection), (kind, message) = _two_items(data)
    wanted = (_CONNECTION_ADDRESS, 4, _CONNECTED_ITEM)
    if (address, len(connection), kind) != wanted or len(message) < 2:  # noqa: PLR2004 — its count
        raise GarbledError("an answer whose items are not those of a connected message")
    return int.from_bytes(connection, "little"), int.from_bytes(message[:2], "little"), message[2:]


def items(data: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return type and content of the items of a common packet, its count first. Raises."""
    if len(data) < 2:  # noqa: PLR2004 — the count
        raise GarbledError("a packet without items")
    found, at = [], 2
    for _ in range(int.from_bytes(data[:2], "little")):
        if at + 4 > len(data):
            raise GarbledError("a packet with fewer items than it announces")
        kind, size = struct.unpack_from("<HH", data, at)
        content = data[at + 4 : at + 4 + size]
        if len(content) != size:
            raise GarbledError("an item that breaks off")
        found.append((kind, content))
        at += 4 + size
    return tuple(found)


def reply(message: bytes) -> Reply:
    """Take a message router's answer apart. Raises GarbledError."""
    if len(message) < 4 or not message[0] & _REPLY_BIT or message[1]:  # noqa: PLR2004 — its head
        raise GarbledError(f"this is no reply of a message router: {message[:8].hex()}")
    words = message[3]
    data_at = 4 + 2 * words
    if len(message) < data_at:
        raise GarbledError("a reply that breaks off in its status")
    extended = struct.unpack_from(f"<{words}H", message, 4)
    return Reply(message[0] & ~_REPLY_BIT, message[2], extended, message[data_at:])


def several(packet: Reply | None) -> tuple[Reply, ...]:
    """Return the answers within that to a Multiple Service Packet; () where it is none."""
    if packet is None:
        return ()
    data, count = packet.data, int.from_bytes(packet.data[:2], "little")
    try:
        offsets = (*struct.unpack_from(f"<{count}H", data, 2), len(data))
        if any(begin >= end for begin, end in pairwise(offsets)):
            return ()  # they overlap: a few bytes would become many
        return tuple(reply(data[begin:end]) for begin, end in pairwise(offsets))
    except (struct.error, GarbledError):
        return ()


def _two_items(data: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    found = items(data[_CPF_BYTES - 2 :])
    if len(found) < 2:  # noqa: PLR2004 — address and message
        raise GarbledError("an answer without address or message")
    return found[0], found[1]
