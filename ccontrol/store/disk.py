"""The few file operations that durability rests on, and how their failures are named.

What must be synced when is decided by loose, refs and repository. Tests hand in a disk that
forgets whatever was not synced.
"""

import errno
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ccontrol.errors import StoreError, StoreFullError, StoreReadOnlyError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_THREADS = 8  # they only wait
_WORTH_THREADS = 3
_OWNER_ONLY = 0o600
_OF_THE_PATH = frozenset(
    {errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR}
)
_PATH = "Check that path: the name itself, and that each folder of it is there and is a folder."
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class Disk:
    """The real disk. Nothing but `sync` and `overwrite` promises to outlive a power cut."""

    def create(self, path: Path, content: bytes, mode: int) -> None:
        """Write a new file; FileExistsError when the name is taken."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(handle, "wb", buffering=0) as file:  # noqa: PTH123 — it is a handle, not a path
            _write_all(file.fileno(), content)

    def sync(self, path: Path) -> None:
        """Return once a file's content, or a folder's list of names, would outlive a power cut."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sync_all(self, paths: Collection[Path]) -> None:
        """Sync several files or folders; together, so that the disk's journal is written once."""
        if len(paths) < _WORTH_THREADS:
            for path in paths:
                self.sync(path)
        else:
            list(_pool().map(self.sync, paths))

    def rename(self, source: Path, target: Path) -> None:
        """Move a file over another one in a single step."""
        source.replace(target)

    def overwrite(self, path: Path, content: bytes) -> None:
        """Write over the start of a small file in place, durably; at most one sector."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            os.pwrite(handle, content, 0)
            os.fdatasync(handle)  # the size stays, so the file system's journal can wait
        finally:
            os.close(handle)

    def append(self, path: Path, content: bytes) -> None:
        """Write at the end of a file, without a promise."""
        how = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        handle = os.open(path, how, _OWNER_ONLY)
        try:
            _write_all(handle, content)
        finally:
            os.close(handle)

    def make_folder(self, path: Path) -> bool:
        """Make a folder for its owner alone; False when it was there."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            return False
        return True

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)


def sync_below(disk: Disk, folder: Path) -> None:
    """Sync a folder with everything in it: for a store that was just made."""
    for parent, _folders, files in os.walk(folder):
        disk.sync_all([Path(parent) / name for name in files])
        disk.sync(Path(parent))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="store-sync")


@contextmanager
def named_failures(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a disk into the store's own errors."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in _FULL:
            raise StoreFullError(f"{where}: no room is left to write") from error
        if error.errno in _READ_ONLY:
            raise StoreReadOnlyError(f"{where}: may not be written ({error.strerror})") from error
        hint = _PATH if error.errno in _OF_THE_PATH else None
        raise StoreError(f"{where}: {error.strerror or error}", hint=hint) from error


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
