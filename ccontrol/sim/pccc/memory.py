"""The memory of a MicroLogix or SLC: program, configuration and data files, and their directory.

A file is named by its type and by its number within the class of its type (the upper digit of it,
halved): program 2, channels 4, I/O configuration 6, data 8, forces A, functions E. Layout of the
directory: a recording of RSLogix 500 uploading from a 1766-LEC (0x03); for a MicroLogix 1100 (0x02)
and a SLC 5/05 (0x01) what pycomm3 1.2.16 expects of them. How the value in a row is computed is
not known: here it is a CRC-16, and moves with the bytes of the file.
"""

import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

CLASSES = (0x00, 0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0, 0xE0)
PROGRAM, DATA = 0x20, 0x80
LADDER = 0x22
OUTPUT, INPUT, STATUS, BIT, TIMER, COUNTER, CONTROL, INTEGER, FLOAT = range(0x82, 0x8B)
STRING, LONG = 0x8D, 0x91
OUTPUT_FORCES, INPUT_FORCES = 0xA1, 0xA2
_ELEMENT_WORDS = {TIMER: 3, COUNTER: 3, CONTROL: 3, FLOAT: 2, LONG: 2, STRING: 42}
_BASE = 0x4E00
_ROW = struct.Struct("<xBHIH")
_SYSTEM_TYPE, _SYSTEM_BYTES = 0x00, 44


class Layout(NamedTuple):
    """Where things stand in the directory of a kind of processor. Offsets in bytes."""

    type: int
    passwords: int
    """Bytes of passwords, from byte 22 on."""
    rows: int


MICROLOGIX_1400 = Layout(0x03, 30, 102)
MICROLOGIX_1100 = Layout(0x02, 20, 92)
SLC = Layout(0x01, 20, 68)


def class_of(file_type: int) -> int:
    """The class that a type of file belongs to: 90 and above are data as well."""
    upper = file_type & 0xE0
    return upper if upper in CLASSES else DATA


@dataclass(frozen=True)
class File:
    """One file: its type and its bytes. One of no bytes holds a number free."""

    type: int
    data: bytes = b""

    @property
    def check(self) -> int:
        """What its row of the directory says of its bytes: of program files only, as was seen."""
        return binascii.crc_hqx(self.data, 0) if class_of(self.type) == PROGRAM else 0

    def with_data(self, data: bytes) -> "File":
        """The same file with other bytes."""
        return replace(self, data=data)


@dataclass
class Memory:
    """All files of one processor."""

    layout: Layout
    catalogue: str = "ML1400"
    name: str = "MAIN_PROG"
    program_id: int = 0x8236
    compiler: int = 1334
    password: bytes = b""
    """At most ten digits, as they lie in memory."""
    files: list[File] = field(default_factory=list)
    directory_size_off_by: int = 0
    """A directory that contradicts itself."""

    def of_class(self, wanted: int) -> list[File]:
        """The files of one class by their number."""
        return [one for one in self.files if class_of(one.type) == wanted]

    def file(self, file_type: int, number: int) -> File | None:
        """One file, or nothing where number and type do not belong together."""
        found = self.of_class(class_of(file_type))
        return found[number] if number < len(found) and found[number].type == file_type else None

    def put(self, file_type: int, number: int, data: bytes) -> None:
        """Give a file other bytes; raises KeyError when there is no such file."""
        old = self.file(file_type, number)
        if old is None:
            raise KeyError((file_type, number))
        place = next(at for at, one in enumerate(self.files) if one is old)
        self.files[place] = old.with_data(data)

    def read(self, file_type: int, number: int, element: int, sub: int, size: int) -> bytes | None:
        """Bytes of a file from an element and a word within it on; None where there are none."""
        if file_type == _SYSTEM_TYPE and not number:
            whole = self._head(20)[:_SYSTEM_BYTES]
        elif file_type == self.layout.type and not number:
            whole = self.directory()
        else:
            found = self.file(file_type, number)
            whole = found.data if found else b""
        begin = 2 * (element * _ELEMENT_WORDS.get(file_type, 1) + sub)
        piece = whole[begin : begin + size]
        return piece if size and len(piece) == size else None

    def directory(self) -> bytes:
        """The directory as it lies in memory: head, number of files by class, a row for each."""
        ordered = [file for kind in CLASSES[1:] for file in self.of_class(kind)]
        size = self.layout.rows + _ROW.size * (1 + len(ordered))
        told = size + self.directory_size_off_by
        own = _ROW.pack(self.layout.type, told & 0xFFFF, _BASE, 0)
        return (
            self._head(self.layout.passwords).ljust(self.layout.rows, b"\0")
            + own
            + b"".join(
                _ROW.pack(one.type, len(one.data), where, one.check)
                for one, where in zip(ordered, self._places(ordered, size), strict=True)
            )
        )

    @staticmethod
    def _places(ordered: list[File], begin: int) -> Iterator[int]:
        at = _BASE + begin
        for one in ordered:
            yield at if one.data else 0
            at += len(one.data)

    def _head(self, passwords: int) -> bytes:
        name = self.name.encode("latin-1")[:9].ljust(10, b"\0")
        head = self.catalogue.encode("latin-1")[:7].ljust(8, b"\0") + name
        head += struct.pack("<HH", 62, self.compiler) + self.password.ljust(passwords, b"\0")
        counts = [1, *(len(self.of_class(kind)) for kind in CLASSES[1:])]
        head += struct.pack("<9H", self.program_id, *counts)
        return head + self._pointers(counts) if self.layout is not SLC else head

    def _pointers(self, counts: list[int]) -> bytes:
        """Where the rows of each class begin; 0 for a class without files."""
        at, pointers = _BASE + self.layout.rows, []
        for count in counts:
            pointers.append(at if count else 0)
            at += count * _ROW.size
        return struct.pack("<8I", *pointers)
