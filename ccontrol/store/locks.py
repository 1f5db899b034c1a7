"""The exclusive lock that makes one daemon the only writer, and the locks that a dead one left.

Nothing is pruned here: whatever holds content stays.
"""

import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ccontrol.errors import StoreForeignError, StoreLockedError
from ccontrol.store.disk import named_failures
from ccontrol.store.loose import DAEMONS_OWN

_FOREIGN_AGE_S = 600.0
"""How long a lock that another git may hold (people push to this store) must have stood still."""

_FOREIGN = (
    "HEAD.lock",
    "config.lock",
    "index.lock",
    "packed-refs.lock",
    "shallow.lock",
    "refs/**/*.lock",
    "objects/info/**/*.lock",
    "objects/pack/*.lock",
    "objects/tmp_*",
    "objects/??/tmp_obj_*",
    "objects/pack/tmp_*",
    "objects/pack/.tmp-*",
)


def taken(path: Path, held: str) -> int:
    """Lock a file for this process alone, write who holds it into it, and return its handle.

    The lock ends when the handle is closed, or with the process in whatever way. Raises
    StoreLockedError when another process holds it: `held` ("x is watched"), and by whom.
    """
    with named_failures(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise StoreLockedError(f"{held} by process {holder or 'unknown'}") from error
        os.pwrite(handle, b"%-19d\n" % os.getpid(), 0)
    return handle


class WriterLock:
    """Held from opening until `close`, or until the process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.handle = taken(path, f"{path} is held")

    def require_held(self) -> None:
        """Raise StoreForeignError when the file of the lock is gone, or another one in its place.

        Whoever opens the store then finds it free: two would write.
        """
        try:
            found: os.stat_result | None = self._path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            found = None
        held = os.fstat(self.handle)
        if found is None or not os.path.samestat(found, held):
            raise StoreForeignError(
                f"{self._path} was {'replaced' if found else 'removed'} while this daemon held it",
                hint="Find out who removes files of the store, then start ccontrol anew.",
            )

    def close(self) -> None:
        """Let the next writer in."""
        os.close(self.handle)


def clear_stale(git_dir: Path, branch: str, now: datetime) -> tuple[str, ...]:
    """Remove what a killed writer left, and return the names. Call it under the WriterLock.

    The branch's own lock and the daemon's own half-written objects go at once; what another git, or
    a person who signs here, might still hold goes when it is ten minutes old.
    """
    own = {git_dir / f"{branch}.lock", *git_dir.glob(f"objects/??/{DAEMONS_OWN}*")}
    foreign = {path for pattern in _FOREIGN for path in git_dir.glob(pattern)} - own
    stale = [path for path in own if path.exists()]
    stale += [path for path in foreign if _has_stood_still(path, now)]
    with named_failures(git_dir):
        for path in stale:
            path.unlink(missing_ok=True)
    return tuple(sorted(_shown(git_dir, stale)))


def _has_stood_still(path: Path, now: datetime) -> bool:
    try:
        written_s = path.stat().st_mtime
    except FileNotFoundError:
        return False
    # A clock that was set back must not make a lock everlasting, hence the absolute value.
    return abs(now.timestamp() - written_s) > _FOREIGN_AGE_S


def _shown(git_dir: Path, paths: list[Path]) -> Iterator[str]:
    return (str(path.relative_to(git_dir)) for path in paths)
