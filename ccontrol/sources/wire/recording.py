"""Files of packets: pcap (micro- and nanoseconds, both byte orders) and pcapng, frame by frame.

Reads forwards only and keeps one frame, so that a pipe or a file of any size will do. A file that
ends early or is damaged yields what stands before that place, and `fault` says what happened.
"""

# ruff: noqa: PLR2004 — a file format is made of numbers; each is named beside it

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

from ccontrol.errors import BadFileError

MAGIC_BYTES: Final = 4
LONGEST_FRAME: Final = 1 << 18
"""262,144 bytes, what capture programs allow at most. Longer is no frame but damage."""
_LONGEST_BLOCK: Final = LONGEST_FRAME + (1 << 16)
_HEADER: Final = 20
"""Of a pcap file, behind its magic number."""
_NS: Final = 1_000_000_000
_PCAP: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
"""Magic number → byte order, nanoseconds in one unit of the fraction."""
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _STATISTICS, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 5, 6
_RESOLUTION, _OFFSET, _DROPPED_BY_INTERFACE, _DROPPED_BY_SYSTEM = 9, 14, 5, 7  # options


class Frame(NamedTuple):
    """One packet as it was recorded."""

    number: int
    """From 1, as every program that shows recordings counts."""
    time_ns: int
    link: int
    """The kind of link (LINKTYPE_…): 1 Ethernet, 101 bare IP, …"""
    data: bytes
    length: int
    """How long it was on the wire; more than was recorded when it was cut."""


def is_recording(magic: bytes) -> bool:
    """Tell a file of packets by its first four bytes."""
    return magic in _PCAP or magic == _PCAPNG


class _DamageError(Exception):
    """The file cannot be read any further; the message is for people."""


class Recording:
    """An open file of packets. `frames` may be taken once."""

    def __init__(self, file: BinaryIO, name: str, magic: bytes = b"") -> None:
        """Take a file whose first bytes, if any were read already, are handed in as `magic`."""
        self._read: Callable[[int], bytes] = file.read
        self._magic = magic + file.read(MAGIC_BYTES - len(magic))
        self.name = name
        self.fault = ""
        """Why reading ended before the file should; empty: it is whole."""
        self.dropped = 0
        """Packets that the recorder itself says it lost (pcapng only)."""
        self.bytes_read = MAGIC_BYTES

    def frames(self) -> Iterator[Frame]:
        """Yield every frame in the file's order. Raises BadFileError for what is no recording."""
        try:
            if self._magic in _PCAP:
                yield from self._pcap(*_PCAP[self._magic])
            elif self._magic == _PCAPNG:
                yield from self._pcapng()
            else:
                raise BadFileError(
                    f"{self.name}: not a recording of packets", hint="Wanted is pcap or pcapng."
                )
        except _DamageError as damage:
            self.fault = str(damage)

    def _exactly(self, size: int, what: str) -> bytes:
        """Return so many bytes; nothing at the file's proper end. Raises _DamageError."""
        data = self._read(size)
        self.bytes_read += len(data)
        if data and len(data) != size:
            raise _DamageError(f"it ends in the midst of {what}, at byte {self.bytes_read}")
        return data

    def _pcap(self, order: str, unit_ns: int) -> Iterator[Frame]:
        header = self._exactly(_HEADER, "its header")
        if not header:
            raise _DamageError("it ends within its header")
        link = struct.unpack_from(f"{order}I", header, 16)[0] & 0x0FFFFFFF  # upper bits: FCS
        unpack = struct.Struct(f"{order}IIII").unpack
        read = self._read
        number = 0
        while len(head := read(16)) == 16:
            seconds, fraction, kept, length = unpack(head)
            if kept > LONGEST_FRAME:
                raise _DamageError(self._no_packet(number, kept))
            data = read(kept)
            self.bytes_read += 16 + len(data)
            number += 1
            if len(data) != kept:
                raise _DamageError(f"it ends in the midst of packet {number}")
            yield Frame(number, seconds * _NS + fraction * unit_ns, link, data, length)
        if head:
            raise _DamageError(f"it ends in the midst of packet {number + 1}")

    def _no_packet(self, number: int, size: int) -> str:
        return f"behind packet {number} stands no packet (one of {size} bytes would follow)"

    def _pcapng(self) -> Iterator[Frame]:
        number = 0
        section: _Section | None = None
        kind_bytes = self._magic
        while kind_bytes:
            if kind_bytes == _PCAPNG:
                section = self._section()
            elif section is not None:
                kind, body = self._block(kind_bytes, section.order, number)
                frame = self._taken(section, kind, body, number + 1)
                if frame is not None:
                    number += 1
                    yield frame
            kind_bytes = self._exactly(4, "a block")

    def _section(self) -> "_Section":
        head = self._exactly(8, "a section")
        if len(head) != 8 or head[4:] not in (b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"):
            raise _DamageError("a section does not say its byte order")
        order = "<" if head[4:] == b"\x4d\x3c\x2b\x1a" else ">"
        rest = struct.unpack(f"{order}I", head[:4])[0] - 12
        if not 0 < rest <= _LONGEST_BLOCK or not self._exactly(rest, "a section"):
            raise _DamageError("a section's length cannot be")
        return _Section(order)

    def _block(self, kind_bytes: bytes, order: str, number: int) -> tuple[int, bytes]:
        """Return a block's kind and what stands in it."""
        size_bytes = self._exactly(4, "a block")
        if not size_bytes:
            raise _DamageError("it ends in the midst of a block")
        size = struct.unpack(f"{order}I", size_bytes)[0]
        if size % 4 or not 12 <= size <= _LONGEST_BLOCK:
            raise _DamageError(self._no_packet(number, size))
        body = self._exactly(size - 8, f"the block behind packet {number}")
        if not body:
            raise _DamageError(f"it ends in the midst of the block behind packet {number}")
        return struct.unpack(f"{order}I", kind_bytes)[0], body[:-4]

    def _taken(self, section: "_Section", kind: int, body: bytes, number: int) -> Frame | None:
        try:
            if kind == _ENHANCED:
                return section.enhanced(body, number)
            if kind == _INTERFACE:
                section.interface(body)
            elif kind == _SIMPLE:
                return section.simple(body, number)
            elif kind == _OLD_PACKET:
                return section.old_packet(body, number)
            elif kind == _STATISTICS:
                self.dropped += section.dropped(body)
        except (struct.error, IndexError):
            raise _DamageError(f"the block behind packet {number - 1} contradicts itself") from None
        return None


class _Interface(NamedTuple):
    link: int
    longest: int
    units: int
    """Units of its time stamps in a second."""
    offset_ns: int


class _Section:
    """What holds for the blocks of one section of a pcapng file."""

    def __init__(self, order: str) -> None:
        self.order = order
        self._interfaces: list[_Interface] = []
        self._enhanced = struct.Struct(f"{order}IIIII").unpack_from
        self._dropped: dict[int, int] = {}

    def interface(self, body: bytes) -> None:
        link, _, longest = struct.unpack_from(f"{self.order}HHI", body)
        options = self._options(body[8:])
        power = options.get(_RESOLUTION, b"\x06")[0]
        units = 2 ** (power & 0x7F) if power & 0x80 else 10 ** (power & 0x7F)
        offset = options.get(_OFFSET, b"")
        seconds = struct.unpack(f"{self.order}q", offset)[0] if len(offset) == 8 else 0
        self._interfaces.append(_Interface(link, longest or LONGEST_FRAME, units, seconds * _NS))

    def enhanced(self, body: bytes, number: int) -> Frame:
        at, high, low, kept, length = self._enhanced(body)
        return self._frame(at, high << 32 | low, body[20 : 20 + kept], length, number)

    def old_packet(self, body: bytes, number: int) -> Frame:
        at, _, high, low, kept, length = struct.unpack_from(f"{self.order}HHIIII", body)
        return self._frame(at, high << 32 | low, body[20 : 20 + kept], length, number)

    def simple(self, body: bytes, number: int) -> Frame:
        """Return a packet without a time of its own; 1970 stands in its place."""
        (length,) = struct.unpack_from(f"{self.order}I", body)
        kept = min(length, self._interfaces[0].longest)
        return self._frame(0, 0, body[4 : 4 + kept], length, number)

    def _frame(self, at: int, units: int, data: bytes, length: int, number: int) -> Frame:
        interface = self._interfaces[at]
        time_ns = units * _NS // interface.units + interface.offset_ns
        return Frame(number, time_ns, interface.link, data, length)

    def dropped(self, body: bytes) -> int:
        """Return how many packets more are known to be lost: the counters only ever grow."""
        (at,) = struct.unpack_from(f"{self.order}I", body)
        options = self._options(body[12:])
        lost = sum(
            struct.unpack(f"{self.order}Q", value)[0]
            for code, value in options.items()
            if code in (_DROPPED_BY_INTERFACE, _DROPPED_BY_SYSTEM) and len(value) == 8
        )
        before = self._dropped.get(at, 0)
        self._dropped[at] = max(lost, before)
        return self._dropped[at] - before

    def _options(self, body: bytes) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        at = 0
        while at + 4 <= len(body):
            code, size = struct.unpack_from(f"{self.order}HH", body, at)
            if code == 0:
                break
            found[code] = body[at + 4 : at + 4 + size]
            at += 4 + size + -size % 4
        return found
