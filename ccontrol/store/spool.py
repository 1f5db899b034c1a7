"""The spool: what was heard and is not in the history yet. It outlives a crash and a power cut.

Keeps files under a name, in their order; what they mean is the engine's business. Small ones are
`put`; for a large one a place is reserved, another process writes it there, and it is admitted.
"""

import logging
import re
from pathlib import Path
from threading import Lock

from ccontrol.errors import StoreError, StoreFullError
from ccontrol.store import durable
from ccontrol.store.disk import named_failures
from ccontrol.store.room import Room

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_FILE = re.compile(r"(\d{12})\.(.+)")
QUARANTINE, REASON = "quarantine", ".reason"
_log = logging.getLogger(__name__)


class Spool:
    """One site's spool. One process uses it; its threads may share it.

    `limit_bytes` bounds what waits in it: with a store that takes nothing for weeks, polls stop
    loudly before the disk is full of captures. The quarantine does not count. `room` says what the
    disk must keep free beside it.
    """

    def __init__(self, folder: Path, limit_bytes: int = 2**30, room: Room | None = None) -> None:
        self._folder = durable.make_folder(folder)
        self._quarantine = durable.make_folder(folder / QUARANTINE)
        self._limit_bytes = limit_bytes
        self._room = room
        self._lock = Lock()
        if swept := durable.sweep(self._folder):
            _log.warning("removed what a killed writer left half written: %s files", swept)
        self._sizes: dict[str, int] = {}
        self._files: dict[str, Path] = {}
        self._reserved: dict[str, Path] = {}
        self._next = 1
        self._take_stock()

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name; returns once they are durable.

        A name that is kept already is replaced and keeps its place. Raises StoreFullError when
        the spool or the disk is full, StoreError when the name is not made of letters, digits, ".",
        "_", "-".
        """
        if _NAME.fullmatch(name) is None:
            raise StoreError(f"spool: {name!r} is no name that can be kept")
        if self._room is not None:
            self._room.check()
        with self._lock:
            self._require(len(content), self.size - self._sizes.get(name, 0))
            path = self._files.get(name) or self._next_path(name)
            durable.write_whole(path, content)
            self._files[name], self._sizes[name] = path, len(content)

    def reserve(self, name: str) -> Path:
        """Return where to write what comes under this name, in one step (`durable.growing`).

        Its place in the order is taken. End with `admit` or `forgo`. Raises StoreError for a name
        that cannot be kept or is there already.
        """
        if _NAME.fullmatch(name) is None or name in self._files:
            raise StoreError(f"spool: {name!r} is no name that can be kept, or is kept already")
        with self._lock:
            path = self._reserved[name] = self._next_path(name)
        return path

    def require_room(self) -> None:
        """Raise StoreFullError when nothing of any size can be kept now."""
        if self._room is not None:
            self._room.check()
        self._require(1, self.size)

    def admit(self, name: str) -> int:
        """Keep what was written at a reserved place; return its size in bytes.

        Raises StoreFullError when it passes the limit, StoreError when it is not there; then
        nothing of it is kept.
        """
        path = self._place(name)
        with self._lock, named_failures(path):
            size = path.lstat().st_size
            self._require(size, self.size)
            del self._reserved[name]
            self._files[name], self._sizes[name] = path, size
        return size

    def forgo(self, name: str) -> None:
        """Give a reserved place back, with what was written there; nothing once it is admitted."""
        path = self._reserved.pop(name, None)
        if path is not None:
            with named_failures(path):
                path.unlink(missing_ok=True)
                durable.half_written(path).unlink(missing_ok=True)

    def names(self) -> tuple[str, ...]:
        """Return what waits, in the order in which it was put."""
        return tuple(self._files)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(self._sizes.values())

    def path(self, name: str) -> Path:
        """Return the file that is kept under a name. Raises StoreError when there is none."""
        return self._known(name)

    def acknowledge(self, name: str) -> None:
        """Let go of what the store has taken, durably."""
        with self._lock:
            durable.remove(self._known(name))
            self._forget(name)

    def quarantine(self, name: str, reason: str) -> Path:
        """Put aside what cannot be used, with the reason beside it; return where it lies.

        Nothing is ever thrown away here: what a controller answered may be evidence.
        """
        with self._lock:
            path = self._known(name)
            aside = self._put_aside(path, reason)
            self._forget(name)
        return aside

    def quarantined(self) -> tuple[Path, ...]:
        """Return what was put aside, oldest first."""
        with named_failures(self._quarantine):
            return tuple(
                sorted(path for path in self._quarantine.iterdir() if path.suffix != REASON)
            )

    def _put_aside(self, path: Path, reason: str) -> Path:
        aside = self._quarantine / path.name
        durable.write_whole(aside.with_name(f"{path.name}{REASON}"), reason.encode())
        durable.move(path, aside)
        _log.warning("put aside as unusable: %s reason=%s", aside, reason)
        return aside

    def _take_stock(self) -> None:
        with named_failures(self._folder):
            found = sorted(path for path in self._folder.iterdir() if path.is_file())
        for path in found:
            parts = _FILE.fullmatch(path.name)
            if parts is None or parts[2] in self._files:
                self._put_aside(path, "not a name that the spool gives")
                continue
            self._files[parts[2]], self._sizes[parts[2]] = path, path.stat().st_size
            self._next = int(parts[1]) + 1

    def _require(self, size: int, waiting: int) -> None:
        if waiting + size > self._limit_bytes:
            raise StoreFullError(
                f"{self._folder}: {waiting:,} bytes wait for the store; with"
                f" {size:,} more the spool's limit of {self._limit_bytes:,} is passed",
                hint="Find out why the store takes nothing; polling goes on by itself then.",
            )

    def _next_path(self, name: str) -> Path:
        path = self._folder / f"{self._next:012d}.{name}"
        self._next += 1
        return path

    def _place(self, name: str) -> Path:
        try:
            return self._reserved[name]
        except KeyError:
            raise StoreError(f"spool: no place was reserved for {name!r}") from None

    def _known(self, name: str) -> Path:
        try:
            return self._files[name]
        except KeyError:
            raise StoreError(f"spool: nothing is kept under {name!r}") from None

    def _forget(self, name: str) -> None:
        del self._files[name]
        del self._sizes[name]
