"""One block of a S7-300/400 as bytes: header, body, interface, additional part, footer.

Pure and total: bytes that are no block raise GarbledError. Holds no unit and no judgement (see
the driver), and no reading of what the parts say. Layout read off 30 images of public captures and
of the S7Blocks corpus, whose sizes all add up: header 36, body (MC7 or a DB's actual values),
interface with initial values, additional part (networks; the rack as zlib text in a TIA SDB1),
footer 36. All numbers are big endian but those inside the interface.
"""

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.crc import block_crc

HEADER_BYTES, FOOTER_BYTES = 36, 36
PASSWORD = slice(12, 16)
TIMES = slice(16, 28)
FOOTER_CRC = slice(26, 28)

_MAGIC = b"pp"
_HEADER = struct.Struct(">2s4BHI4s6s6s4H")
_FOOTER = struct.Struct(">8s8s8sBBH8s")
_EPOCH = datetime(1984, 1, 1)  # noqa: DTZ001 — the engineer's local time; no zone is recorded
_INFO_HEADER, _INFO_FOOTER = 6, 42
_INFO_BYTES = 78
INTERFACE_HEAD = 7
"""Bytes before the declarations of an interface."""

_TYPE_IN_IMAGE = {0x08: "OB", 0x0A: "DB", 0x0B: "SDB", 0x0C: "FC", 0x0E: "FB"}
CODE_TYPES = frozenset({"OB", "FB", "FC"})
CREATED_BY_PROGRAM = 8
"""Language of a DB that the program made itself (SFC 22 CREAT_DB)."""

ENCRYPTED = 0x29
"""Language of a block with block privacy."""

KNOW_HOW_PROTECTED = "know-how protected"
OPEN_MARKS = {
    bytes(4): None,
    b"\0\0\0\3": KNOW_HOW_PROTECTED,
    b"\x80\0\0\0": "system data",
}
"""Values of the password field that hide nothing: public captures show 3 in a Siemens standard
block (Wireshark calls it know-how protect) and 80000000 in every SDB."""

_LANGUAGES = {
    1: "STL",
    2: "LAD",
    3: "FBD",
    4: "SCL",
    5: "DB",
    6: "GRAPH",
    7: "SDB",
    CREATED_BY_PROGRAM: "DB made by the program",
    0x11: "SDB after memory reset",
    0x12: "SDB routing",
    ENCRYPTED: "encrypted",
}
_ATTRIBUTES = {0: "linked", 1: "standard block", 3: "not retentive"}


class Header(NamedTuple):
    """What a block says of itself; info and image carry the same."""

    type: str
    """"OB", "DB", "SDB", "FC" or "FB"."""
    number: int
    format: int
    attributes: int
    language: int
    load_bytes: int
    """Size of the whole image."""
    password: bytes
    code_stamp: bytes
    """When the code was last compiled, see `iso_time`."""
    interface_stamp: bytes
    interface_bytes: int
    additional_bytes: int
    local_bytes: int
    mc7_bytes: int


class Footer(NamedTuple):
    """Who made a block, and its checksum as loaded."""

    author: str
    family: str
    name: str
    version: str
    crc: int


@dataclass(frozen=True, slots=True)
class Block:
    """A whole image, cut into its parts."""

    header: Header
    footer: Footer
    raw_header: bytes
    body: bytes
    interface: bytes
    additional: bytes
    raw_footer: bytes

    @property
    def checksum_fits(self) -> bool:
        """True when the footer's checksum is that of the body; a live DB's need not be."""
        return block_crc(self.raw_header[5], self.body) == self.footer.crc


def parse_image(image: bytes, block_type: str, number: int) -> Block:
    """Cut an image into its parts. Raises GarbledError when it is not whole or another block."""
    block = cut_image(image)
    got = block.header
    if (got.type, got.number) != (block_type, number):
        raise GarbledError(f"asked for {block_type}{number}, got {got.type}{got.number}")
    return block


def cut_image(image: bytes) -> Block:
    """Cut an image of whatever block into its parts. Raises GarbledError when it is not whole."""
    if len(image) < HEADER_BYTES + FOOTER_BYTES:
        raise GarbledError(f"an image of {len(image)} bytes is no block")
    header = _header(image[:HEADER_BYTES])
    body_end = HEADER_BYTES + header.mc7_bytes
    interface_end = body_end + header.interface_bytes
    end = interface_end + header.additional_bytes
    if not end + FOOTER_BYTES == header.load_bytes == len(image):
        raise GarbledError(f"the sizes in the header of {header.type}{header.number} do not add up")
    return of_parts(
        image[:HEADER_BYTES],
        image[HEADER_BYTES:body_end],
        image[body_end:interface_end],
        image[interface_end:end],
        image[end:],
    )


def begins_as_block(data: bytes) -> bool:
    """Say whether some bytes begin as the image of a block does."""
    try:
        header = _header(data[:HEADER_BYTES])
    except (GarbledError, struct.error):
        return False
    parts = header.mc7_bytes + header.interface_bytes + header.additional_bytes
    return header.load_bytes == HEADER_BYTES + parts + FOOTER_BYTES


def of_parts(
    header: bytes, body: bytes, interface: bytes, additional: bytes, footer: bytes
) -> Block:
    """Put a block together of parts, some of which may be masked or left out.

    Raises GarbledError for a header or footer that is none.
    """
    if (len(header), len(footer)) != (HEADER_BYTES, FOOTER_BYTES):
        raise GarbledError("a block without its header or footer")
    return Block(_header(header), _footer(footer), header, body, interface, additional, footer)


def parse_info(info: bytes, block_type: str, number: int) -> tuple[Header, Footer]:
    """Read a block info (78 bytes). Raises GarbledError when it is not one of that block."""
    if len(info) != _INFO_BYTES:
        raise GarbledError(f"a block info has {len(info)} bytes")
    header = _header(info[_INFO_HEADER:_INFO_FOOTER])
    if (header.type, header.number) != (block_type, number):
        raise GarbledError(f"asked for {block_type}{number}, told of {header.type}{header.number}")
    return header, _footer(info[_INFO_FOOTER:])


def language_name(code: int) -> str:
    """Return what a block was written in."""
    return _LANGUAGES.get(code, f"0x{code:02x}")


def attribute_names(bits: int) -> tuple[str, ...]:
    """Return the names of the attribute bits that are set, by rising bit."""
    return tuple(
        _ATTRIBUTES.get(bit, f"bit {bit}") for bit in range(bits.bit_length()) if bits >> bit & 1
    )


def text(data: bytes) -> str:
    """Return a text of a controller up to its first NUL, without trailing blanks; never fails.

    Latin-1, so that no byte is lost: whatever shows it has to escape it.
    """
    return data.split(b"\0", 1)[0].decode("latin-1").rstrip(" ")


def iso_time(stamp: bytes) -> str:
    """Return a time stamp (milliseconds of the day, days since 1984-01-01) as ISO 8601.

    It has no zone: it is what the engineer's clock showed.
    """
    milliseconds, days = struct.unpack(">IH", stamp)
    when = _EPOCH + timedelta(days=days, milliseconds=milliseconds)
    return when.isoformat(timespec="milliseconds")


def interface_parts(interface: bytes) -> tuple[bytes, bytes] | None:
    """Cut an interface into declarations (with their head) and initial values.

    Head: 1 byte, block number, size of the declarations, size of the initial values (all little
    endian). One byte fills up to an even size; it is whatever the compiler's memory held (0x52,
    0x6c, 0x50 in real blocks) and so is left out. None when the sizes do not fit this layout.
    """
    if len(interface) < INTERFACE_HEAD:
        return None
    declared, initial = struct.unpack_from("<HH", interface, 3)
    cut = INTERFACE_HEAD + declared
    if len(interface) - cut - initial not in (0, 1):
        return None
    return interface[:cut], interface[cut : cut + initial]


def _header(data: bytes) -> Header:
    (magic, form, attributes, language, kind, number, load, password, code, interface, *sizes) = (
        _HEADER.unpack(data)
    )
    if magic != _MAGIC or kind not in _TYPE_IN_IMAGE:
        raise GarbledError("a block header does not begin as one")
    known = (form, attributes, language, load, password, code, interface)
    return Header(_TYPE_IN_IMAGE[kind], number, *known, *sizes)


def _footer(data: bytes) -> Footer:
    author, family, name, version, _, crc, _ = _FOOTER.unpack(data)
    return Footer(text(author), text(family), text(name), f"{version >> 4}.{version & 0x0F}", crc)
