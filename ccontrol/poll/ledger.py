"""Who writes the journal, the index of polls and the health of one site: a thread that batches.

A poll never waits for it. What cannot be written is kept, within a bound, and written later; what
falls over the bound is counted and said.
"""

import logging
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store.index import Index
from ccontrol.store.journal import Journal
from ccontrol.store.standing import Health, Standing

GATHER_S = 0.5
"""What comes within this time is synced together."""
RETRY_S = 2.0
KEPT_AT_MOST = 20_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """What waits to be written."""

    entries: list[JournalEntry] = field(default_factory=list)
    health: dict[str, Health] = field(default_factory=dict)
    planned: dict[str, datetime | None] = field(default_factory=dict)
    written: list[threading.Event] = field(default_factory=list)


Note = JournalEntry | tuple[str, Health] | Mapping[str, datetime | None] | threading.Event


class Ledger:
    """One site's ledger."""

    def __init__(self, journal: Journal, index: Index, standing: Standing, clock: Clock) -> None:
        self._journal = journal
        self._index = index
        self._standing = standing
        self._clock = clock
        self._inbox: queue.SimpleQueue[Note | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._stopping = threading.Event()
        self._lost = 0
        self.trouble: StoreError | None = None
        """What went wrong last, as long as nothing can be written."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def note(self, entry: JournalEntry) -> None:
        """Write an entry soon."""
        self._inbox.put(entry)

    def remember(self, controller_id: str, health: Health) -> None:
        """Keep the health of a controller over a restart."""
        self._inbox.put((controller_id, health))

    def plan(self, planned: Mapping[str, datetime | None]) -> None:
        """Tell readers of the index when controllers are due next."""
        self._inbox.put(planned)

    def flush(self, timeout_s: float) -> bool:
        """Return once everything before this is durable; False when that does not happen."""
        written = threading.Event()
        self._inbox.put(written)
        return written.wait(timeout_s)

    def stop(self, timeout_s: float) -> bool:
        """Write what waits and end; False when that takes longer than the timeout."""
        self._stopping.set()
        self._inbox.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        batch = _Batch()
        ending = False
        while not ending:
            ending = not _take(batch, self._inbox.get())
            if not self._stopping.is_set() and not batch.written:
                self._stopping.wait(GATHER_S)
            while not self._inbox.empty():
                ending |= not _take(batch, self._inbox.get())
            batch = self._write(batch)

    def _write(self, batch: _Batch) -> _Batch:
        """Write a batch; return what has to be tried again."""
        try:
            self._journal.append_many(self._with_losses(batch.entries))
            self._lost, entries, batch.entries = 0, batch.entries, []
            self._standing.put_health(batch.health)
            batch.health = {}
            self._index.note_polls(entries)
            self._index.set_next(batch.planned)
        except StoreError as error:
            return self._kept(batch, error)
        self.trouble = None
        for written in batch.written:
            written.set()
        return _Batch()

    def _with_losses(self, entries: list[JournalEntry]) -> list[JournalEntry]:
        if not self._lost:
            return entries
        reason = f"{self._lost} lines of the journal were lost: nothing could be written"
        return [JournalEntry(self._clock.now(), "", Outcome.MISSED, reason=reason), *entries]

    def _kept(self, batch: _Batch, error: StoreError) -> _Batch:
        if str(error) != str(self.trouble):
            _log.error("the journal cannot be written: %s (%s)", error, error.hint)
        self.trouble = error
        excess = max(0, len(batch.entries) - KEPT_AT_MOST)
        self._lost += excess
        batch.entries = batch.entries[excess:]
        self._stopping.wait(RETRY_S)
        self._inbox.put({})  # wakes us for the next attempt
        return batch


def _take(batch: _Batch, note: Note | None) -> bool:
    """Sort a note into a batch; False for the note that ends everything."""
    match note:
        case None:
            return False
        case JournalEntry():
            batch.entries.append(note)
        case threading.Event():
            batch.written.append(note)
        case (str(name), Health() as health):
            batch.health[name] = health
        case Mapping():
            batch.planned.update(note)
        case _:
            raise TypeError(f"{note!r} is no note")
    return True
