"""What lies in a watched folder, and which of it has come to rest. Opens no file.

Names and rests only; whether a file is one that may be read is `copying`'s business.
"""

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PASSING = re.compile(
    r"""
      [.~]\..* | \..* | ~\$.* | .*~ | \#.*\#
    | .*\.(?:tmp|temp|part|partial|crdownload|filepart|swp|lock|lck|wrk|sem)
    | .*[._]bak[0-9]*\.acd | .*\.recovery\.acd
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Names of what programs put beside a file while they work: locks, temporaries, own backups.

`_BAK000.acd`, `.Wrk` and `.Sem`: Studio 5000; `~$`: Office and others; `.filepart`: WinSCP.
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what one sees that a file is as it was, without reading it."""

    inode: int
    size: int
    modified_ns: int


@dataclass(slots=True)
class Resting:
    """Which files of one folder have not moved for long enough.

    A file counts when size and time of change stay as they are for `settle_s`; one that came by a
    rename is waited for just as long, since nobody can tell.
    """

    settle_s: float
    _since: dict[str, tuple[Mark, float]] = field(default_factory=dict)

    def look(self, found: Mapping[str, Mark], now_s: float) -> tuple[str, ...]:
        """Return the names of those that rest, given what lies there at this monotonic time."""
        since: dict[str, tuple[Mark, float]] = {}
        for name, mark in found.items():
            known = self._since.get(name)
            since[name] = known if known and known[0] == mark else (mark, now_s)
        self._since = since
        return tuple(name for name, (_, at) in since.items() if now_s - at >= self.settle_s)

    @property
    def names(self) -> frozenset[str]:
        """The names that were there at the last look."""
        return frozenset(self._since)


def look(folder: Path) -> dict[str, Mark]:
    """Return the regular files in a folder by name, sorted; links and the passing are left out.

    Raises OSError when the folder cannot be listed: a share may go away at any time.
    """
    with os.scandir(folder) as entries:
        found = dict(_marked(entry for entry in entries if not is_passing(entry.name)))
    return dict(sorted(found.items()))


def is_passing(name: str) -> bool:
    """Tell whether a name is that of a lock, a temporary file or a program's own backup."""
    return _PASSING.fullmatch(name) is not None


def _marked(entries: Iterable[os.DirEntry[str]]) -> Iterable[tuple[str, Mark]]:
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone since the folder was listed
            continue
        if stat.S_ISREG(found.st_mode):
            yield entry.name, Mark(found.st_ino, found.st_size, found.st_mtime_ns)
