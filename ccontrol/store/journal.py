"""The journal: who was asked, when, and what came of it, one line each, in a file per UTC day.

What a line looks like and how a day is folded into the signed history is canonical.journal's; when
that happens is the engine's.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ccontrol.canonical.journal import LONGEST_LINE, line, parse_line
from ccontrol.clock import Clock
from ccontrol.model.journal import JournalEntry
from ccontrol.store.day_files import DayFiles, Form

FORM = Form("journal", LONGEST_LINE, parse_line)
_LONGEST_REASON = 4_000


class Journal(DayFiles[JournalEntry]):
    """One site's journal."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder, clock, FORM)

    def append(self, entry: JournalEntry) -> None:
        """Write one entry; returns once it is durable. See `append_many`."""
        self.append_many((entry,))

    def append_many(self, entries: Iterable[JournalEntry]) -> None:
        """Write entries in their order; returns once all of them are durable.

        Raises what `write` does; then none of them was written.
        """
        self.write(b"".join(line(_bounded(entry)) for entry in entries))


def _bounded(entry: JournalEntry) -> JournalEntry:
    """Cut a reason that would make the line longer than a reader takes; it may quote a peer."""
    if len(entry.reason) <= _LONGEST_REASON:
        return entry
    return replace(entry, reason=f"{entry.reason[:_LONGEST_REASON]}…")
