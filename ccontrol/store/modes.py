"""Shutting a store to others where somebody opened it: folders 0700, files 0600, as when made.

Looks two names deep: what lies deeper is shut in with its folder.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from ccontrol.store.disk import named_failures
from ccontrol.store.layout import OWN_FOLDER

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_log = logging.getLogger(__name__)


def tighten(git_dir: Path) -> None:
    """Take from the group and others what a new store would not give them; say so once."""
    with named_failures(git_dir):
        opened = [path for path in _names(git_dir) if _is_open(path)]
        left = [path for path in opened if not _shut(path)]
    if opened:
        names = ", ".join(str(path.relative_to(git_dir)) for path in (left or opened)[:5])
        what = "cannot be shut to others: who owns them?" if left else "were open to others: shut"
        _log.warning(
            "%d names of the store %s store=%s names=%s", len(opened), what, git_dir, names
        )


def _names(git_dir: Path) -> Iterator[Path]:
    folders = (git_dir, git_dir / OWN_FOLDER, git_dir / "objects")
    return chain((git_dir,), *(map(Path, os.scandir(folder)) for folder in folders))


def _is_open(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:  # a lock of git's, or what is about to get its name: gone meanwhile
        return False
    return bool(mode & _OTHERS) and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _shut(path: Path) -> bool:
    try:
        with suppress(FileNotFoundError):  # gone meanwhile: nothing is open any more
            path.chmod(path.lstat().st_mode & ~_OTHERS & 0o7777)
    except PermissionError:  # somebody else's: told, and no reason not to record what is seen
        return False
    return True
