"""Templates: how a structure is made, as the controller tells it. Pure.

Layout (1756-PM020): 8 bytes for each member (array size or bit, type, offset), then names that end
with a zero: the structure's own, which is followed by a semicolon and the compiler's letters, and
one for each member.
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple

from ccontrol.drivers.enip.attributes import attribute_list
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.identity import label
from ccontrol.drivers.enip.status import MORE
from ccontrol.drivers.logix.symbols import STRUCTURE, type_name
from ccontrol.errors import GarbledError

HANDLE, MEMBERS, DEFINITION_WORDS, SIZE = 1, 2, 4, 5
HEAD = (DEFINITION_WORDS, SIZE, MEMBERS, HANDLE)
"""Attributes that tell which structure it is and how long its description."""
HEAD_REPLY_BYTES = 4 + 2 + 2 * (4 + 4) + 2 * (4 + 2)
_MOST_WORDS = 16_384
_BESIDES_BYTES = 20
"""The words of a definition count so many bytes more than can be read."""
_MEMBER = struct.Struct("<HHI")
_WIDTHS = {DEFINITION_WORDS: 4, SIZE: 4, MEMBERS: 2, HANDLE: 2}
_NESTED, _ARRAY = 0x0FFF, 0x2000
_BOOL, _BITS = 0xC1, 0xD3
_HIDDEN = ("ZZZZZZZZZZ", "__")
"""Hosts of BOOLs, named anew by every export; the BOOLs' places tell where they are."""


class Head(NamedTuple):
    """What is asked of a template before its description is read."""

    handle: int
    members: int
    words: int
    size: int

    @property
    def readable_bytes(self) -> int:
        """How long its description is."""
        return 4 * self.words - _BESIDES_BYTES


class Member(NamedTuple):
    """One member of a structure."""

    name: str
    info: int
    """Array size, or the bit of a BOOL."""
    type: int
    offset: int


class Template(NamedTuple):
    """One structure."""

    name: str
    members: tuple[Member, ...]

    @property
    def nested(self) -> frozenset[int]:
        """Templates of its members."""
        return frozenset(one.type & _NESTED for one in self.members if one.type & STRUCTURE)


def head(reply: Reply) -> Head:
    """Read the attributes of a template. Raises GarbledError, also for zeros throughout."""
    found = attribute_list(reply.data, _WIDTHS)
    numbers = {number: int.from_bytes(value, "little") for number, value in found.items()}
    if reply.status or numbers.keys() != _WIDTHS.keys():
        raise GarbledError("a template without its attributes")
    one = Head(numbers[HANDLE], numbers[MEMBERS], numbers[DEFINITION_WORDS], numbers[SIZE])
    if not one.members or not 0 < one.readable_bytes <= 4 * _MOST_WORDS:
        raise GarbledError(f"a template of {one.members} members in {one.words} words")
    return one


def joined(replies: Iterable[Reply]) -> bytes:
    """Return the description from its pieces. Raises GarbledError where one was refused."""
    parts = list(replies)
    if not parts or parts[-1].status or any(one.status != MORE for one in parts[:-1]):
        raise GarbledError("a template that was refused or breaks off")
    return b"".join(one.data for one in parts)


def template(data: bytes, members: int) -> Template:
    """Read the description of a structure. Raises GarbledError."""
    names = data[members * _MEMBER.size :].split(b"\0")
    if len(data) < members * _MEMBER.size or len(names) <= members:
        raise GarbledError(f"the description of {members} members breaks off")
    rows = (_MEMBER.unpack_from(data, number * _MEMBER.size) for number in range(members))
    own = label(names[0].partition(b";")[0])
    if not own:
        raise GarbledError("a structure without a name")
    found = (
        Member(label(name), *row) for name, row in zip(names[1 : members + 1], rows, strict=True)
    )
    return Template(own, tuple(found))


def described(member: Member, names: dict[int, str]) -> str:
    """Say what a member is and where it lies: "DINT[10] at 4", "BOOL at 8.3"."""
    code = member.type & ~_ARRAY
    text = type_name(code, names)
    if member.type & _ARRAY:
        count = member.info * 32 if code == _BITS else member.info
        text += f"[{count}]"
    bit = f".{member.info}" if code == _BOOL and not member.type & _ARRAY else ""
    return f"{text} at {member.offset}{bit}"


def is_hidden(member: Member) -> bool:
    """Tell whether a member is the compiler's own."""
    return member.name.startswith(_HIDDEN) or not member.name
