"""The outbox of one channel: alerts that wait until the other side has acknowledged them.

Durable through the spool. On a disk that takes nothing alerts wait in memory: it is then that one
has to go out. What the bound keeps out is counted, durably where that is possible.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from ccontrol.errors import StoreError
from ccontrol.store import durable
from ccontrol.store.disk import named_failures
from ccontrol.store.spool import QUARANTINE, REASON, Spool

_NOTES = "notes"
_ENTRY_BYTES = 65_536
"""More than any alert has; with the bound of their number it bounds the folder."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands beside a queue, readable without the daemon."""

    failing_since: str = ""
    """ISO time of the first failure in a row; empty: the last attempt went well."""
    failure: str = ""
    lost: int = 0
    """Alerts that were kept out and not told as lost yet."""


class Outbox:
    """A queue that one thread fills and another one empties."""

    def __init__(self, folder: Path, most: int) -> None:
        """Open it, made where it is not there; a disk that cannot be used is told of."""
        self._path = folder / _NOTES
        self._most = most
        self._memory: dict[str, bytes] = {}
        self._lock = Lock()
        self._spool: Spool | None = None
        self._notes = Notes()
        try:
            self._open()
            self._notes = read_notes(folder)
        except StoreError as error:
            _log.error("a queue of alerts cannot be used as it is: %s (%s)", error, error.hint)

    def put(self, name: str, content: bytes) -> bool:
        """Keep an alert until it is acknowledged; False, and counted, when there is no room.

        One of the same name is replaced: the same thing is told once.
        """
        with self._lock:
            known = {*self._on_disk(), *self._memory}
            if name not in known and len(known) >= self._most:
                self._note(lost=self._notes.lost + 1)
                return False
            self._save_memory()  # first: what waits longer comes first
            if not self._keep(name, content):
                self._memory[name] = content
            return True

    def waiting(self) -> tuple[str, ...]:
        """Return the names of what waits, oldest first."""
        with self._lock:
            return (*self._on_disk(), *self._memory)

    @property
    def count(self) -> int:
        """How many wait; never waits for a disk that does not answer."""
        return len(self._on_disk()) + len(self._memory)

    def read(self, name: str) -> bytes:
        """Return what waits under a name. Raises StoreError when it cannot be read."""
        with self._lock:
            if name in self._memory:
                return self._memory[name]
            path = self._disk().path(name)
            with named_failures(path):
                return path.read_bytes()

    def acknowledge(self, name: str) -> None:
        """Let go of what the other side has. Raises StoreError when the disk does not let go."""
        with self._lock:
            if self._memory.pop(name, None) is None:
                self._disk().acknowledge(name)

    def put_aside(self, name: str, reason: str) -> None:
        """Keep what nobody understands out of the way, and count it as lost."""
        with self._lock:
            if self._memory.pop(name, None) is None:
                self._disk().quarantine(name, reason)
            self._note(lost=self._notes.lost + 1)

    @property
    def lost(self) -> int:
        """How many were kept out and not told as lost yet."""
        return self._notes.lost

    def told_lost(self, count: int) -> None:
        """Note that so many losses have been told."""
        with self._lock:
            self._note(lost=self._notes.lost - count)

    def note_failure(self, since: str, failure: str) -> None:
        """Note that the other side takes nothing, or with empty words that it does."""
        with self._lock:
            if (since, failure) != (self._notes.failing_since, self._notes.failure):
                self._note(since=since, failure=failure)

    def _open(self) -> Spool:
        self._spool = Spool(self._path.parent / "waiting", self._most * _ENTRY_BYTES)
        return self._spool

    def _keep(self, name: str, content: bytes) -> bool:
        """Put it on the disk; False when the disk does not take it."""
        try:
            self._disk().put(name, content)
        except StoreError as error:
            if not self._memory:
                _log.error("alerts wait in memory only: %s (%s)", error, error.hint)
            return False
        self._memory.pop(name, None)
        return True

    def _save_memory(self) -> None:
        """Put onto the disk what waits in memory: it takes things again."""
        for name, content in tuple(self._memory.items()):
            try:
                self._disk().put(name, content)
            except StoreError:
                return  # told when the first one had to wait
            del self._memory[name]

    def _on_disk(self) -> tuple[str, ...]:
        return () if self._spool is None else self._spool.names()

    def _disk(self) -> Spool:
        return self._open() if self._spool is None else self._spool

    def _note(
        self, *, lost: int | None = None, since: str | None = None, failure: str | None = None
    ) -> None:
        old = self._notes
        self._notes = Notes(
            old.failing_since if since is None else since,
            old.failure if failure is None else failure,
            old.lost if lost is None else lost,
        )
        told = {
            "failing_since": self._notes.failing_since,
            "failure": self._notes.failure,
            "lost": self._notes.lost,
        }
        try:
            durable.write_whole(self._path, json.dumps(told).encode())
        except StoreError as error:
            _log.error("what became of a queue is not on the disk: %s", error)


def read_notes(folder: Path) -> Notes:
    """Return what stands beside a queue; nothing where none is. Raises StoreError otherwise."""
    path = folder / _NOTES
    with named_failures(path):
        if not path.is_file():
            return Notes()
        content = path.read_bytes()
    try:
        told = json.loads(content)
    except ValueError as error:
        raise StoreError(f"{path} is damaged: {error}", hint="Remove the file.") from error
    if not isinstance(told, Mapping):
        raise StoreError(f"{path} is damaged", hint="Remove the file.")
    return Notes(
        str(told.get("failing_since", "")),
        str(told.get("failure", "")),
        lost if isinstance(lost := told.get("lost"), int) else 0,
    )


def read_waiting(folder: Path) -> Iterator[bytes]:
    """Yield what waits on the disk, oldest first, whoever fills and empties the queue meanwhile."""
    waiting = folder / "waiting"
    with named_failures(waiting):
        if not waiting.is_dir():
            return
        for path in sorted(path for path in waiting.iterdir() if path.name[0] != "."):
            with suppress(FileNotFoundError, IsADirectoryError):  # acknowledged; the quarantine
                yield path.read_bytes()


@dataclass(frozen=True, slots=True)
class Aside:
    """What was put aside: nobody understood it, or the receiver refused it again and again."""

    content: bytes
    reason: str


def read_aside(folder: Path) -> Iterator[Aside]:
    """Yield what was put aside of a queue, oldest first."""
    aside = folder / "waiting" / QUARANTINE
    with named_failures(aside):
        if not aside.is_dir():
            return
        for path in sorted(path for path in aside.iterdir() if path.suffix != REASON):
            reason = path.with_name(f"{path.name}{REASON}")
            yield Aside(path.read_bytes(), reason.read_text("utf-8", "replace"))


def count_waiting(folder: Path) -> int:
    """Return how many alerts wait on the disk, whoever fills the queue."""
    waiting = folder / "waiting"
    with named_failures(waiting):
        if not waiting.is_dir():
            return 0
        return sum(path.is_file() and path.name[0] != "." for path in waiting.iterdir())
