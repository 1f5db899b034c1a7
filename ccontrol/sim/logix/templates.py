"""Structure templates: where each member lies, and the bytes that describe it to a client.

Layout of a description: 8 bytes per member {array size or bit, type, offset}, then the names,
filled up to whole double words. Attribute 4 is the size of that in double words plus five (the
templates that Logix Designer loads into an L61). A client that took it for more would wait for ever
for bytes that never come: pylogix asks on until it has 4 n - 23, rounded up.
"""

import functools
import struct
import zlib
from collections.abc import Container
from dataclasses import dataclass, field

from ccontrol.sim.logix.project import DataType, Member, Origin

ATOMIC = {
    "BOOL": (0xC1, 1), "SINT": (0xC2, 1), "INT": (0xC3, 2), "DINT": (0xC4, 4), "LINT": (0xC5, 8),
    "USINT": (0xC6, 1), "UINT": (0xC7, 2), "UDINT": (0xC8, 4), "ULINT": (0xC9, 8),
    "REAL": (0xCA, 4), "LREAL": (0xCB, 8), "BIT": (0xC1, 0), "DT": (0xC5, 8), "LDT": (0xC5, 8),
    "TIME": (0xC5, 8), "TIME32": (0xC4, 4), "LTIME": (0xC5, 8),
}  # fmt: skip
BIT_ARRAY = 0xD3
STRUCTURE, ARRAY = 0x8000, 0x2000
USER_INSTANCES = range(0x100, 0xF00)
FIRMWARE_INSTANCES = range(0xF00, 0xFFF)
_TIMER = tuple(Member(n, "DINT") for n in ("CTL", "PRE", "ACC")) + tuple(
    Member(name, "BIT", target="CTL", bit=bit) for name, bit in (("EN", 31), ("TT", 30), ("DN", 29))
)
_COUNTER = tuple(Member(n, "DINT") for n in ("CTL", "PRE", "ACC")) + tuple(
    Member(name, "BIT", target="CTL", bit=bit)
    for name, bit in (("CU", 31), ("CD", 30), ("DN", 29), ("OV", 28), ("UN", 27))
)
_CONTROL = tuple(Member(n, "DINT") for n in ("CTL", "LEN", "POS")) + tuple(
    Member(name, "BIT", target="CTL", bit=bit)
    for name, bit in (
        ("EN", 31), ("EU", 30), ("DN", 29), ("EM", 28), ("ER", 27), ("UL", 26), ("IN", 25),
        ("FD", 24),
    )
)  # fmt: skip
_STRING = (Member("LEN", "DINT"), Member("DATA", "SINT", 82))
# Their instances are their handles: 0F83 and 0FCE are seen in the symbol table of an L61.
BUILT_IN = {
    DataType("CONTROL", _CONTROL, Origin.FIRMWARE): 0xF81,
    DataType("COUNTER", _COUNTER, Origin.FIRMWARE): 0xF82,
    DataType("TIMER", _TIMER, Origin.FIRMWARE): 0xF83,
    DataType("STRING", _STRING, Origin.FIRMWARE): 0xFCE,
}


@dataclass(frozen=True)
class Place:
    """Where a member lies. `array` is the number of elements, 0 for none; `bit` within a byte."""

    name: str
    type: str
    code: int
    offset: int
    array: int = 0
    bit: int = 0


@dataclass(frozen=True)
class Template:
    """One structure as the controller has it."""

    instance: int
    name: str
    handle: int
    size: int
    places: tuple[Place, ...]

    @property
    def description(self) -> bytes:
        """What service 4C reads."""
        rows = (struct.pack("<HHI", p.array or p.bit, p.code, p.offset) for p in self.places)
        names = b"".join(p.name.encode("latin-1", "replace") + b"\0" for p in self.places)
        letters = "".join("AA" if p.code & STRUCTURE else "EA" for p in self.places)
        whole = b"".join(rows) + f"{self.name};n{letters}".encode("latin-1", "replace") + b"\0"
        whole += names
        return whole + bytes(-len(whole) % 4)

    @property
    def definition_words(self) -> int:
        """Attribute 4."""
        return len(self.description) // 4 + 5

    @functools.cached_property
    def _by_name(self) -> dict[str, Place]:
        return {place.name.lower(): place for place in self.places}

    def place(self, name: str) -> Place | None:
        """A member by name, in any case."""
        return self._by_name.get(name.lower())


@dataclass
class Templates:
    """All templates of a controller, made as they are first needed."""

    types: dict[str, DataType]
    numbering: str = ""
    """Another one gives other instances."""
    by_name: dict[str, Template] = field(default_factory=dict)
    by_instance: dict[int, Template] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def code(self, type_name: str) -> int:
        """The type word of one element, without array bits."""
        if type_name in ATOMIC:
            return ATOMIC[type_name][0]
        return STRUCTURE | self.template(type_name).instance

    def size(self, type_name: str) -> int:
        """Bytes of one element."""
        return ATOMIC[type_name][1] if type_name in ATOMIC else self.template(type_name).size

    def template(self, name: str) -> Template:
        """The template of a structure; one nobody defined has a single DINT."""
        if name not in self.by_name:
            known = self.types.get(name) or DataType(name, (), Origin.FIRMWARE)
            made = self._make(known)
            self.by_name[name] = self.by_instance[made.instance] = made
        return self.by_name[name]

    def _make(self, data_type: DataType) -> Template:
        if data_type.name in self._under_way:  # a type within itself: no compiler lets it through
            raise ValueError(f"{data_type.name} contains itself")
        self._under_way.add(data_type.name)
        members = data_type.members or (Member("Data", "DINT"),)
        places, size = _laid_out(members, self)
        self._under_way.discard(data_type.name)
        made = [(one.name, one.type, one.offset, one.array, one.bit) for one in places]
        handle = zlib.crc32(repr((data_type.name, made)).encode()) & 0xFFFF
        instance = BUILT_IN.get(data_type) or self._free(data_type)
        if data_type in BUILT_IN:
            handle = instance
        return Template(instance, data_type.name, handle, size, places)

    def _free(self, data_type: DataType) -> int:
        within = USER_INSTANCES if data_type.origin is Origin.USER else FIRMWARE_INSTANCES
        taken = self.by_instance.keys() | set(BUILT_IN.values())
        return instance_of(self.numbering + data_type.name, taken, within)


def instance_of(name: str, taken: Container[int], within: range) -> int:
    """A number for a name that stays what it is when others come and go, as far as may be."""
    start = zlib.crc32(name.lower().encode()) % len(within)
    for step in range(len(within)):
        number = within[(start + step) % len(within)]
        if number not in taken:
            return number
    raise ValueError(f"no instance left for {name}")


@dataclass
class _Layout:
    """Members put behind each other; BOOLs share double words, as in an add-on instruction."""

    templates: Templates
    places: list[Place] = field(default_factory=list)
    size: int = 0
    alignment: int = 4
    hosts: dict[str, int] = field(default_factory=dict)
    bits_at: int = 0
    bits_left: int = 0

    def put(self, member: Member) -> None:
        if member.type == "BIT" or member.target:
            at = self.hosts.get(member.target, 0) + member.bit // 8
            self.places.append(Place(member.name, "BOOL", 0xC1, at, bit=member.bit % 8))
        elif member.type == "BOOL" and not member.dimension:
            self._put_bit(member)
        else:
            self._put_whole(member)

    def _put_bit(self, member: Member) -> None:
        if not self.bits_left:
            name = f"ZZZZZZZZZZ{member.name}"[:40]
            self.bits_at, self.bits_left = self._room(4, 4), 32
            self.places.append(Place(name, "DINT", 0xC4, self.bits_at))
        bit = 32 - self.bits_left
        self.bits_left -= 1
        at = self.bits_at + bit // 8
        self.places.append(Place(member.name, "BOOL", 0xC1, at, bit=bit % 8))

    def _put_whole(self, member: Member) -> None:
        count = max(member.dimension, 1)
        if member.type == "BOOL":
            count = (member.dimension + 31) // 32
            code, size, array = BIT_ARRAY | ARRAY, 4, count
        else:
            code, size = self.templates.code(member.type), self.templates.size(member.type)
            array = member.dimension
            code |= ARRAY if array else 0
        step = size if member.type in ATOMIC and size else 4
        at = self._room(size * count, step)
        self.hosts[member.name] = at
        self.places.append(Place(member.name, member.type, code, at, array))
        self.bits_left = 0

    def _room(self, length: int, step: int) -> int:
        self.alignment = max(self.alignment, step)
        at = self.size + -self.size % step
        self.size = at + length
        return at


def _laid_out(members: tuple[Member, ...], templates: Templates) -> tuple[tuple[Place, ...], int]:
    layout = _Layout(templates)
    for member in members:
        layout.put(member)
    return tuple(layout.places), layout.size + -layout.size % layout.alignment
