"""Reading a store: its head, its files, its history. Opens without a lock and writes nothing.

Writing is writer's business, checking verify's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ccontrol.errors import StoreError
from ccontrol.store import commits, refs, settings, shadow
from ccontrol.store.closing import Closing
from ccontrol.store.commits import Commit
from ccontrol.store.layout import BRANCH, shadow_path
from ccontrol.store.objects import Entry, parse_tree
from ccontrol.store.plain import require_plain
from ccontrol.store.reading import NO_STORE, ObjectReader
from ccontrol.store.shadowing import Shadows

_FOLDERS_KEPT = 128


@dataclass(frozen=True, slots=True)
class TreeId:
    """What names the content of a folder: git's id and the shadow id, in hexadecimal."""

    sha1: str
    sha256: str


class Repository(Closing):
    """One site's store, open for reading. Belongs to one thread; close it, or use `with`."""

    def __init__(self, git_dir: Path, shadows: shadow.ShadowCache) -> None:
        self.git_dir = git_dir
        self.objects = ObjectReader(git_dir)
        self.shadows = Shadows(self.objects, shadows)
        self._latest: Commit | None = None
        self._folders: dict[bytes, Mapping[str, Entry]] = {}

    @classmethod
    def open(cls, git_dir: Path) -> Self:
        """Open a store. Raises StoreError when there is none, or one of another format."""
        require_store(git_dir)
        return cls(git_dir, shadow.readable(shadow_path(git_dir)))

    def head(self) -> str | None:
        """Return the newest commit of `observed`, or None in a store without any."""
        return refs.read(self.git_dir, BRANCH)

    def commit(self, commit_id: str) -> Commit:
        """Read a commit; `commit_id` is its full id."""
        if self._latest is None or self._latest.id != commit_id:
            raw = self.objects.content(bytes.fromhex(commit_id), "commit")
            self._latest = commits.parse(commit_id, raw)
        return self._latest

    def tree_of(self, path: str = "", commit: str | None = None) -> TreeId | None:
        """Return the ids of a folder at a commit (default: the head); None when it is not there."""
        entry = self.entry(path, commit)
        if entry is None or not entry.is_folder:
            return None
        return TreeId(entry.sha1.hex(), self.shadows.of([entry])[entry.sha1].hex())

    def read(self, path: str = "", commit: str | None = None) -> dict[str, bytes]:
        """Return every file below a folder, or the one file of that path, with its full path."""
        entries = self.entries(path, commit)
        return {name: self.objects.content(entry.sha1, "blob") for name, entry in entries.items()}

    def entries(self, path: str = "", commit: str | None = None) -> dict[str, Entry]:
        """Return what `read` would read, without its content."""
        entry = self.entry(path, commit)
        found: dict[str, Entry] = {}
        if entry is not None:
            self._collect(path, entry, found)
        return found

    def names(self, path: str, commit: str | None = None) -> Collection[str]:
        """Return the names in a folder at a commit (default: the head); none if it is not there."""
        entry = self.entry(path, commit)
        return self.folder(entry.sha1).keys() if entry is not None and entry.is_folder else ()

    def history(
        self,
        path: str = "",
        limit: int | None = None,
        start: str | None = None,
    ) -> tuple[Commit, ...]:
        """Return the commits that changed a file or folder, newest first, from `start` back."""
        first = start or self.head()
        if first is None:
            return ()
        names = self.objects.list_commits(first, path, limit)
        return tuple(self.commit(name) for name in names)

    def changed_paths(self, before: str, after: str, path: str = "") -> tuple[str, ...]:
        """Return the files that differ between two commits, below `path`."""
        return self.objects.changed_paths(before, after, path)

    def patch(self, before: str, after: str, path: str = "") -> str:
        """Return the difference of two commits below `path`, as `git diff` prints it."""
        return self.objects.patch(before, after, path)

    def entry(self, path: str, commit: str | None = None) -> Entry | None:
        """Return the file or folder of that path; "" is the root."""
        start = commit or self.head()
        if start is None:
            return None
        entry = Entry(is_folder=True, sha1=bytes.fromhex(self.commit(start).tree))
        for part in filter(None, path.split("/")):
            found = self.folder(entry.sha1).get(part) if entry.is_folder else None
            if found is None:
                return None
            entry = found
        return entry

    def folder(self, sha1: bytes) -> Mapping[str, Entry]:
        """Read one tree; those on the way to every controller are read once."""
        found = self._folders.pop(sha1, None)
        if found is None:
            found = parse_tree(self.objects.content(sha1, "tree"))
            if len(self._folders) >= _FOLDERS_KEPT:
                del self._folders[next(iter(self._folders))]
        self._folders[sha1] = found  # the newest stands last
        return found

    def close(self) -> None:
        """End the git process and close the cache."""
        self.objects.close()
        self.shadows.close()

    def _collect(self, path: str, entry: Entry, found: dict[str, Entry]) -> None:
        if not entry.is_folder:
            found[path] = entry
            return
        for name, child in self.folder(entry.sha1).items():
            self._collect(f"{path}/{name}" if path else name, child, found)


def require_store(git_dir: Path) -> None:
    """Refuse folders that are no store, and repositories in which git might do others' bidding."""
    if not (git_dir / "HEAD").is_file() or not (git_dir / "objects").is_dir():
        raise StoreError(f"{git_dir} is not a store", hint=NO_STORE)
    require_plain(git_dir)
    settings.read(git_dir)
