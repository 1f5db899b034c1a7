"""Blocks as a S7-300 keeps them: the image, its header and footer, its checksum, its 78-byte info.

Holds no programs (see mc7.py and plant.py). Layout read off captured blocks of a CPU 315-2 PN/DP
and an IM151-8 (ITI/ICS-Security-Tools, pcaps/s7): header 36, body, interface with initial values,
additional part, footer 36.
"""

import enum
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

HEADER_LENGTH = 36
FOOTER_LENGTH = 36
_EPOCH_DAY = datetime(1984, 1, 1).toordinal()  # noqa: DTZ001 — only the day number counts


class Kind(enum.Enum):
    """What a block is: the code in its image and the letter with which lists and uploads ask."""

    OB = (0x08, 0x38)
    DB = (0x0A, 0x41)
    SDB = (0x0B, 0x42)
    FC = (0x0C, 0x43)
    SFC = (0x0D, 0x44)
    FB = (0x0E, 0x45)
    SFB = (0x0F, 0x46)

    @property
    def in_image(self) -> int:
        """The code in byte 5 of an image."""
        return int(self.value[0])

    @property
    def letter(self) -> int:
        """The character code ('8', 'A' … 'F') that requests and lists use."""
        return int(self.value[1])


BY_IMAGE_CODE = {kind.in_image: kind for kind in Kind}
BY_LETTER = {kind.letter: kind for kind in Kind}


class Language(enum.IntEnum):
    """What a block was written in; byte 4 of the image."""

    STL = 1
    LADDER = 2
    FBD = 3
    SCL = 4
    DB = 5
    GRAPH = 6
    SDB = 7
    CREATED_DB = 8  # made by the program itself with SFC 22, never by an engineer
    RACK_SDB = 0x11  # SDB2 of the captured CPU


def _crc_table() -> tuple[int, ...]:
    table = []
    for high in range(256):
        value = high << 8
        for _ in range(8):
            value = (value << 1) ^ 0x9003 if value & 0x8000 else value << 1
        table.append(value & 0xFFFF)
    return tuple(table)


_CRC_TABLE = _crc_table()


def block_crc(image_code: int, body: bytes) -> int:
    """CRC-16 with poly 0x9003 over type, length and body: ten of ten captured blocks agree."""
    value = 0
    for byte in bytes([image_code]) + struct.pack(">H", len(body)) + body:
        value = (value << 8 & 0xFFFF) ^ _CRC_TABLE[value >> 8 ^ byte]
    return value


def block_time(when: datetime) -> bytes:
    """Six bytes: milliseconds of the day, days since 1984-01-01. The zone is not recorded."""
    seconds = when.hour * 3600 + when.minute * 60 + when.second
    day = when.toordinal() - _EPOCH_DAY
    return struct.pack(">IH", seconds * 1000 + when.microsecond // 1000, day)


@dataclass(frozen=True)
class Block:
    """One block; everything is read from its image. Shared freely between CPUs."""

    image: bytes

    @property
    def key(self) -> tuple[Kind, int]:
        """Type and number: what a CPU files it under."""
        return self.kind, self.number

    @property
    def kind(self) -> Kind:
        """The block's type."""
        return BY_IMAGE_CODE[self.image[5]]

    @property
    def number(self) -> int:
        """The block's number within its type."""
        return int.from_bytes(self.image[6:8], "big")

    @property
    def language(self) -> int:
        """The language byte."""
        return self.image[4]

    @property
    def flags(self) -> int:
        """The second byte of a list entry: SDB2 of the captured CPU had 21, all others 22."""
        return 0x21 if self.language == Language.RACK_SDB else 0x22

    @cached_property
    def body_length(self) -> int:
        """MC7 bytes."""
        return int.from_bytes(self.image[34:36], "big")

    @property
    def body(self) -> bytes:
        """MC7 code, or the actual values of a data block."""
        return self.image[HEADER_LENGTH : HEADER_LENGTH + self.body_length]

    @cached_property
    def stored_crc(self) -> int:
        """The checksum in the footer: as loaded, so it no longer fits a DB whose values moved."""
        return int.from_bytes(self.image[-10:-8], "big")

    @property
    def info(self) -> bytes:
        """The 78 bytes that a CPU tells about it: header, names, version and checksum."""
        footer = self.image[-FOOTER_LENGTH:]
        start = b"\x01\x00\x00\x4a" + bytes([self.flags]) + b"\x00"
        return start + self.image[:HEADER_LENGTH] + footer[:25] + b"\x00" + footer[26:]

    def with_times(self, changed: datetime, interface_changed: datetime | None = None) -> "Block":
        """The same block compiled or loaded again at another time."""
        interface = (
            self.image[22:28] if interface_changed is None else block_time(interface_changed)
        )
        return Block(self.image[:16] + block_time(changed) + interface + self.image[28:])

    def with_values(self, body: bytes) -> "Block":
        """A DB whose actual values moved: the footer keeps the checksum of what was loaded."""
        end = HEADER_LENGTH + self.body_length
        return Block(self.image[:HEADER_LENGTH] + body + self.image[end:])


def make_block(
    kind: Kind,
    number: int,
    body: bytes,
    *,
    changed: datetime,
    language: int = Language.STL,
    interface_changed: datetime | None = None,
    interface: bytes = b"",
    additional: bytes = b"",
    names: tuple[str, str, str] = ("", "", ""),
    version: int = 0x01,
    local_length: int = 0,
    attributes: int = 0x01,
    password: bytes = bytes(4),
) -> Block:
    """Build a whole image with a true checksum.

    `names` is author, family, name (8 characters each); `version` two nibbles (0x21 is 2.1);
    `local_length` bytes of local data; `password` the four header bytes of a protected block.
    """
    load = HEADER_LENGTH + len(body) + len(interface) + len(additional) + FOOTER_LENGTH
    header = struct.pack(
        ">2s4BHI4s", b"pp", 1, attributes, language, kind.in_image, number, load, password
    )
    header += block_time(changed) + block_time(interface_changed or changed)
    header += struct.pack(">4H", len(interface), len(additional), local_length, len(body))
    footer = b"".join(name.encode("latin-1")[:8].ljust(8, b"\0") for name in names)
    footer += struct.pack(">BBH8x", version, 0, block_crc(kind.in_image, body))
    return Block(header + body + interface + additional + footer)
