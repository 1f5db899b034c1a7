"""One log that another sensor writes, read as it grows: whole lines, once each, through rotations.

Knows no format and keeps no events. Where it has read up to is handed in and out, so that a restart
goes on from there.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

READ_AT_ONCE = 4 * 2**20
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a log was read."""

    inode: int = 0
    offset: int = 0
    lines: int = 0
    """Lines before that place."""
    head: str = ""
    """The lines with which the file begins and that say how to read it (Zeek's #fields)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines that came since the place before."""

    content: bytes
    after: Place
    head: str
    number: int
    """Of the first line, counted from 1."""
    lost: str = ""
    """What may have been missed before it; empty: nothing."""


def grown(path: Path, place: Place) -> Iterator[Piece]:
    """Yield what a log holds beyond a place: the rest of a file that was renamed, then the new one.

    A last line without an end waits for it. Raises OSError for what cannot be read.
    """
    status = path.stat()
    if place.inode and status.st_ino != place.inode:
        old = _renamed(path, place.inode)
        if old is None:
            lost = "the file that was read before is gone: what it still held is lost"
        else:
            lost = ""
            for piece in _rest(old, place):
                place = piece.after
                yield piece
        place = Place(inode=status.st_ino)
    elif status.st_size < place.offset:
        place, lost = Place(inode=status.st_ino), "the file was cut: what came before may be lost"
    else:
        place, lost = replace(place, inode=status.st_ino), ""
    for piece in _rest(path, place):
        yield replace(piece, lost=lost)
        lost = ""


def _renamed(path: Path, inode: int) -> Path | None:
    """Return where a file lies now that was at this path."""
    with os.scandir(path.parent) as entries:
        names = [each.name for each in entries if each.inode() == inode]
    return next((path.with_name(name) for name in names if name != path.name), None)


def _rest(path: Path, place: Place) -> Iterator[Piece]:
    with _opened(path) as file:
        file.seek(place.offset)
        while content := _whole_lines(file):
            number = place.lines + 1
            head = _head(content) if place.offset == 0 else place.head
            lines = place.lines + content.count(b"\n")
            place = replace(place, offset=file.tell(), lines=lines, head=head)
            yield Piece(content, place, head if number > 1 else "", number)


def _opened(path: Path) -> BinaryIO:
    """Open a file. Raises OSError for whatever else is there, and may be without an end.

    Without waiting: a pipe into which nobody writes would never open.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(f"{path} is no file")
    return open(number, "rb")  # noqa: PTH123 — a number, and whoever asked closes it


def _whole_lines(file: BinaryIO) -> bytes:
    """Read whole lines, so many at a time; one that is longer than any comes in two."""
    begin = file.tell()
    content = file.read(READ_AT_ONCE)
    end = content.rfind(b"\n") + 1
    if not end and len(content) > LONGEST_LINE:
        end = len(content)
    file.seek(begin + end)
    return content[:end]


def _head(content: bytes) -> str:
    """Return the lines that begin with #, of a file's beginning."""
    lines = []
    for line in content[: 64 * 1024].splitlines(keepends=True):
        if not line.startswith(b"#"):
            break
        lines.append(line)
    return b"".join(lines).decode("utf-8", "replace")
