"""Files that only grow, one for each UTC day: appended to, read, folded, let go of.

A line is durable before it counts. What a line says is its owner's business (journal, witnesses),
and so is into what a day is folded; here stands that it was.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from ccontrol.clock import Clock
from ccontrol.errors import BadFileError, StoreError
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

_SUFFIX = ".jsonl"
_FOLDED = ".folded"
_SPOILED_KEPT = 100
_TEXT_KEPT = 200
_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """What the lines of such files are."""

    name: str
    """Of the whole, for messages: "journal"."""
    longest_line: int
    parse: Callable[[bytes], T]
    """Return what a line says; raises BadFileError for any other line."""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A line that says nothing: torn by a crash, or damaged since. It stays in the file."""

    number: int
    """Line number, from 1."""
    text: bytes
    """The first 200 bytes of it."""
    reason: str


@dataclass(slots=True)
class DayReading(Generic[T]):
    """One day. Iterate over it once; afterwards it knows what the file was."""

    day: date
    path: Path
    form: Form[T]
    size: int = 0
    """Bytes read."""
    sha256: str = ""
    """Of the raw file, as `sha256sum` prints it; set when the iteration is over."""
    spoiled_count: int = 0
    spoiled: list[Spoiled] = field(default_factory=list)
    """The first hundred lines that say nothing."""
    _about: tuple[bytes, ...] = ()

    def about(self, *controllers: str) -> "DayReading[T]":
        """Yield only what is about these ("": the site), without a look into the other lines.

        A day of 5,000 controllers has more than a million.
        """
        self._about = tuple(f'"controller":{json.dumps(each)}'.encode() for each in controllers)
        return self

    def __iter__(self) -> Iterator[T]:
        """Yield what the day's lines say, in the order in which they were written."""
        digest = hashlib.sha256()
        self.size, self.spoiled_count, self.spoiled = 0, 0, []
        number, whole = 0, True
        with named_failures(self.path), self._opened() as file:
            while text := file.readline(self.form.longest_line + 1):
                digest.update(text)
                self.size += len(text)
                rest, whole = not whole, text.endswith(b"\n")
                if rest:
                    continue  # of a line that is longer than any: counted at its start
                number += 1
                if self._about and not any(needle in text for needle in self._about):
                    continue
                try:
                    said = self.form.parse(text)
                except BadFileError as error:
                    self._keep_apart(Spoiled(number, text[:_TEXT_KEPT], str(error)))
                    continue
                yield said
        self.sha256 = digest.hexdigest()

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except FileNotFoundError:
            return BytesIO()

    def _keep_apart(self, spoiled: Spoiled) -> None:
        self.spoiled_count += 1
        if len(self.spoiled) < _SPOILED_KEPT:
            self.spoiled.append(spoiled)


class DayFiles(Generic[T]):
    """A folder of them. Many threads may append: what waits together is synced together."""

    def __init__(self, folder: Path, clock: Clock, form: Form[T]) -> None:
        self._folder = durable.make_folder(folder)
        self._clock = clock
        self._form = form
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Ticket] = []

    def write(self, content: bytes) -> None:
        """Add whole lines to the file of the day on which they are written.

        Returns once they are durable. Raises StoreFullError, StoreReadOnlyError or StoreError;
        then none of them was written.
        """
        ticket = _Ticket(content)
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

    def read(self, day: date) -> DayReading[T]:
        """Return a day for reading. Raises StoreError when there is no file for it."""
        path = self.path(day)
        if not path.is_file():
            raise StoreError(f"{path}: there is no {self._form.name} for that day")
        return self.of(day)

    def of(self, day: date) -> DayReading[T]:
        """Return a day for reading; one without a file holds nothing."""
        return DayReading(day, self.path(day), self._form)

    def last_entry(self) -> T | None:
        """Return what the line says that was written last; None when there is none near the end.

        Reads the last bytes of the last file: a day may be a hundred megabytes.
        """
        for day in reversed(self.days()):
            path = self.path(day)
            with named_failures(path), path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - 2 * self._form.longest_line))
                texts = file.read().splitlines(keepends=True)
            for text in reversed(texts):
                with suppress(BadFileError):  # torn by a crash, or cut by us at its start
                    return self._form.parse(text)
        return None

    def mark_folded(self, reading: DayReading[T]) -> None:
        """Note that the day, as it was read, stands in the signed history. Call it after that.

        A day without a file needs no mark.
        """
        self._mark_folded(reading, {})

    def _mark_folded(self, reading: DayReading[T], also: dict[str, str]) -> None:
        if not self.path(reading.day).exists():
            return
        if not reading.sha256:
            name = self._form.name
            raise StoreError(f"{name} of {reading.day}: folded before it was read to its end")
        mark = {"size": reading.size, "sha256": reading.sha256, **also}
        durable.write_whole(self._mark_path(reading.day), json.dumps(mark).encode())

    def tidy(self, retention_days: int) -> tuple[date, ...]:
        """Remove folded days, but for the newest `retention_days` files; return what went.

        Files are counted, not compared with today: a clock that jumps ahead removes nothing.
        A day that is not folded stays, however old.
        """
        old = self.days()[: -max(retention_days, 1)]
        gone = tuple(day for day in old if self._is_folded(day))
        for day in gone:
            durable.remove(self.path(day))
            durable.remove(self._mark_path(day))
        return gone

    def path(self, day: date) -> Path:
        """Return where the file of a day lies, whether there is one or not."""
        return self._folder / f"{day.isoformat()}{_SUFFIX}"

    def _write_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        path = self.path(self._clock.now().date())
        failure: StoreError | None = StoreError(f"{path}: the write was broken off")
        try:
            if durable.append(path, b"".join(ticket.content for ticket in batch)):
                text = "a last line was torn by a crash and stays apart: %s: %s"
                _log.warning(text, self._form.name, path)
            failure = None
        except StoreError as error:
            failure = error
        finally:
            for ticket in batch:
                ticket.settled, ticket.failure = True, failure

    def _is_folded(self, day: date) -> bool:
        return self._folded_as(day) is not None

    def _folded_as(self, day: date) -> dict[str, Any] | None:
        """Return what was marked when the day was folded as it is now; None when it was not."""
        try:
            mark = json.loads(self._mark_path(day).read_bytes())
            size = mark["size"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return None  # a mark that cannot be read says nothing: the day is folded once more
        return mark if size == self._size(day) else None

    def _size(self, day: date) -> int:
        path = self.path(day)
        with named_failures(path):
            return path.stat().st_size

    def _mark_path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}{_FOLDED}"


@dataclass(slots=True)
class _Ticket:
    """What one caller waits for."""

    content: bytes
    settled: bool = False
    failure: StoreError | None = None


def _day(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
