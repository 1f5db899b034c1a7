"""Files that outlive a power cut: written whole in one step, or appended to.

What stands in them is their owners' business. Git's objects and refs go their own way (loose,
refs); both rest on the same Disk.
"""

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccontrol.store.disk import Disk, named_failures

_DISK = Disk()
_OWNER_ONLY = 0o600
_TEMPORARY = ".tmp"
_serial = itertools.count()


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step; returns once it would outlive a power cut.

    Raises StoreFullError, StoreReadOnlyError or StoreError; the old content then stands untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(_serial)}{_TEMPORARY}")
    with named_failures(path):
        try:
            _DISK.create(temporary, content, _OWNER_ONLY)
            _belong_to_folder(temporary)
            _DISK.sync(temporary)
            _DISK.rename(temporary, path)
        except OSError:
            with suppress(OSError):  # the first failure is the one to tell
                _DISK.remove(temporary)
            raise
        _DISK.sync(path.parent)


class Growing:
    """A file that is being written piece by piece; nobody sees it yet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, piece: bytes) -> int:
        """Add a piece; return its length."""
        _DISK.append(self._path, piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def growing(path: Path) -> Iterator[Growing]:
    """Write a new file piece by piece: it is there, whole and durable, after the block's end.

    What a writer that died leaves of it is found by `sweep`. Raises what
    `write_whole` does; then, or when the block raises, nothing of it is left.
    """
    temporary = half_written(path)
    with named_failures(path):
        _DISK.remove(temporary)
        try:
            _DISK.create(temporary, b"", _OWNER_ONLY)
            _belong_to_folder(temporary)
            yield Growing(temporary)
            _DISK.sync(temporary)
            _DISK.rename(temporary, path)
        except BaseException:  # whatever it was goes on; half a file must not stay
            with suppress(OSError):  # the first failure is the one to tell
                _DISK.remove(temporary)
            raise
        _DISK.sync(path.parent)


def half_written(path: Path) -> Path:
    """Return where a file that is `growing` lies until it is whole."""
    return path.with_name(f".{path.name}{_TEMPORARY}")


def append(path: Path, content: bytes) -> bool:
    r"""Add whole lines to a file; returns once they would outlive a power cut.

    Several processes may append to the same file. A last line that a crash left torn is ended
    with a newline first, so that it stays where it was, alone: True says that this happened.
    Raises the store's errors; then nothing of `content` is left in the file.
    """
    with named_failures(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _append(handle, b"\n" + content if torn else content, size)
        finally:
            os.close(handle)
        if size == 0:
            _belong_to_folder(path)
            _DISK.sync(path.parent)
    return torn


def remove(path: Path) -> None:
    """Remove a file, durably; nothing happens when it is not there."""
    with named_failures(path):
        _DISK.remove(path)
        _DISK.sync(path.parent)


def move(source: Path, target: Path) -> None:
    """Move a file, durably, over whatever is there."""
    with named_failures(source):
        _DISK.rename(source, target)
        _DISK.sync(target.parent)
        if source.parent != target.parent:
            _DISK.sync(source.parent)


def settle(half: Path, target: Path) -> None:
    """Put a file that another program wrote in its place; returns once it would outlive a cut."""
    with named_failures(half):
        _DISK.sync(half)
    move(half, target)


def make_folder(path: Path) -> Path:
    """Make a folder with its parents, durably, for its owner alone; return it."""
    with named_failures(path):
        if path.is_dir():
            return path
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        _belong_to_folder(path)
        _DISK.sync(path.parent)
    return path


def sweep(folder: Path) -> int:
    """Remove what a writer that died left half written; return how many files that were.

    Call it while nobody else writes to the folder.
    """
    with named_failures(folder):
        leftovers = [path for path in folder.rglob(f".*{_TEMPORARY}") if path.is_file()]
        for path in leftovers:
            path.unlink(missing_ok=True)
    return len(leftovers)


def _belong_to_folder(path: Path) -> None:
    """Give what root made to the folder's owner; `sudo ccontrol pause` must not shut others out."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def _append(handle: int, content: bytes, size: int) -> None:
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    except OSError:
        with suppress(OSError):  # the first failure is the one to tell
            os.ftruncate(handle, size)
        raise
