"""Symbol tables: what a controller calls its tags, programs, tasks, routines and modules. Pure.

Layout of an entry (1756-PM020, and answers of a 1756-L61): instance, then the attributes in the
order asked for: 1 name, 2 type, 8 dimensions, 10 external access. The type word has the structure
bit, two bits for the number of dimensions, one for what the system made itself, and twelve for a
template's instance or an elementary type.
"""

import struct
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from ccontrol.drivers.enip.identity import label
from ccontrol.errors import GarbledError

NAME, TYPE, DIMENSIONS, ACCESS = 1, 2, 8, 10
MOST_SYMBOLS = 200_000
"""Of one scope; no controller holds as many."""
STRUCTURE, SYSTEM = 0x8000, 0x1000
_TEMPLATE, _ELEMENTARY, _BIT, _DIMENSION_COUNT = 0x0FFF, 0x00FF, 0x0700, 13
_HEAD, _DIMENSIONS = struct.Struct("<IH"), struct.Struct("<III")
_ACCESS = {0: "read/write", 1: "reserved", 2: "read only", 3: "none"}

ELEMENTARY = {
    0xC1: "BOOL", 0xC2: "SINT", 0xC3: "INT", 0xC4: "DINT", 0xC5: "LINT", 0xC6: "USINT",
    0xC7: "UINT", 0xC8: "UDINT", 0xC9: "ULINT", 0xCA: "REAL", 0xCB: "LREAL", 0xD0: "STRING",
    0xD3: "BOOL", 0xDA: "SHORT_STRING",
}  # fmt: skip
_BITS, _BITS_IN_ONE = 0xD3, 32


class Scope(Enum):
    """What stands before a colon in the name of a symbol that the system made."""

    PROGRAM = "Program:"
    ROUTINE = "Routine:"
    TASK = "Task:"
    MAP = "Map:"
    CONNECTION = "Cxn:"


class Symbol(NamedTuple):
    """One entry of a symbol table."""

    instance: int
    name: str
    type: int
    dimensions: tuple[int, ...]
    """Of the elements, outermost first; () for a single one."""
    access: str
    """What others may do to it; "" where the controller does not say."""

    @property
    def template(self) -> int | None:
        """The template of a structure; None for an elementary type."""
        is_tag = self.type & STRUCTURE and not self.type & SYSTEM
        return self.type & _TEMPLATE if is_tag else None

    @property
    def scope(self) -> Scope | None:
        """What kind of thing of the system it is; None for a tag."""
        return next((one for one in Scope if self.name.startswith(one.value)), None)

    @property
    def bare_name(self) -> str:
        """The name without what kind it is."""
        return self.name[len(self.scope.value) :] if self.scope else self.name

    @property
    def hidden(self) -> bool:
        """True for what the system keeps for itself, and renames as it likes."""
        return self.name.startswith("__") or (self.scope is None and bool(self.type & SYSTEM))


def page(data: bytes, *, with_access: bool) -> tuple[Symbol, ...]:
    """Read one answer of a symbol list. Raises GarbledError."""
    return tuple(_entries(data, with_access=with_access))


def type_name(type_word: int, templates: dict[int, str]) -> str:
    """Say what one element is; a template that was not had stands with its number."""
    if type_word & STRUCTURE:
        number = type_word & _TEMPLATE
        return templates.get(number, f"template {number:03X}")
    code = type_word & _ELEMENTARY
    return ELEMENTARY.get(code, f"type {code:02X}")


def declared(symbol: Symbol, templates: dict[int, str]) -> str:
    """Say what a tag is declared as, and what others may do to it: "DINT[10], read only"."""
    text = type_name(symbol.type, templates)
    sizes = list(symbol.dimensions)
    if sizes and symbol.type & (STRUCTURE | _ELEMENTARY) == _BITS:
        sizes[-1] *= _BITS_IN_ONE
    if sizes:
        text += f"[{','.join(map(str, sizes))}]"
    return f"{text}, {symbol.access}" if symbol.access else text


def _entries(data: bytes, *, with_access: bool) -> Iterator[Symbol]:
    at = 0
    while at < len(data):
        symbol, at = _entry(data, at, with_access=with_access)
        yield symbol


def _entry(data: bytes, at: int, *, with_access: bool) -> tuple[Symbol, int]:
    try:
        instance, length = _HEAD.unpack_from(data, at)
        name = data[at + 6 : at + 6 + length]
        at += 6 + length
        (type_word,) = struct.unpack_from("<H", data, at)
        sizes = _DIMENSIONS.unpack_from(data, at + 2)
        access = data[at + 14] if with_access else None
    except (struct.error, IndexError):
        raise GarbledError("an entry of the symbol list breaks off") from None
    if not name:
        raise GarbledError("an entry of the symbol list without a name")
    count = type_word >> _DIMENSION_COUNT & 0b11
    words = "" if access is None else _ACCESS.get(access, f"access {access}")
    found = Symbol(instance, label(name), type_word, sizes[:count], words)
    return found, at + 14 + with_access
