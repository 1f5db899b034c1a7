"""A cache of shadow ids (SHA-1 → SHA-256), so that a commit need not read what did not change.

Losing it costs time, nothing else: `shadowing` computes what is missing from the objects
themselves. Verification never looks at it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ccontrol.errors import StoreError, StoreFullError
from ccontrol.store.disk import named_failures

_CHUNK = 500  # below SQLite's oldest limit of parameters
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS shadow (sha1 BLOB PRIMARY KEY, sha256 BLOB NOT NULL) WITHOUT ROWID
"""


class ShadowCache:
    """The cache; make one with `writable` or `readable`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path | None = None,
        tables: tuple[str, ...] = ("main.shadow",),
    ) -> None:
        self._connection = connection
        self._path = path
        self._tables = tables

    def get(self, sha1s: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return what is known of these ids."""
        wanted = list(sha1s)
        found: dict[bytes, bytes] = {}
        with self._named_failures():
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                for table in self._tables:
                    query = f"SELECT sha1, sha256 FROM {table} WHERE sha1 IN ({marks})"  # noqa: S608 — our own tables and question marks
                    found.update(self._connection.execute(query, chunk))
        return found

    def put(self, pairs: Mapping[bytes, bytes]) -> None:
        """Remember these pairs; what is remembered already stays."""
        with self._named_failures(), self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO main.shadow VALUES (?, ?)",
                pairs.items(),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise StoreFullError(f"{self._path}: no room is left to write") from error
            hint = f"Remove {self._path}; it is only a cache and is rebuilt from the history."
            raise StoreError(f"{self._path}: {error}", hint=hint) from error


def writable(path: Path) -> ShadowCache:
    """Open the cache for the writer; one that is no database any more begins anew."""
    try:
        return ShadowCache(_connect(path), path)
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    try:
        return ShadowCache(_connect(path), path)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: {error}") from error


def readable(path: Path) -> ShadowCache:
    """Open the cache for a reader, who may lack the right to write beside it.

    What a reader computes is kept in memory; without the file it computes everything it needs.
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False, uri=True)
    connection.execute(_SCHEMA)
    try:
        connection.execute("ATTACH ? AS kept", (f"file:{path}?mode=ro",))
        connection.execute("SELECT 1 FROM kept.shadow LIMIT 1")
    except sqlite3.Error:
        return ShadowCache(connection)
    return ShadowCache(connection, path, ("kept.shadow", "main.shadow"))


def _connect(path: Path) -> sqlite3.Connection:
    with named_failures(path):
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level="IMMEDIATE", check_same_thread=False)
    try:
        # A write-ahead log carries checksums: after a power cut the newest pairs may be gone, but
        # none is wrong. No commit waits for a sync of it.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_SCHEMA)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
