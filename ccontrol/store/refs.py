"""Branches as files: reading them wherever git put them, moving them by compare-and-swap.

The order of syncing here is what makes a commit count: the new value, then the folder's names.
"""

import re
from pathlib import Path

from ccontrol.errors import StoreError, StoreForeignError, StoreLockedError
from ccontrol.store.disk import Disk, named_failures

_ID = re.compile(r"[0-9a-f]{40}")
_SYMBOLIC = "ref: "


def read(git_dir: Path, name: str) -> str | None:
    """Return the commit that a branch stands at, from its own file or from packed-refs."""
    with named_failures(git_dir):
        try:
            value = (git_dir / name).read_text("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return packed(git_dir).get(name)
    if value.startswith(_SYMBOLIC):
        raise StoreForeignError(f"{name} points at another branch, which ccontrol never does")
    if _ID.fullmatch(value) is None:
        raise StoreError(f"{git_dir / name} holds no commit id")
    return value


def packed(git_dir: Path) -> dict[str, str]:
    """Return the branches and tags that git has put together in one file."""
    try:
        text = (git_dir / "packed-refs").read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    lines = (line.split(" ", 1) for line in text.splitlines() if line[:1] not in {"#", "^"})
    return {name: commit for commit, name in lines}


def names(git_dir: Path, prefix: str) -> tuple[str, ...]:
    """Return every ref below a prefix such as `refs/replace/`, sorted."""
    folder = git_dir / prefix
    loose = (str(path.relative_to(git_dir)) for path in folder.rglob("*") if path.is_file())
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
            disk.create(lock, f"{new}\n".encode("ascii"), 0o644)
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


def _require(git_dir: Path, name: str, old: str | None) -> None:
    found = read(git_dir, name)
    if found != old:
        raise StoreForeignError(f"{name} stands at {found or 'nothing'}, not at {old or 'nothing'}")
