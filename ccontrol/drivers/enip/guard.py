"""The last look at every frame before it leaves: reads pass, nothing else does. Pure.

It stands below the vendor library's builders and knows nothing of them. What a service code means
depends on the class that it is sent to (0x4C reads a tag, a template or a routine, and clears a
log elsewhere), so a read is a pair of class path and service, with the form of its parameters. A
frame is taken apart to its last byte, also what stands inside an Unconnected Send or a Multiple
Service Packet; what cannot be taken apart is refused.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ccontrol.drivers.enip.request import (
    CONNECTION_MANAGER,
    FORWARD_CLOSE,
    FORWARD_OPEN,
    LARGE_FORWARD_OPEN,
    MESSAGE_ROUTER,
    OUR_VENDOR,
    SEVERAL,
    UNCONNECTED_SEND,
)
from ccontrol.errors import ReadOnlyViolationError

SESSION = "encapsulation 65: register session"
ROUTED = "52 on class 06: unconnected send"
CONNECT = "54 or 5B on class 06: forward open, to the message router only"
DISCONNECT = "4E on class 06: forward close"
PACKET = "0A on class 02: multiple service packet"

NO_PARAMETERS = rb""
ATTRIBUTES = b"|".join(rb"\x%02x\x00.{%d}" % (count, 2 * count) for count in range(1, 13))
"""Parameters of a Get_Attribute_List: how many, and as many as that."""


class Read(NamedTuple):
    """One service that only reads."""

    classes: str
    """Class path in hexadecimal, from the outermost in: "01", "68/6D"; "name" for a symbol."""
    service: int
    parameters: bytes = NO_PARAMETERS
    """Regular expression over all of its parameters."""


_HEADER = struct.Struct("<HHIIQI")
_LONGEST_DELAY_MS = 0xFFFF
_REGISTRATION = b"\x01\x00\x00\x00"
_UNCONNECTED = struct.Struct("<IHHHHHH")
_CONNECTED = struct.Struct("<IHHHHIHHH")
_OPEN = struct.Struct("<BBIIHHIB3xIHIHBB")
_LARGE_OPEN = struct.Struct("<BBIIHHIB3xIIIIBB")
_CLOSE = struct.Struct("<BBHHIBx")
_TO_MESSAGE_ROUTER = b"\x20\x02\x24\x01"
_CLASS_3_SERVER = 0xA3
"""Transport class and trigger: explicit messages. I/O connections have others."""
_OURS, _OURS_LARGE = 0x4200, 0x4200_0000
"""Point to point, low priority, variable length, owned by nobody; the length is in the low bits."""
_LENGTH, _LENGTH_LARGE = 0x01FF, 0xFFFF
_CLASS, _INSTANCE, _NAME = 0, 1, 0x91
_MEMBER_SIZES = {0: 2, 1: 4, 2: 6}
"""Bytes of a logical segment by its format: 8, 16 and 32 bits, the wider ones padded."""


class _Refused(Exception):  # noqa: N818 — not an error of ours: it only ends the parsing
    """The frame is none of the reads."""


class _Message(NamedTuple):
    service: int
    classes: str
    instances: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets the reads of one family pass."""

    reads: Mapping[tuple[str, int], re.Pattern[bytes]]
    """Made by `guard_of`."""
    listing: bool = False
    """Whether the question who is there passes, too."""

    def check(self, frame: bytes) -> None:
        """Return when the frame is one of the reads; raise ReadOnlyViolationError otherwise."""
        try:
            self._frame(frame)
        except (_Refused, struct.error, IndexError):
            raise ReadOnlyViolationError(
                f"refused to send a frame that is not on the list of reads: {frame[:64].hex()}…"
            ) from None

    def _frame(self, frame: bytes) -> None:
        command, length, session, status, context, options = _HEADER.unpack_from(frame)
        data = frame[_HEADER.size :]
        _want(length == len(data) and status == options == 0)
        match command:
            case 0x65:
                _want(session == context == 0 and data == _REGISTRATION)
            case 0x63:
                _want(self.listing and session == 0 and context <= _LONGEST_DELAY_MS and not data)
            case 0x6F:
                self._unconnected(data)
            case 0x70:
                self._connected(data)
            case _:
                raise _Refused

    def _unconnected(self, data: bytes) -> None:
        handle, _, count, address, nothing, kind, size = _UNCONNECTED.unpack_from(data)
        message = data[_UNCONNECTED.size :]
        _want((handle, count, address, nothing, kind) == (0, 2, 0, 0, 0xB2))
        _want(size == len(message))
        asked = _message(message)
        if asked.classes != f"{CONNECTION_MANAGER:02X}" or asked.instances != (1,):
            self._read(asked)
        elif asked.service == UNCONNECTED_SEND:
            self._read(_message(_embedded(asked.data)))
        elif asked.service in (FORWARD_OPEN, LARGE_FORWARD_OPEN):
            _want_explicit(asked)
        else:
            _want(asked.service == FORWARD_CLOSE)
            _, _, _, vendor, _, words = _CLOSE.unpack_from(asked.data)
            _want(vendor == OUR_VENDOR)  # another's would stop what controls the plant
            _want_to_message_router(asked.data[_CLOSE.size :], words)

    def _connected(self, data: bytes) -> None:
        handle, _, count, address, four, _, kind, size, _ = _CONNECTED.unpack_from(data)
        message = data[_CONNECTED.size :]
        _want((handle, count, address, four, kind) == (0, 2, 0xA1, 4, 0xB1))
        _want(size == len(message) + 2)
        self._read(_message(message))

    def _read(self, asked: _Message) -> None:
        if (asked.classes, asked.service) == (f"{MESSAGE_ROUTER:02X}", SEVERAL):
            for one in _several(asked.data):
                child = _message(one)
                _want(child.service != SEVERAL)
                self._read(child)
            return
        parameters = self.reads.get((asked.classes, asked.service))
        _want(parameters is not None and parameters.fullmatch(asked.data) is not None)


LISTER = Guard({}, listing=True)
"""Lets the question who is there pass, and opening a session; nothing else."""


def guard_of(reads: Mapping[str, Read]) -> Guard:
    """Return the guard of a family, from its reads in words."""
    return Guard(
        {
            (read.classes, read.service): re.compile(read.parameters, re.DOTALL)
            for read in reads.values()
        }
    )


def _want(truth: bool) -> None:
    if not truth:
        raise _Refused


def _message(message: bytes) -> _Message:
    """Take a message router's request apart."""
    service, words = message[0], message[1]
    path, data = message[2 : 2 + 2 * words], message[2 + 2 * words :]
    _want(len(path) == 2 * words)
    segments = list(_segments(path))
    named = [one for one in segments if one[0] == _NAME]
    pairs = segments[len(named) :]
    _want(segments[: len(named)] == named)  # names stand first: within them are the objects
    _want([kind for kind, _ in pairs] == [_CLASS, _INSTANCE] * (len(pairs) // 2))
    classes = ["name"] * bool(named) + [f"{value:02X}" for _, value in pairs[::2]]
    return _Message(service, "/".join(classes), tuple(value for _, value in pairs[1::2]), data)


def _segments(path: bytes) -> Iterator[tuple[int, int]]:
    """Yield type and value of each segment: logical ones, and names."""
    at = 0
    while at < len(path):
        head = path[at]
        if head == _NAME:
            size = path[at + 1]
            yield _NAME, size
            at += 2 + size + size % 2
            continue
        _want(head >> 5 == 1)  # a logical segment
        kind, size = head >> 2 & 0b111, _MEMBER_SIZES.get(head & 0b11, 0)
        _want(size > 0)
        narrow = size == _MEMBER_SIZES[0]  # 8 bits have no pad
        value = path[at + 1 : at + 2] if narrow else path[at + 2 : at + size]
        _want(narrow or path[at + 1] == 0)
        yield kind, int.from_bytes(value, "little")
        at += size
    _want(at == len(path))


def _embedded(data: bytes) -> bytes:
    """Return the message that an Unconnected Send carries: behind time-outs, before the route."""
    size = int.from_bytes(data[2:4], "little")
    route_at = 4 + size + size % 2
    message, route = data[4 : 4 + size], data[route_at:]
    _want(len(message) == size and len(route) == 2 + 2 * route[0] and route[1] == 0)
    _want_ports(route[2:])
    return message


def _several(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a Multiple Service Packet, which lie end to end."""
    count = int.from_bytes(data[:2], "little")
    offsets = (*struct.unpack_from(f"<{count}H", data, 2), len(data))
    _want(count > 0 and offsets[0] == 2 + 2 * count)
    for begin, end in pairwise(offsets):
        _want(begin < end)
        yield data[begin:end]


def _want_explicit(asked: _Message) -> None:
    large = asked.service == LARGE_FORWARD_OPEN
    form = _LARGE_OPEN if large else _OPEN
    (*_, vendor, _, _, _, to_them, _, to_us, transport, words) = form.unpack_from(asked.data)
    kind, length = (_OURS_LARGE, _LENGTH_LARGE) if large else (_OURS, _LENGTH)
    _want(vendor == OUR_VENDOR and transport == _CLASS_3_SERVER)
    _want(to_them & ~length == to_us & ~length == kind)
    _want_to_message_router(asked.data[form.size :], words)


def _want_to_message_router(path: bytes, words: int) -> None:
    _want(len(path) == 2 * words and path[-4:] == _TO_MESSAGE_ROUTER)
    _want_ports(path[:-4])


def _want_ports(route: bytes) -> None:
    """Want port segments and nothing else: slots and addresses."""
    at = 0
    while at < len(route):
        head = route[at]
        _want(head >> 5 == 0 and 0 < head & 0xF < 0xF)  # noqa: PLR2004 — 15 is wider than we need
        size = route[at + 1] if head & 0x10 else 0
        at += 2 + size + size % 2
    _want(at == len(route))
