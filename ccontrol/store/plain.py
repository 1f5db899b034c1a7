"""Whether a store is one plain repository: nothing in it leads elsewhere, no name means two things.

Git and ccontrol would read different histories otherwise: git resolves links as text, follows
`commondir`, and takes a file `observed` for the branch of that name. Looks at names only.
"""

import os
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ccontrol.errors import StoreTamperedError
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import BRANCH, OWN_FOLDER

_FILES = (
    *("HEAD", "config", "packed-refs", f"logs/{BRANCH}"),
    *(f"{OWN_FOLDER}/{name}" for name in ("lock", "head", "shadow.sqlite")),
)
_FOLDERS = (
    *("objects", "objects/info", "objects/pack", "refs", "refs/heads"),
    *("logs", "logs/refs", "logs/refs/heads", OWN_FOLDER),
)
_ABSENT = {
    "commondir": "git would read another repository",
    "config.worktree": "git would read further settings",
    "worktrees": "git would keep a checkout's state here",
    "observed": "git would take it for the branch of that name",
    "approved": "git would take it for the branch of that name",
    "refs/observed": "git would take it for the branch of that name",
    "refs/approved": "git would take it for the branch of that name",
}


def require_plain(git_dir: Path) -> None:
    """Raise StoreTamperedError with the first thing that leads elsewhere."""
    with named_failures(git_dir):
        for what in _oddities(git_dir):
            raise StoreTamperedError(f"{git_dir}: {what}")


def _oddities(git_dir: Path) -> Iterator[str]:
    for name in _FILES:
        if not stat.S_ISREG(_mode(git_dir / name, stat.S_IFREG)):
            yield f"{name} is no plain file"
    for name in _FOLDERS:
        if not stat.S_ISDIR(_mode(git_dir / name, stat.S_IFDIR)):
            yield f"{name} is no plain folder"
    for name, why in _ABSENT.items():
        if os.path.lexists(git_dir / name):
            yield f"{name} is there: {why}"
    yield from _links(git_dir)


def _links(git_dir: Path) -> Iterator[str]:
    folders = (git_dir / "objects", git_dir / "objects/pack", *_below(git_dir / "refs"))
    for entry in chain.from_iterable(map(_entries, folders)):
        if entry.is_symlink():
            yield f"{Path(entry.path).relative_to(git_dir)} leads elsewhere"


def _mode(path: Path, absent: int) -> int:
    """Return the kind of what has that name itself, not of what a link leads to."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return absent


def _below(folder: Path) -> Iterator[Path]:
    return (Path(name) for name, _folders, _files in os.walk(folder))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
