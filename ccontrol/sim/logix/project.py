"""What engineers load into a controller: data types, tags, programs, tasks, modules. No addresses.

A project is made by hand, by plant.py or from a file (l5x.py); memory.py gives it instances.
"""

import enum
import hashlib
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

ALL_CHANGES = 0xFFFF_FFFF_FFFF_FFFF


class Language(enum.Enum):
    """Routine types, with the word that class 6D answers for them in attribute 1."""

    LADDER = 0x07FF
    TEXT = 0x07FC
    BLOCKS = 0x07FD
    SEQUENCE = 0x1FFE


class Access(enum.IntEnum):
    """Attribute 10 of a symbol: what others than the controller may do with a tag."""

    READ_WRITE = 0
    READ_ONLY = 2
    NONE = 3


class Origin(enum.Enum):
    """Who defined a data type: it decides the range of its template's instance."""

    USER = enum.auto()
    FIRMWARE = enum.auto()


@dataclass(frozen=True)
class Member:
    """One member of a structure; a bit lives in the byte of its target."""

    name: str
    type: str
    dimension: int = 0
    target: str = ""
    bit: int = 0


@dataclass(frozen=True)
class DataType:
    """A structure: a user's type, an add-on instruction, a module's or the firmware's own."""

    name: str
    members: tuple[Member, ...]
    origin: Origin = Origin.USER


@dataclass(frozen=True)
class Tag:
    """One tag. `value` may be shorter than the type: the rest is zeros."""

    name: str
    type: str
    dimensions: tuple[int, ...] = ()
    value: bytes = b""
    access: Access = Access.READ_WRITE


@dataclass(frozen=True)
class Routine:
    """One routine; `code` stands for its compiled bytes."""

    name: str
    language: Language = Language.LADDER
    code: bytes = b""


def compiled(text: str) -> bytes:
    """Bytes that stand for a compiled routine: as long as its text, others for another text."""
    return hashlib.shake_256(text.encode()).digest(len(text) + -len(text) % 4)


@dataclass(frozen=True)
class Program:
    """A program with its own tags."""

    name: str
    routines: tuple[Routine, ...] = ()
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True)
class Task:
    """A task and the names of the programs that it runs. The period is in microseconds."""

    name: str
    programs: tuple[str, ...] = ()
    priority: int = 10
    period_us: int = 10_000
    continuous: bool = True


@dataclass(frozen=True)
class IoModule:
    """A module of the I/O tree, as configured: `slot` when it sits in the local chassis."""

    name: str
    catalog: str
    vendor: int = 1
    product_type: int = 7
    product_code: int = 0
    revision: tuple[int, int] = (1, 1)
    slot: int | None = None
    parent: str = "Local"


@dataclass(frozen=True)
class Project:
    """All that a download brings. `safety_signature` is empty when none was created."""

    name: str
    description: str = ""
    processor: str = "1756-L83E"
    revision: tuple[int, int] = (33, 11)
    data_types: tuple[DataType, ...] = ()
    tags: tuple[Tag, ...] = ()
    programs: tuple[Program, ...] = ()
    tasks: tuple[Task, ...] = ()
    modules: tuple[IoModule, ...] = ()
    connections: tuple[str, ...] = ()
    changes_to_detect: int = ALL_CHANGES
    safety_signature: str = ""
    safety_locked: bool = False

    def program(self, name: str) -> Program:
        """A program by name; raises KeyError."""
        return _named(self.programs, name)

    def routine(self, program: str, routine: str) -> Routine:
        """A routine by name; raises KeyError."""
        return _named(self.program(program).routines, routine)

    def with_routine(self, program: str, routine: Routine) -> "Project":
        """The same project with one routine put in place of the one of that name, or added."""
        owner = self.program(program)
        owner = replace(owner, routines=_put(owner.routines, routine))
        return replace(self, programs=_put(self.programs, owner))

    def with_tag(self, tag: Tag, program: str = "") -> "Project":
        """The same project with a tag put in place or added, in controller scope by default."""
        if not program:
            return replace(self, tags=_put(self.tags, tag))
        owner = self.program(program)
        return replace(
            self, programs=_put(self.programs, replace(owner, tags=_put(owner.tags, tag)))
        )

    def without_tag(self, name: str) -> "Project":
        """The same project without a tag of controller scope; raises KeyError."""
        _named(self.tags, name)
        return replace(self, tags=tuple(tag for tag in self.tags if tag.name != name))

    def with_type(self, data_type: DataType) -> "Project":
        """The same project with a data type put in place or added."""
        return replace(self, data_types=_put(self.data_types, data_type))


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


def _named(things: tuple[_T, ...], name: str) -> _T:
    found = next((thing for thing in things if thing.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def _put(things: tuple[_T, ...], one: _T) -> tuple[_T, ...]:
    if any(thing.name == one.name for thing in things):
        return tuple(one if thing.name == one.name else thing for thing in things)
    return (*things, one)
