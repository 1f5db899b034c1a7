"""CIP messages and paths (CIP volume 1, appendix C), and the little endian values inside them.

Holds no object: what a class answers stands in objects.py.
"""

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.sim.connection import RubbishError


class Service(enum.IntEnum):
    """Service codes that mean the same for every class, and those that Logix adds for reading."""

    GET_ALL = 0x01
    GET_LIST = 0x03
    MULTIPLE = 0x0A
    GET_SINGLE = 0x0E
    INSTANCES = 0x4B
    READ = 0x4C
    FORWARD_CLOSE = 0x4E
    READ_FRAGMENT = 0x52
    UNCONNECTED_SEND = 0x52  # of the connection manager alone
    FORWARD_OPEN = 0x54
    SYMBOLS = 0x55
    LARGE_FORWARD_OPEN = 0x5B


class Status(enum.IntEnum):
    """General status of an answer."""

    OK = 0x00
    CONNECTION_FAILURE = 0x01
    PATH_SEGMENT = 0x04
    PATH_UNKNOWN = 0x05
    PARTIAL = 0x06
    NO_SERVICE = 0x08
    LIST_ERROR = 0x0A
    PRIVILEGE = 0x0F
    REPLY_TOO_LARGE = 0x11
    TOO_LITTLE_DATA = 0x13
    NO_ATTRIBUTE = 0x14
    EMBEDDED = 0x1E
    VENDOR = 0xFF


class RefusedError(Exception):
    """An answer that is no success: its general status, its extended words and its data."""

    def __init__(self, status: int, *extended: int, data: bytes = b"") -> None:
        super().__init__(f"{status:02x} {' '.join(f'{word:04x}' for word in extended)}")
        self.status, self.extended, self.data = status, extended, data


@dataclass(frozen=True, slots=True)
class Message:
    """One request: a service, the padded path of its target, and data."""

    service: int
    path: bytes
    data: bytes

    @property
    def packed(self) -> bytes:
        """As on the wire."""
        return bytes((self.service, len(self.path) // 2)) + self.path + self.data


def parse_message(raw: bytes) -> Message:
    """Read a request; raises RubbishError when its path overruns."""
    if len(raw) < 2 or len(raw) < 2 + 2 * raw[1]:  # noqa: PLR2004 — service, path size
        raise RubbishError(f"no CIP request: {raw[:16].hex()}")
    cut = 2 + 2 * raw[1]
    return Message(raw[0], raw[2:cut], raw[cut:])


def answer(service: int, data: bytes = b"", status: int = Status.OK, *extended: int) -> bytes:
    """The answer to a service."""
    head = bytes((service | 0x80, 0, status, len(extended)))
    return head + b"".join(u16(word) for word in extended) + data


def refusal(service: int, refused: RefusedError) -> bytes:
    """The answer that says no."""
    return answer(service, refused.data, refused.status, *refused.extended)


# ---- paths


class Segment(enum.Enum):
    """What one step of a path names; logical ones in the order of their code."""

    CLASS = 0
    INSTANCE = 1
    MEMBER = 2
    POINT = 3
    ATTRIBUTE = 4
    PORT = "port"
    SYMBOL = "symbol"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Step:
    """One segment of a path. `link` is the address behind a port."""

    kind: Segment
    number: int = 0
    name: str = ""
    link: bytes = b""


def parse_path(path: bytes) -> tuple[Step, ...]:
    """Read a padded path; raises RefusedError (path segment) for what no Logix understands."""
    return tuple(_steps(path))


def _steps(path: bytes) -> Iterator[Step]:
    at = 0
    while at < len(path):
        try:
            step, at = _step(path, at)
        except (IndexError, struct.error):
            raise RefusedError(Status.PATH_SEGMENT) from None
        yield step


def _step(path: bytes, at: int) -> tuple[Step, int]:
    code = path[at]
    if code < 0x20:  # noqa: PLR2004 — port segments come first
        return _port(path, at)
    if code == 0x91:  # noqa: PLR2004 — extended symbol
        length = path[at + 1]
        name = path[at + 2 : at + 2 + length]
        if len(name) != length:
            raise RefusedError(Status.PATH_SEGMENT)
        return Step(Segment.SYMBOL, name=name.decode("latin-1")), at + 2 + length + length % 2
    if code == 0x34:  # noqa: PLR2004 — electronic key: format, then that many bytes
        return Step(Segment.KEY), at + 2 + path[at + 1] * 2
    return _logical(path, at)


def _port(path: bytes, at: int) -> tuple[Step, int]:
    port, extended = path[at] & 0x0F, path[at] & 0x10
    if port == 0x0F:  # noqa: PLR2004 — a port number of 16 bits follows
        raise RefusedError(Status.PATH_SEGMENT)
    if not extended:
        return Step(Segment.PORT, port, link=path[at + 1 : at + 2]), at + 2
    length = path[at + 1]
    link = path[at + 2 : at + 2 + length]
    if len(link) != length:
        raise RefusedError(Status.PATH_SEGMENT)
    return Step(Segment.PORT, port, link=link), at + 2 + length + length % 2


_FORMATS = {0: ("<B", 1), 1: ("<H", 2), 2: ("<I", 2)}


def _logical(path: bytes, at: int) -> tuple[Step, int]:
    code = path[at]
    kind, width = code >> 2 & 0x07, code & 0x03
    if code & 0xE0 != 0x20 or kind > 4 or width not in _FORMATS:  # noqa: PLR2004 — as above
        raise RefusedError(Status.PATH_SEGMENT)
    form, skip = _FORMATS[width]
    (number,) = struct.unpack_from(form, path, at + skip)
    return Step(Segment(kind), number), at + skip + struct.calcsize(form)


# ---- values


def u8(number: int) -> bytes:
    """USINT."""
    return struct.pack("<B", number & 0xFF)


def u16(number: int) -> bytes:
    """UINT."""
    return struct.pack("<H", number & 0xFFFF)


def u32(number: int) -> bytes:
    """UDINT."""
    return struct.pack("<I", number & 0xFFFFFFFF)


def u64(number: int) -> bytes:
    """ULINT."""
    return struct.pack("<Q", number & 0xFFFFFFFFFFFFFFFF)


def short_string(text: str) -> bytes:
    """SHORT_STRING: one byte of length, Latin-1."""
    raw = text.encode("latin-1", "replace")[:255]
    return u8(len(raw)) + raw


def string(text: str) -> bytes:
    """STRING: two bytes of length, Latin-1."""
    raw = text.encode("latin-1", "replace")[:65535]
    return u16(len(raw)) + raw


def long_string(text: str) -> bytes:
    """A string with four bytes of length, as the wall clock has them."""
    raw = text.encode("latin-1", "replace")
    return u32(len(raw)) + raw


def exactly(data: bytes, form: str) -> tuple[int, ...]:
    """Unpack integers from the start of data; raises RefusedError when it is too short."""
    try:
        found: tuple[int, ...] = struct.unpack_from(form, data)
    except struct.error:
        raise RefusedError(Status.TOO_LITTLE_DATA) from None
    return found


def words(data: bytes, at: int = 0) -> tuple[int, ...]:
    """A counted list of words; raises RefusedError when it is cut off."""
    (count,) = exactly(data[at:], "<H")
    return exactly(data[at + 2 :], f"<{count}H")
