"""PCCC as bytes: commands into Execute PCCC, replies out of it. Pure.

Formats: 1770-6.5.16, chapter 7 (commands), 8 (status) and 13 (addresses of a PLC-5); how they lie
in service 4B of class 67: a recording of RSLogix 500 and a 1766-LEC. Numbers are little endian.
"""

import struct
from typing import NamedTuple

from ccontrol.drivers.enip.request import Request
from ccontrol.errors import GarbledError

PCCC_CLASS, EXECUTE = 0x67, 0x4B
REQUESTOR = struct.pack("<BHI", 7, 0x1009, 0xCC00BE11)
"""Length, vendor and serial number with which we ask: a trace tells us from other programs."""
PIECE_BYTES = 80
"""What RSLogix 500 reads at once from a MicroLogix 1400; a SLC 5/03 gives up to 225 bytes."""
DIAGNOSTIC_STATUS, TYPED_READ, WORD_RANGE_READ = b"\x06\x03", b"\x0f\xa2", b"\x0f\x01"
_REPLY_BIT = 0x40
_WIDE = 0xFF
_EXTENDED = 0xF0
_THREE_LEVELS = 0x07


class Reply(NamedTuple):
    """One reply: to which number, with which status, and what it says."""

    number: int
    status: int
    """STS, and behind it the extended status: 0x1000, 0xF00B; 0 for success."""
    data: bytes


def execute(command: bytes, number: int, fields: bytes = b"") -> Request:
    """Return the request that carries a command: code and function, its number, its fields."""
    message = command[:1] + b"\x00" + number.to_bytes(2, "little") + command[1:] + fields
    return Request(EXECUTE, ((PCCC_CLASS, 1),), REQUESTOR + message)


def typed_read(file_type: int, number: int, word: int, size: int) -> bytes:
    """Return the fields of a read of a MicroLogix or SLC: bytes of a file from a word on."""
    wide = bytes((word,)) if word < _WIDE else struct.pack("<BH", _WIDE, word)
    return bytes((size,)) + _numbered(number) + bytes((file_type, 0)) + wide


def word_range_read(number: int, word: int, size: int) -> bytes:
    """Return the fields of a read of a PLC-5: bytes of a data file from a word on."""
    address = bytes((_THREE_LEVELS, 0)) + _numbered(number) + _numbered(word)
    return struct.pack("<HH", 0, size // 2) + address + bytes((size,))


def reply(data: bytes, command: int) -> Reply:
    """Take apart what Execute PCCC answered to a command. Raises GarbledError."""
    message = data[data[0] :] if data else b""
    if len(message) < 4 or message[0] != command | _REPLY_BIT:  # noqa: PLR2004 — up to the number
        raise GarbledError(f"this is no reply to command {command:02X}: {data[:16].hex()}")
    status, rest = message[1] << 8, message[4:]
    if message[1] == _EXTENDED:
        if not rest:
            raise GarbledError("a reply without the extended status that it announces")
        status |= rest[0]
    return Reply(int.from_bytes(message[2:4], "little"), status, b"" if status else rest)


def _numbered(number: int) -> bytes:
    """A number of one byte, or of two behind FF."""
    return bytes((number,)) if number < _WIDE else struct.pack("<BH", _WIDE, number)
