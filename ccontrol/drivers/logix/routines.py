"""Routines as a controller holds them: which there are, and their code as bytes. Pure.

Their objects (0x6D within 0x68) are not documented by Rockwell. Seen in an upload from a 1756-L61:
lists of instances (service 4B), type (attribute 1), and ladder by service 4C, four bytes before the
code, counted in double words. Name (0x19), size (6) and the code of other languages by service 52
are from public tools, and proven against the simulator only.
The code holds addresses: a download of the same source can give other bytes.
"""

import struct
from collections.abc import Iterable

from ccontrol.drivers.enip.attributes import LONG_TEXT
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.status import MORE
from ccontrol.drivers.logix import questions
from ccontrol.errors import GarbledError

LADDER = 0x7FF
TYPES = {LADDER: "ladder", 0x7FC: "structured text", 0x7FD: "function blocks", 0x1FFE: "chart"}
WIDTHS = {
    questions.ROUTINE_TYPE: 2,
    questions.ROUTINE_SIZE: 4,
    questions.ROUTINE_NAME: LONG_TEXT,
}
WORD_BYTES = 4
_NUMBER = struct.Struct("<I")


def instances(data: bytes) -> list[int]:
    """Read a list of instances. Raises GarbledError."""
    if len(data) % _NUMBER.size:
        raise GarbledError("a list of instances breaks off")
    return [number for (number,) in _NUMBER.iter_unpack(data)]


def piece(data: bytes, *, ladder: bool) -> bytes:
    """Return the code within one answer. Raises GarbledError."""
    if ladder and len(data) < WORD_BYTES:
        raise GarbledError("a piece of a routine without its head")
    return data[WORD_BYTES:] if ladder else data


def code(replies: Iterable[Reply], *, ladder: bool) -> bytes:
    """Return the code from its pieces. Raises GarbledError where one was refused."""
    parts = list(replies)
    if not parts or parts[-1].status or any(one.status != MORE for one in parts[:-1]):
        raise GarbledError("a routine that was refused or breaks off")
    whole = b"".join(piece(one.data, ladder=ladder) for one in parts)
    if whole and not any(whole):
        raise GarbledError("a routine of zeros throughout")
    return whole
