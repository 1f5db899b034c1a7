"""The journal: who was asked, when, and what came of it, one line each, in a file per UTC day.

Strictly appended to and synced before it counts. What a line looks like and how a day is folded
into the signed history is canonical.journal's; when that happens is the engine's.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ccontrol.canonical.journal import LONGEST_LINE, line, parse_line
from ccontrol.clock import Clock
from ccontrol.errors import BadFileError, StoreError
from ccontrol.model.journal import JournalEntry
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

_SUFFIX = ".jsonl"
_FOLDED = ".folded"
_SPOILED_KEPT = 100
_TEXT_KEPT = 200
_LONGEST_REASON = 4_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A line that is no entry: torn by a crash, or damaged since. It stays in the file."""

    number: int
    """Line number, from 1."""
    text: bytes
    """The first 200 bytes of it."""
    reason: str


@dataclass(slots=True)
class DayReading:
    """One day of the journal. Iterate over it once; afterwards it knows what the file was."""

    day: date
    path: Path
    size: int = 0
    """Bytes read."""
    sha256: str = ""
    """Of the raw file, as `sha256sum` prints it; set when the iteration is over."""
    spoiled_count: int = 0
    spoiled: list[Spoiled] = field(default_factory=list)
    """The first hundred lines that are no entries."""
    _about: tuple[bytes, ...] = ()

    def about(self, *controllers: str) -> "DayReading":
        """Yield only what is about these ("": the site), without a look into the other lines.

        A day of 5,000 controllers has more than a million.
        """
        self._about = tuple(f'"controller":{json.dumps(each)}'.encode() for each in controllers)
        return self

    def __iter__(self) -> Iterator[JournalEntry]:
        """Yield the day's entries in the order in which they were written."""
        digest = hashlib.sha256()
        self.size, self.spoiled_count, self.spoiled = 0, 0, []
        number, whole = 0, True
        with named_failures(self.path), self.path.open("rb") as file:
            while text := file.readline(LONGEST_LINE + 1):
                digest.update(text)
                self.size += len(text)
                rest, whole = not whole, text.endswith(b"\n")
                if rest:
                    continue  # of a line that is longer than any entry: counted at its start
                number += 1
                if self._about and not any(needle in text for needle in self._about):
                    continue
                try:
                    entry = parse_line(text)
                except BadFileError as error:
                    self._keep_apart(Spoiled(number, text[:_TEXT_KEPT], str(error)))
                    continue
                yield entry
        self.sha256 = digest.hexdigest()

    def _keep_apart(self, spoiled: Spoiled) -> None:
        self.spoiled_count += 1
        if len(self.spoiled) < _SPOILED_KEPT:
            self.spoiled.append(spoiled)


class Journal:
    """One site's journal. Many threads may append: what waits together is synced together."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = durable.make_folder(folder)
        self._clock = clock
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Ticket] = []

    def append(self, entry: JournalEntry) -> None:
        """Write one entry; returns once it is durable. See `append_many`."""
        self.append_many((entry,))

    def append_many(self, entries: Iterable[JournalEntry]) -> None:
        """Write entries in their order; returns once all of them are durable.

        They go to the file of the day on which they are written. Raises StoreFullError,
        StoreReadOnlyError or StoreError; then none of them was written.
        """
        ticket = _Ticket(b"".join(line(_bounded(entry)) for entry in entries))
        if not ticket.content:
            return
        with self._lock:
            self._waiting.append(ticket)
        with self._turn:
            if not ticket.settled:
                self._write_waiting()
        if ticket.failure is not None:
            raise ticket.failure

    def days(self) -> tuple[date, ...]:
        """Return every day that has a file, oldest first."""
        with named_failures(self._folder):
            found = [_day(path) for path in self._folder.iterdir() if path.suffix == _SUFFIX]
        return tuple(sorted(day for day in found if day is not None))

    def unfolded(self) -> tuple[date, ...]:
        """Return the days before today whose file is not in the signed history as it is now.

        A day that was folded comes back when its file has grown since (the host's clock was set
        back): folding it again replaces the summary, and the history shows both.
        """
        today = self._clock.now().date()
        return tuple(day for day in self.days() if day < today and not self._is_folded(day))

    def read(self, day: date) -> DayReading:
        """Return a day for reading. Raises StoreError when there is no file for it."""
        path = self._path(day)
        if not path.is_file():
            raise StoreError(f"{path}: there is no journal for that day")
        return DayReading(day, path)

    def last_entry(self) -> JournalEntry | None:
        """Return the entry that was written last; None when there is none near the end.

        Reads the last bytes of the last file: a day may be a hundred megabytes.
        """
        for day in reversed(self.days()):
            path = self._path(day)
            with named_failures(path), path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - 2 * LONGEST_LINE))
                texts = file.read().splitlines(keepends=True)
            for text in reversed(texts):
                with suppress(BadFileError):  # torn by a crash, or cut by us at its start
                    return parse_line(text)
        return None

    def mark_folded(self, reading: DayReading) -> None:
        """Note that the day, as it was read, stands in the signed history. Call it after that."""
        if not reading.sha256:
            raise StoreError(f"journal of {reading.day}: folded before it was read to its end")
        mark = {"size": reading.size, "sha256": reading.sha256}
        durable.write_whole(self._mark(reading.day), json.dumps(mark).encode())

    def tidy(self, retention_days: int) -> tuple[date, ...]:
        """Remove folded days, but for the newest `retention_days` files; return what went.

        Files are counted, not compared with today: a clock that jumps ahead removes nothing.
        A day that is not folded stays, however old.
        """
        old = self.days()[: -max(retention_days, 1)]
        gone = tuple(day for day in old if self._is_folded(day))
        for day in gone:
            durable.remove(self._path(day))
            durable.remove(self._mark(day))
        return gone

    def _write_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        path = self._path(self._clock.now().date())
        failure: StoreError | None = StoreError(f"{path}: the write was broken off")
        try:
            if durable.append(path, b"".join(ticket.content for ticket in batch)):
                _log.warning(
                    "the journal's last line was torn by a crash and stays apart: %s", path
                )
            failure = None
        except StoreError as error:
            failure = error
        finally:
            for ticket in batch:
                ticket.settled, ticket.failure = True, failure

    def _is_folded(self, day: date) -> bool:
        mark = self._mark(day)
        if not mark.is_file():
            return False
        try:
            size = json.loads(mark.read_bytes())["size"]
        except (ValueError, KeyError, TypeError):
            return False  # a mark that cannot be read says nothing: the day is folded once more
        return bool(size == self._path(day).stat().st_size)

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}{_SUFFIX}"

    def _mark(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}{_FOLDED}"


@dataclass(slots=True)
class _Ticket:
    """What one caller waits for."""

    content: bytes
    settled: bool = False
    failure: StoreError | None = None


def _bounded(entry: JournalEntry) -> JournalEntry:
    """Cut a reason that would make the line longer than a reader takes; it may quote a peer."""
    if len(entry.reason) <= _LONGEST_REASON:
        return entry
    return replace(entry, reason=f"{entry.reason[:_LONGEST_REASON]}…")


def _day(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
