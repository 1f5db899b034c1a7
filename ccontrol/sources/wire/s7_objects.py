"""Objects of S7CommPlus: their numbers, classes and names. Pure.

Which numbers stand for what was read off public captures of S7-1200 and S7-1500 CPUs.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import re
from typing import Final, NamedTuple

from ccontrol.sources.wire.text import printable
from ccontrol.sources.wire.vlq import vlq

OWN_OBJECTS: Final = 8
_PROGRAM: Final = 0x8A
_DB, _OB = 0x8A0E, 0x8A32
_KINDS: Final = {2574: "DB", 2578: "FB", 2579: "FC", 2610: "OB", 2647: "OB"}
"""Class → kind; 2647 is an OB that runs in each cycle."""
_AREAS: Final = {0x50: "I", 0x51: "Q", 0x52: "M", 0x53: "counter", 0x54: "timer"}
_OBJECT: Final = 0xA1
_STRING: Final = re.compile(rb"\xa3([\x80-\xff]?[\x00-\x7f])\x00\x15([\x80-\xff]?[\x00-\x7f])")
"""An attribute's number, flags 0, type 0x15 (text), length."""
_SCANNED: Final = 4096
_LONGEST: Final = 256
_MOST_STRINGS: Final = 32


class Created(NamedTuple):
    """The outermost object of a request to create one."""

    ident: int
    kind_id: int

    @property
    def in_program(self) -> bool:
        """Tell whether it is a part of the program."""
        return self.ident >> 24 == _PROGRAM

    @property
    def kind(self) -> str:
        """Return DB, FB, FC, OB or object."""
        return _KINDS.get(self.kind_id, "object")


def word(data: bytes, at: int, size: int) -> int:
    """Return a big-endian number. Raises IndexError where it is cut."""
    if at + size > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + size], "big")


def created(body: bytes) -> Created:
    """Return the outermost object: behind 0xA1 stand its number and its class."""
    at = body.find(_OBJECT, 4)
    if at < 0:
        return Created(0, 0)
    kind_id, _ = vlq(body, at + 5)
    return Created(word(body, at + 1, 4), kind_id)


def strings(body: bytes) -> dict[int, str]:
    """Return the texts of the outermost object by attribute; the first one of each."""
    found: dict[int, str] = {}
    for match in _STRING.finditer(body[:_SCANNED]):
        attribute, _ = vlq(match[1], 0)
        size, _ = vlq(match[2], 0)
        text = printable(body[match.end() : match.end() + min(size, _LONGEST)])
        if text and len(found) < _MOST_STRINGS:
            found.setdefault(attribute, text)
    return found


def name_of(ident: int) -> str:
    """Return "DB333" or "OB1"; empty for numbers whose kind is not known."""
    if ident >> 16 == _DB:
        return f"DB{ident & 0xFFFF}"
    return f"OB{ident & 0xFFFF}" if ident >> 16 == _OB else ""


def area_name(ident: int) -> str:
    """Return the name of what holds values: DBn, I, Q, M; empty when it is something else."""
    return f"DB{ident & 0xFFFF}" if ident >> 16 == _DB else _AREAS.get(ident, "")


def is_dynamic(ident: int) -> bool:
    """Tell whether a number is of those that a CPU gives to sessions and what they make."""
    return 0x380 <= ident < 0x400 or 0x70000000 <= ident < 0x80000000
