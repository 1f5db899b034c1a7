"""A dropped file copied into one of our own: what is read, hashed and kept are the same bytes."""

import hashlib
import os
import pwd
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ccontrol.drivers.projectfile.inside import opened
from ccontrol.drivers.projectfile.regular import open_regular
from ccontrol.errors import BadFileError

_PIECE_BYTES = 1 << 20
_LAST_S = 253_402_300_799
"""The end of the year 9999. Whoever drops a file sets its date, to any year that fits 64 bits."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied. `size` in bytes; `owner` as this host knows it, else the number."""

    sha256: str
    size: int
    owner: str
    modified_at: datetime


def copy(root: Path, name: str, target: BinaryIO, most_bytes: int) -> Copied | None:
    """Copy a dropped file; None for one that changed meanwhile: it is not complete yet.

    `name` is relative to the watched folder. Raises BadFileError for what is no regular file and
    for one that is too large, OSError for one that cannot be read, links included.
    """
    *inside, last = name.split("/")
    with opened(root, tuple(inside)) as folder:
        source = open_regular(Path(last), folder)
    with source:
        before = os.fstat(source.fileno())
        if before.st_size > most_bytes:
            raise BadFileError(
                f"its {before.st_size} bytes are more than the {most_bytes} that are taken",
                hint="Raise bytes_limit of the folder, or export a part of the project.",
            )
        digest, size = hashlib.sha256(), 0
        while size <= before.st_size and (piece := source.read(_PIECE_BYTES)):
            digest.update(piece)
            target.write(piece)
            size += len(piece)
        after = os.fstat(source.fileno())
    if (size, after.st_size, after.st_mtime_ns) != (
        before.st_size,
        before.st_size,
        before.st_mtime_ns,
    ):
        return None
    return Copied(digest.hexdigest(), size, _owner(before.st_uid), _time(before.st_mtime_ns))


def _time(since_1970_ns: int) -> datetime:
    """Return the date of a file; one that no calendar holds is the nearest that one does."""
    seconds = min(max(since_1970_ns // 1_000_000_000, 0), _LAST_S)
    return datetime.fromtimestamp(seconds, UTC)


def _owner(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
