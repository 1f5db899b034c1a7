"""What lies in a watched folder and the folders in it, and which of it has come to rest.

Opens folders and no file; whether a file is one that may be read is `copying`'s business.
"""

import os
import re
import stat
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccontrol.drivers.projectfile.inside import Inside, opened

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


MOST_ENTRIES = 20_000
"""So many files and folders of one watched folder are looked at; what lies beyond is not seen."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what one sees that a file is as it was, without reading it.

    No inode: some network file systems number a file anew each time that it is looked at. The time
    of the last change of anything (ctime) moves with a mode that was mended and a date put back.
    """

    size: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Listed:
    """What was found. Names are relative to the watched folder, with "/" between their steps."""

    files: Mapping[str, Mark]
    """Regular files, sorted; what is passing, and links, are left out."""
    unlisted: Mapping[str, str]
    """Folders inside that cannot be listed, and why."""
    whole: bool
    """Whether everything was looked at: not, when there is more than MOST_ENTRIES."""


@dataclass(slots=True)
class Resting:
    """Which files of one folder have not moved for long enough.

    A file counts when its mark stays as it is for `settle_s`; one that came by a rename is waited
    for just as long, since nobody can tell.
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


def look(folder: Path, depth: int = 0, most: int = MOST_ENTRIES) -> Listed:
    """Return what lies in a folder and in the folders inside it, `depth` steps down.

    What lies higher is looked at first, so that a full folder further down hides nothing above.
    Raises OSError when the folder itself cannot be listed: a share may go away at any time.
    """
    looking = _Looking(folder, depth, most)
    looking.into(())
    while looking.folders and looking.left > 0:
        looking.into_the_next()
    files = dict(sorted(looking.files.items()))
    return Listed(files, looking.unlisted, whole=looking.left > 0 and not looking.folders)


def is_passing(name: str) -> bool:
    """Tell whether a name is that of a lock, a temporary file or a program's own backup."""
    return _PASSING.fullmatch(name) is not None


@dataclass(slots=True)
class _Looking:
    """One look, step by step."""

    root: Path
    depth: int
    left: int
    files: dict[str, Mark] = field(default_factory=dict)
    unlisted: dict[str, str] = field(default_factory=dict)
    folders: deque[Inside] = field(default_factory=deque)

    def into_the_next(self) -> None:
        """Look into the next folder inside; one that is gone or a link by now is left out."""
        inside = self.folders.popleft()
        try:
            self.into(inside)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.unlisted["/".join(inside)] = error.strerror or "nobody knows why"

    def into(self, inside: Inside) -> None:
        """Take in one folder. Raises OSError when it cannot be listed."""
        with opened(self.root, inside) as handle, os.scandir(handle) as entries:
            for entry in entries:
                self.left -= 1
                if self.left <= 0:
                    return
                if not is_passing(entry.name):
                    self._take_in((*inside, entry.name), entry)

    def _take_in(self, place: Inside, entry: os.DirEntry[str]) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone since the folder was listed
            return
        if stat.S_ISREG(found.st_mode):
            mark = Mark(found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            self.files["/".join(place)] = mark
        elif stat.S_ISDIR(found.st_mode) and len(place) <= self.depth:
            self.folders.append(place)
