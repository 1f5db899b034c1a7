"""The directory of a MicroLogix or SLC: which files there are, of which size. Pure.

A head, how many files of each class, where the rows of each class begin (not on a SLC), and a row
for each file: type, size, address, and a value that program files have and that looks like a
checksum (how it is computed is not known). A file's number is its place within its class. Layout:
recording of RSLogix 500 uploading from a 1766-LEC; every size, count and address in it adds up. Of
a MicroLogix 1100 and a SLC 5/05 only what pycomm3 1.2.16 reads of them is known, which fits the
same layout without the third password. A directory that does not add up is not read at all.

From byte 22 on the head holds the passwords of the program, in clear: they are never asked for.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from ccontrol.drivers.enip.identity import label
from ccontrol.errors import GarbledError

PROGRAM, CHANNELS, MODULES, DATA, FORCES, FUNCTIONS = 0x20, 0x40, 0x60, 0x80, 0xA0, 0xE0
_CLASSES = (0x00, PROGRAM, CHANNELS, MODULES, DATA, FORCES, 0xC0, FUNCTIONS)
HEAD_WORDS = 11
"""Words of the head before the passwords."""
FIRST_BYTES = 80
"""What is read behind the passwords before it is known how much there is."""
_ROW = struct.Struct("<xBHIH")
_COUNTS = struct.Struct("<8H")
_POINTERS = struct.Struct("<8I")
_MOST_BYTES = _ROW.size * 1024
"""256 program and 256 data files are the most that there can be, and some of every other kind."""


class Layout(NamedTuple):
    """Where a kind of processor keeps its directory and what of it. Words."""

    type: int
    """Type of the file 0 that holds it."""
    after: int
    """The first word behind the passwords: the program id."""
    rows: int
    """The first word of the first row, which is about the directory itself."""
    counted: frozenset[int] = frozenset(_CLASSES)
    """The classes of whose number of files it is known where it stands."""
    pointers: bool = True
    """Whether it is known where the addresses of the rows stand."""


MICROLOGIX_1400 = Layout(0x03, 26, 51)
MICROLOGIX = Layout(0x02, 21, 46)
SLC = Layout(0x01, 21, 34, counted=frozenset({PROGRAM, DATA}), pointers=False)


class Row(NamedTuple):
    """One file."""

    type: int
    number: int
    size: int
    """Bytes."""
    address: int
    check: int

    @property
    def kind(self) -> int:
        """Its class."""
        return class_of(self.type)


class Directory(NamedTuple):
    """All files of a processor."""

    name: str
    """What the program is called."""
    program_id: int
    rows: tuple[Row, ...]

    def of_class(self, kind: int) -> tuple[Row, ...]:
        """The files of one class."""
        return tuple(row for row in self.rows if row.kind == kind)


def layout_of(bulletin: str) -> Layout:
    """Return how a processor of that bulletin number, as its status has it, keeps its directory."""
    if bulletin.startswith("1766"):
        return MICROLOGIX_1400
    return MICROLOGIX if bulletin.startswith("17") else SLC


def class_of(file_type: int) -> int:
    """Return the class of a type: its upper three bits; 90 and above are data as well."""
    return file_type & 0xE0


class Rest(NamedTuple):
    """What of a directory is still to be read."""

    word: int
    size: int


def rest_of(layout: Layout, first: bytes) -> Rest:
    """Return what follows the first bytes behind the passwords. Raises GarbledError."""
    whole = _size_of(layout, first) - 2 * layout.after
    return Rest(layout.after + len(first) // 2, max(whole - len(first), 0))


def _size_of(layout: Layout, tail: bytes) -> int:
    at = 2 * (layout.rows - layout.after)
    if len(tail) < at + _ROW.size:
        raise GarbledError("a directory that breaks off before its first row")
    file_type, size, _, _ = _ROW.unpack_from(tail, at)
    rows = size - 2 * layout.rows
    if file_type != layout.type or rows % _ROW.size or not 0 < rows <= _MOST_BYTES:
        raise GarbledError("a directory that is not laid out as its processor's should be")
    return int(size)


def directory(layout: Layout, head: bytes, tail: bytes) -> Directory:
    """Read a directory: what stands before its passwords, and behind. Raises GarbledError."""
    size = _size_of(layout, tail) - 2 * layout.after
    if len(head) != 2 * HEAD_WORDS or len(tail) < size:
        raise GarbledError("a directory that is not whole")
    counts = _COUNTS.unpack_from(tail, 2)
    rows = tuple(_rows(tail[2 * (layout.rows - layout.after) : size]))
    _require_counts(counts, rows, layout)
    if layout.pointers:
        _require_pointers(counts, _POINTERS.unpack_from(tail, 2 + _COUNTS.size), rows[0], layout)
    return Directory(
        label(head[8:18].partition(b"\0")[0]), int.from_bytes(tail[:2], "little"), rows
    )


def _rows(data: bytes) -> list[Row]:
    numbers: dict[int, int] = {}
    found = []
    for file_type, size, address, check in _ROW.iter_unpack(data):
        kind = class_of(file_type)
        number = numbers.get(kind, 0)
        numbers[kind] = number + 1
        found.append(Row(file_type, number, size, address, check))
    return found


def _require_counts(counts: Sequence[int], rows: Sequence[Row], layout: Layout) -> None:
    kinds = [row.kind for row in rows]
    told = zip(_CLASSES, counts, strict=True)
    as_told = all(kinds.count(kind) == count for kind, count in told if kind in layout.counted)
    if not as_told or kinds != sorted(kinds):
        raise GarbledError("a directory whose rows are not as many of each class as it says")


def _require_pointers(
    counts: Sequence[int], pointers: Sequence[int], own: Row, layout: Layout
) -> None:
    at = own.address + 2 * layout.rows
    for count, pointer in zip(counts, pointers, strict=True):
        if pointer != (at if count else 0):
            raise GarbledError("a directory whose addresses do not add up")
        at += _ROW.size * count
