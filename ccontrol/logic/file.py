"""The contract between a file that somebody hands over and the readers of formats.

A reader lives in a folder of its own beside this module and is named in `logic.formats`. It is
pure but for reading the stream that it is given, total (whatever the bytes are it returns a Project
or raises BadFileError), and bounded: no entity, no network, no archive member is followed beyond
`Limits`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

from ccontrol.logic.project import Project

HEAD_BYTES = 4096
"""How much of a file's beginning `Format.knows` is shown."""

SealText: TypeAlias = Callable[[str], str]
"""Turns a secret found in a file into words that tell equal from changed and nothing else."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a reader goes before it says that a file is too much. Sizes in bytes."""

    file: int = 256 * 1024 * 1024
    depth: int = 256
    """Nesting of XML elements, branches, archives' folders."""
    members: int = 20_000
    """Members of an archive."""
    unpacked: int = 512 * 1024 * 1024
    """Everything that an archive holds, unpacked."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file to read: `name` without its folder, `size` in bytes, `stream` seekable, at 0."""

    name: str
    size: int
    stream: BinaryIO
    limits: Limits = Limits()
    beside: "ProjectFile | None" = None
    """What belongs to it by its name and lies in the same place, where whoever opened it has it."""


class Format(Protocol):
    """One format of project files."""

    name: str
    """E.g. "l5x"."""
    version: int
    """Of the rules by which it writes text; raised with each change of what it writes."""
    title: str
    """What people call it, e.g. "Rockwell L5X"."""
    suffixes: tuple[str, ...]
    """Endings of file names, small letters, with the dot."""

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the name and the first HEAD_BYTES bytes whether it is a file of this format."""
        ...

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it whole. Raises BadFileError with the place for a file that is none or too much."""
        ...
