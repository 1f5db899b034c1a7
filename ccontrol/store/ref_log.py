"""The log of ref updates on the disk: lines that are only ever appended, and hashes over them.

`updates.jsonl` is the log. `hashes` holds what follows from it, 32 bytes for each whole subtree in
the order of merkle.position, so that a root or a proof costs a few reads; what is missing of it is
made again. A line is durable before anything is signed over it.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ccontrol.errors import StoreTamperedError
from ccontrol.store import durable, merkle, ref_updates
from ccontrol.store.closing import Closing
from ccontrol.store.disk import named_failures
from ccontrol.store.locks import taken
from ccontrol.store.merkle import HASH_BYTES, leaf_hash
from ccontrol.store.ref_updates import RefUpdate

_PIECE = 1 << 16
_HASHES_AT_ONCE = 4_096


def updates_path(folder: Path) -> Path:
    """Return the file of a log's entries."""
    return folder / "updates.jsonl"


def hashes_path(folder: Path) -> Path:
    """Return the file of a log's hashes."""
    return folder / "hashes"


def lines(folder: Path) -> Iterator[bytes]:
    """Yield the lines of a log with their ends, oldest first; a torn last line is left out.

    Raises StoreTamperedError at a line that is longer than any.
    """
    path = updates_path(folder)
    with named_failures(path):
        if not path.is_file():
            return
        with path.open("rb") as file:
            while line := file.readline(ref_updates.LONGEST + 1):
                if not line.endswith(b"\n"):
                    if len(line) > ref_updates.LONGEST:
                        raise StoreTamperedError(f"{path}: a line is longer than any entry")
                    return
                yield line


def updates(folder: Path) -> Iterator[RefUpdate]:
    """Yield the entries of a log, oldest first. Raises StoreTamperedError at one that is none."""
    for number, line in enumerate(lines(folder)):
        update = ref_updates.parse(line)
        if update.sequence != number:
            raise StoreTamperedError(f"entry {number} of the log calls itself {update.sequence}")
        yield update


def roots(folder: Path, sizes: Iterable[int]) -> dict[int, bytes]:
    """Return the root of the log at each of these sizes, hashed anew from its lines alone.

    A size that the log does not have is left out. Keeps a few hashes at a time.
    """
    return roots_of(lines(folder), sizes)


def roots_of(log_lines: Iterable[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Return the same for lines from anywhere, each with its end."""
    wanted, found = set(sizes), {}
    pending: list[tuple[int, bytes]] = []
    if 0 in wanted:
        found[0] = merkle.EMPTY
    for number, line in enumerate(log_lines, start=1):
        _take_in(pending, leaf_hash(line[:-1]))
        if number in wanted:
            found[number] = _folded(pending)
    return found


class RefLog(Closing):
    """A log opened for appending, by one process at a time; close it, or use `with`."""

    def __init__(self, folder: Path) -> None:
        """Open a log, or begin one.

        Raises StoreLockedError while another process has it open, and StoreTamperedError when it
        was cut or is not what its hashes say.
        """
        self._folder = durable.make_folder(folder)
        self._lock = taken(folder / "lock", f"the log {folder} is held")
        try:
            self.size = 0
            self.heads: dict[str, RefUpdate] = {}
            """The last entry of each branch."""
            self.last: RefUpdate | None = None
            self._cut_torn_line()
            self._hashes = _GrowingHashes(hashes_path(folder))
            self._catch_up()
        except BaseException:  # whatever it was goes on; the next one must not find it locked
            os.close(self._lock)
            raise

    def append(self, fresh: Sequence[RefUpdate]) -> None:
        """Add entries; returns once they would outlive a power cut."""
        durable.append(updates_path(self._folder), b"".join(each.line() for each in fresh))
        for each in fresh:
            self._note(each)
            self._hashes.add(leaf_hash(each.line()[:-1]))
        self._hashes.flush()

    def root(self) -> bytes:
        """Return the hash that stands for all entries."""
        return merkle.root(self.size, self._hashes.subtree)

    def close(self) -> None:
        """Let the next process in."""
        os.close(self._lock)

    def _note(self, update: RefUpdate) -> None:
        self.size += 1
        self.heads[update.ref] = self.last = update

    def _catch_up(self) -> None:
        """Read every entry; make the hashes of those that a crash left without."""
        known = self._hashes.entries
        for update in updates(self._folder):
            self._note(update)
            if self.size > known:
                self._hashes.add(leaf_hash(update.line()[:-1]))
        self._hashes.flush()
        if known > self.size:
            raise StoreTamperedError(
                f"{updates_path(self._folder)} has {self.size} entries, and once had {known}"
            )

    def _cut_torn_line(self) -> None:
        """Cut off what a crash left of a last line: nothing was signed over it yet."""
        path = updates_path(self._folder)
        with named_failures(path):
            if not path.is_file():
                return
            with path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
                start = max(0, size - _PIECE)
                file.seek(start)
                tail = file.read()
                whole = tail.rfind(b"\n") + 1
                if whole != len(tail):
                    file.truncate(start + whole)
                    os.fsync(file.fileno())


class HashFile:
    """The hashes as they are on the disk, for proofs; may be read while the log grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with named_failures(path):
            count = path.stat().st_size // HASH_BYTES if path.is_file() else 0
        self.entries = _entries_within(count)
        """How long the log is, by its hashes."""
        self._kept = merkle.stored(self.entries)

    def subtree(self, level: int, number: int) -> bytes:
        """Return the hash of a whole subtree. Raises StoreTamperedError when it is not there."""
        with named_failures(self._path), self._path.open("rb") as file:
            file.seek(merkle.position(level, number) * HASH_BYTES)
            found = file.read(HASH_BYTES)
        if len(found) != HASH_BYTES:
            raise StoreTamperedError(f"{self._path}: lacks hashes of the log")
        return found


class _GrowingHashes(HashFile):
    """The same for the one process that writes them: whole records, each written once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._fresh: list[bytes] = []
        self._total = self.entries
        with named_failures(path):
            if path.is_file():
                os.truncate(path, self._kept * HASH_BYTES)

    def add(self, leaf: bytes) -> None:
        """Note the next entry's hash, and those that it completes."""
        self._fresh += merkle.completed(self._total, leaf, self.subtree)
        self._total += 1
        if len(self._fresh) >= _HASHES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was noted."""
        if self._fresh:
            _append_raw(self._path, b"".join(self._fresh))
            self._kept += len(self._fresh)
            self._fresh = []

    def subtree(self, level: int, number: int) -> bytes:
        """Return the hash of a whole subtree, written already or not."""
        at = merkle.position(level, number)
        return super().subtree(level, number) if at < self._kept else self._fresh[at - self._kept]


def _append_raw(path: Path, content: bytes) -> None:
    with named_failures(path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(handle, "wb", buffering=0) as file:  # noqa: PTH123 — it is a handle, not a path
            file.write(content)
            os.fsync(file.fileno())


def _entries_within(count: int) -> int:
    """Return the longest list whose hashes are no more than `count`."""
    size = (count + 1) // 2
    while merkle.stored(size + 1) <= count:
        size += 1
    return size


def _take_in(pending: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Add an entry's hash to the whole subtrees at the end of a list, largest first."""
    level, found = 0, leaf
    while pending and pending[-1][0] == level:
        found = merkle.node_hash(pending.pop()[1], found)
        level += 1
    pending.append((level, found))


def _folded(pending: Sequence[tuple[int, bytes]]) -> bytes:
    found = pending[-1][1]
    for _level, left in reversed(pending[:-1]):
        found = merkle.node_hash(left, found)
    return found
