"""What a block declares, as values: sections, variables, their addresses. Reads no bytes."""

from dataclasses import dataclass
from enum import Enum
from math import prod

from ccontrol.logic.mc7.names import Area


class Role(Enum):
    """The section in which something is declared; `value` is its code."""

    IN = 1
    OUT = 2
    IN_OUT = 3
    STATIC = 4
    TEMP = 5
    RETURN = 6

    @property
    def prefix(self) -> str:
        """How the names that are made for it begin."""
        return _PREFIXES.get(self, self.name)


_PREFIXES = {Role.STATIC: "STAT", Role.RETURN: "RET_VAL"}
_PARAMETERS = (Role.IN, Role.OUT, Role.IN_OUT, Role.RETURN)


@dataclass(frozen=True, slots=True)
class Declared:
    """One variable, structure or array."""

    name: str
    role: Role
    type: str
    """"INT", "STRING [20]", "STRUCT", "FB 12"; of an array that of its elements."""
    code: int
    """The same as the interface has it."""
    at: int
    """Its first bit from the start of its memory."""
    bits: int
    """Size of one element."""
    bounds: tuple[tuple[int, int], ...] = ()
    """Of an array, from the outermost dimension on."""
    initial: str = ""
    mark: int | None = None
    """The byte of unknown meaning that some entries have."""
    members: tuple["Declared", ...] = ()
    by_pointer: bool = False
    """A pointer to it lies at `at`; its members' places are those within what it points to."""

    @property
    def elements(self) -> int:
        """How many there are of it."""
        return prod(high - low + 1 for low, high in self.bounds)


@dataclass(frozen=True, slots=True)
class ParameterNames:
    """Names for the statement list: of parameters alone."""

    parameters: tuple[str, ...]

    @property
    def of_instance(self) -> bool:
        """Return False: a place in memory is told by its address."""
        return False

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
        """Return the name of the parameter of that ordinal."""
        del bit, width
        known = area is Area.PARAMETER and byte < len(self.parameters)
        return self.parameters[byte] if known else None


@dataclass(frozen=True, slots=True)
class Interface:
    """Everything that a block declares, in the order of its interface."""

    kind: int
    """First byte of the head: 1 for code, 5 for a shared DB."""
    number: int
    """The block's own; of an instance DB that of its FB."""
    declared: tuple[Declared, ...]
    memory_bytes: int
    """What IN, OUT, IN_OUT and STATIC take together, in an instance or a shared DB."""
    unread: int
    """How many places are not understood: marks, and one for each problem."""
    problems: tuple[str, ...] = ()

    def of(self, role: Role) -> tuple[Declared, ...]:
        """Return what is declared in one section."""
        return tuple(one for one in self.declared if one.role is role)

    @property
    def names(self) -> ParameterNames:
        """Return the names of a FC's parameters, which its code knows by their ordinals alone."""
        return ParameterNames(tuple(one.name for role in _PARAMETERS for one in self.of(role)))

    @property
    def temp_bytes(self) -> int:
        """Return how much of the local stack TEMP takes; a compiler keeps its own things after."""
        ends = (one.at + one.bits * one.elements for one in self.of(Role.TEMP))
        return -(-max(ends, default=0) // 8)
