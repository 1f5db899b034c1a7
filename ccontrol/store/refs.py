"""Branches as files: reading them wherever git put them, moving them by compare-and-swap.

The order of syncing here is what makes a commit count: the new value, then the folder's names.
"""

import os
import re
import stat
from pathlib import Path

from ccontrol.errors import StoreForeignError, StoreLockedError, StoreTamperedError
from ccontrol.store.disk import Disk, named_failures

_CONTENT = re.compile(rb"([0-9a-f]{40})\n?")
_LONGEST = 256
_SYMBOLIC = b"ref:"
_PACKED = re.compile(
    rb"(?:# pack-refs with:[ a-z-]*\n)?((?:[0-9a-f]{40} refs/[^\s]+\n(?:\^[0-9a-f]{40}\n)?)*)"
)
_PACKED_LINE = re.compile(rb"([0-9a-f]{40}) ([^\s]+)\n")


def read(git_dir: Path, name: str) -> str | None:
    """Return the commit that a branch stands at, from its own file or from packed-refs."""
    with named_failures(git_dir):
        try:
            content = _plain_content(git_dir / name)
        except (FileNotFoundError, NotADirectoryError):
            return packed(git_dir).get(name)
    if content.startswith(_SYMBOLIC):
        raise StoreForeignError(f"{name} points at another branch, which ccontrol never does")
    match = _CONTENT.fullmatch(content)
    if match is None:
        raise StoreTamperedError(f"{git_dir / name} holds no commit id")
    return match[1].decode("ascii")


def packed(git_dir: Path) -> dict[str, str]:
    """Return the branches and tags that git has put together in one file.

    Raises StoreTamperedError unless it is as git writes it: each name once, sorted.
    """
    path = git_dir / "packed-refs"
    with named_failures(path):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return {}
    match = _PACKED.fullmatch(text)
    if match is None:
        raise StoreTamperedError(f"{path}: not as git writes it")
    lines = _PACKED_LINE.findall(match[1])
    found = {name.decode("utf-8", "surrogateescape"): sha1.decode() for sha1, name in lines}
    if [name for _sha1, name in lines] != sorted({name for _sha1, name in lines}):
        # Git searches by halves: a name that stands twice means one thing here, another there.
        raise StoreTamperedError(f"{path}: a name stands twice or out of order")
    return found


def names(git_dir: Path, prefix: str) -> tuple[str, ...]:
    """Return every ref below a prefix such as `refs/replace/`, sorted."""
    folder = git_dir / prefix
    loose = (
        str(path.relative_to(git_dir))
        for path in folder.rglob("*")
        if path.suffix != ".lock" and not path.is_dir()
    )
    return tuple(sorted({*loose, *(name for name in packed(git_dir) if name.startswith(prefix))}))


def compare_and_swap(git_dir: Path, name: str, old: str | None, new: str, disk: Disk) -> None:
    """Move a branch from `old` to `new`, durably, under the lock that git itself uses.

    Raises StoreLockedError while another process holds that lock, and StoreForeignError when
    the branch does not stand at `old`.
    """
    path = git_dir / name
    lock = path.with_name(path.name + ".lock")
    with named_failures(lock):
        try:
            disk.create(lock, f"{new}\n".encode("ascii"), 0o600)
        except FileExistsError as error:
            raise StoreLockedError(f"{lock} is held by another process") from error
        try:
            _require(git_dir, name, old)
            disk.sync(lock)
            disk.rename(lock, path)
        except BaseException:  # even a KeyboardInterrupt must not leave the branch locked
            disk.remove(lock)
            raise
        disk.sync(path.parent)


def _plain_content(path: Path) -> bytes:
    """Read a branch's own file. A link is refused: git would take it for another branch's name."""
    if path.parent.is_symlink() or path.is_symlink():
        raise StoreTamperedError(f"{path}: leads elsewhere")
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise StoreTamperedError(f"{path}: no plain file")
        return os.read(handle, _LONGEST)
    finally:
        os.close(handle)


def _require(git_dir: Path, name: str, old: str | None) -> None:
    found = read(git_dir, name)
    if found != old:
        raise StoreForeignError(f"{name} stands at {found or 'nothing'}, not at {old or 'nothing'}")
