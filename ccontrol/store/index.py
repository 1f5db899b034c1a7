"""The index: what commands and pages look up fast. Never the truth: deleting it loses only speed.

Fed by the engine with what stands in the history and the journal; it reads neither. One process
writes, any number read beside it (SQLite, write-ahead log). sqlite3 is imported nowhere else.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import RLock

from ccontrol.errors import StoreError, StoreFullError, StoreLockedError, StoreReadOnlyError
from ccontrol.model.approval import Authorisation
from ccontrol.model.journal import JournalEntry
from ccontrol.store import disk
from ccontrol.store import index_rows as rows
from ccontrol.store.index_rows import IndexedChange, PollStatus

_BUSY_S = 10.0
_OWNERS = 0o600
_PRIMARY = 0xFF
"""SQLite's result codes carry their kind in the low byte (sqlite.org/rescode.html)."""
_log = logging.getLogger(__name__)


class IndexReader:
    """An index that is only read; the daemon may write to it meanwhile."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise StoreError(
                f"{path}: there is no index yet",
                hint="`ccontrol run` or `ccontrol poll` makes it; the history is not concerned.",
            )
        self._path = path
        self._lock = RLock()
        with _named_failures(path):
            self._database = _connect(path, "ro")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def head(self) -> str:
        """The commit up to which the index was fed; empty for a new one."""
        found = self._select("SELECT commit_id FROM head", {})
        return str(found[0][0]) if found else ""

    def changes(
        self,
        controller_id: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
        *,
        authorisations: Collection[Authorisation] = (),
    ) -> tuple[IndexedChange, ...]:
        """Return changes, the newest commit first, of one controller or of all.

        With `authorisations`: only those of which the latest judgement says one of these words.
        """
        asked = {
            "controller_id": controller_id,
            "change_id": None,
            "since": rows.text(since) if since else None,
            "authorisations": f"|{'|'.join(authorisations)}|" if authorisations else None,
            "limit": limit,
        }
        return tuple(rows.change_of(row) for row in self._select(rows.LIST_CHANGES, asked))

    def change(self, change_id: str) -> IndexedChange | None:
        """Return one change, or None when the index does not know it."""
        asked = {
            "controller_id": None,
            "change_id": change_id,
            "since": None,
            "authorisations": None,
            "limit": 1,
        }
        found = self._select(rows.LIST_CHANGES, asked)
        return rows.change_of(found[0]) if found else None

    def last_change(self, controller_id: str) -> IndexedChange | None:
        """Return a controller's newest change, or None before its first."""
        return next(iter(self.changes(controller_id, limit=1)), None)

    def latest(self) -> datetime | None:
        """Return when the change was seen that has the latest time; None before the first."""
        (found,) = self._select(rows.LATEST, {})
        return datetime.fromisoformat(str(found[0])) if found[0] else None

    def polls(self) -> tuple[PollStatus, ...]:
        """Return how the polls of every controller went, sorted by controller id."""
        found = self._select(rows.LIST_POLLS, {"controller_id": None})
        return tuple(rows.poll_of(row) for row in found)

    def poll(self, controller_id: str) -> PollStatus:
        """Return how the polls of one controller went; a blank status before the first."""
        found = self._select(rows.LIST_POLLS, {"controller_id": controller_id})
        return rows.poll_of(found[0]) if found else PollStatus(controller_id)

    def _select(self, sql: str, asked: Mapping[str, rows.Cell]) -> list[tuple[rows.Cell, ...]]:
        with self._lock, _named_failures(self._path):
            return self._database.execute(sql, asked).fetchall()


class Index(IndexReader):
    """The index in the hands of its one writer."""

    def __init__(self, path: Path) -> None:
        self.fresh_because = ""
        """Why the index is empty and has to be rebuilt; empty when it is not."""
        self._path = path
        self._lock = RLock()
        reason = _unfit(path) if path.exists() else "there was none"
        if reason:
            self._begin_anew(reason)
        else:
            self._open()

    def rebuild(
        self, changes: Iterable[IndexedChange], entries: Iterable[JournalEntry], head: str
    ) -> None:
        """Replace everything, in one step: changes oldest first, entries in journal order.

        Both are taken in before anything is locked: others go on meanwhile, however long it takes.
        """
        listed = [rows.change_cells(change) for change in changes]
        polls: dict[str, PollStatus] = {}
        _fold_into(polls, entries, PollStatus)
        with self._writing() as database:
            database.execute("DELETE FROM changes")
            database.execute("DELETE FROM polls")
            database.executemany(rows.PUT_CHANGE, listed)
            database.executemany(rows.PUT_POLL, map(rows.poll_cells, polls.values()))
            self._set_head(database, head)
        self.fresh_because = ""

    def add_change(self, change: IndexedChange) -> None:
        """Add a change, or its latest judgement; its commit becomes the head."""
        with self._writing() as database:
            database.execute(rows.PUT_CHANGE, rows.change_cells(change))
            self._set_head(database, change.commit)

    def set_head(self, commit: str) -> None:
        """Note a commit that holds no change, e.g. a folded day of the journal."""
        with self._writing() as database:
            self._set_head(database, commit)

    def note_polls(self, entries: Iterable[JournalEntry]) -> None:
        """Take in new journal entries, in their order."""
        with self._writing() as database:
            polls: dict[str, PollStatus] = {}
            _fold_into(polls, entries, self.poll)
            database.executemany(rows.PUT_POLL, map(rows.poll_cells, polls.values()))

    def set_next(self, planned: Mapping[str, datetime | None]) -> None:
        """Note when controllers are due next; None: not before somebody does something."""
        with self._writing() as database:
            changed = [
                replace(self.poll(name), next_at=next_at) for name, next_at in planned.items()
            ]
            database.executemany(rows.PUT_POLL, map(rows.poll_cells, changed))

    def _set_head(self, database: sqlite3.Connection, commit: str) -> None:
        database.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (commit,))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _named_failures(self._path), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database

    def _begin_anew(self, because: str) -> None:
        level = logging.WARNING if self._path.exists() else logging.INFO
        _log.log(level, "the index begins anew and is rebuilt: %s path=%s", because, self._path)
        made = self._path.with_name(f"{self._path.name}.new")
        with disk.named_failures(made):
            _remove(made, "", "-wal", "-shm")
            made.touch(mode=_OWNERS)  # SQLite would leave it open to all; its logs follow it
        _make(made)
        with disk.named_failures(self._path):
            _remove(self._path, "-wal", "-shm")
            made.replace(self._path)  # whole, or not there: somebody may be about to read it
        self._open()
        self.fresh_because = because

    def _open(self) -> None:
        with _named_failures(self._path):
            self._database = _connect(self._path, "rw")
            self._database.execute("PRAGMA synchronous = NORMAL")


def _fold_into(
    polls: dict[str, PollStatus],
    entries: Iterable[JournalEntry],
    known: Callable[[str], PollStatus],
) -> None:
    for entry in entries:
        name = entry.controller_id
        if name:
            polls[name] = rows.fold(polls.get(name) or known(name), entry)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _remove(path: Path, *endings: str) -> None:
    for ending in endings:
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def _make(path: Path) -> None:
    """Turn an empty file into an index that nobody has fed yet."""
    with _named_failures(path), closing(_connect(path, "rw")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(rows.SCHEMA)
        database.execute(f"PRAGMA user_version = {rows.VERSION}")


def _unfit(path: Path) -> str:
    """Return why an index file cannot be used; empty when it can."""
    try:
        database = _connect(path, "rw")
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            fed = version != rows.VERSION or database.execute("SELECT 1 FROM head").fetchone()
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        return f"it cannot be read ({error})"
    if version != rows.VERSION:
        return f"it has version {version}, this program writes version {rows.VERSION}"
    if verdict != "ok":
        return f"it is damaged ({verdict})"
    return "" if fed else "nobody has fed it yet"


@contextmanager
def _named_failures(path: Path) -> Iterator[None]:
    """Turn what SQLite says into the store's own errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from error


def _named(path: Path, error: sqlite3.Error) -> StoreError:
    kind = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    said = f"{path}: {error}"
    if kind == sqlite3.SQLITE_FULL:
        return StoreFullError(said)
    if kind in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StoreReadOnlyError(said)
    if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreLockedError(said)
    return StoreError(said, hint="Delete the index: it is rebuilt at the next start.")
