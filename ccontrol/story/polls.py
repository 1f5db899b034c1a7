"""The journal as moments: an unbroken run of polls that say the same is one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccontrol.logic.printable import printable, shortened
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.story.moments import Moment, Sort

_QUIET = frozenset({Outcome.UNCHANGED, Outcome.GLANCED})
_WORDS = {
    Outcome.PENDING: "something moved, and waits for a second look",
    Outcome.SUPPRESSED: "a deep read was held back by its limit",
    Outcome.INCOMPLETE: "its answers could not be compared",
    Outcome.FAILED: "it could not be read",
    Outcome.CHANGED: "it had changed",
    Outcome.MISSED: "nobody asked it",
    Outcome.MENDED: "a trouble with files is over",
    Outcome.PAUSED: "it was paused",
    Outcome.RESUMED: "it is watched again",
    Outcome.STARTED: "ccontrol began to watch",
    Outcome.STOPPED: "ccontrol ended to watch",
    Outcome.EXPIRED: "artefacts were kept long enough",
    Outcome.APPROVED: "what people signed on approved was seen first",
    Outcome.STAMPED: "an authority outside stamped the history",
    Outcome.WINDOW: "a change window ended",
    Outcome.RAN: "somebody ran a command, or the configuration changed",
}
_SORTS = {
    Outcome.MISSED: Sort.GAP,
    Outcome.PAUSED: Sort.PAUSE,
    Outcome.RESUMED: Sort.PAUSE,
    Outcome.STARTED: Sort.DAEMON,
    Outcome.STOPPED: Sort.DAEMON,
    Outcome.EXPIRED: Sort.DAEMON,
    Outcome.APPROVED: Sort.DAEMON,
    Outcome.STAMPED: Sort.DAEMON,
    Outcome.WINDOW: Sort.DAEMON,
    Outcome.RAN: Sort.DAEMON,
    Outcome.MENDED: Sort.DAEMON,
}
_REASON_AT_MOST = 300


@dataclass(slots=True)
class _Run:
    """Entries that say the same, one after the other."""

    first: JournalEntry
    last: JournalEntry
    count: int = 1
    deep: int = 0
    requests: int = 0

    def takes(self, entry: JournalEntry) -> bool:
        """Tell whether an entry goes on with the run."""
        return _saying(entry) == _saying(self.first)

    def add(self, entry: JournalEntry) -> None:
        """Go on with an entry."""
        self.last = entry
        self.count += 1
        self.note(entry)

    def note(self, entry: JournalEntry) -> None:
        """Count what an entry cost."""
        self.deep += entry.depth not in {None, Depth.GLANCE}
        self.requests += entry.requests


def polls(entries: Iterable[JournalEntry]) -> Iterator[Moment]:
    """Yield the moments of a controller's journal, and its site's, in their order."""
    run: _Run | None = None
    for entry in entries:
        if run is not None and run.takes(entry):
            run.add(entry)
            continue
        if run is not None:
            yield _moment(run)
        run = _Run(entry, entry)
        run.note(entry)
    if run is not None:
        yield _moment(run)


def _saying(entry: JournalEntry) -> tuple[object, ...]:
    if entry.outcome in _QUIET:
        return (Outcome.UNCHANGED,)
    return entry.outcome, entry.controller_id, entry.reason, entry.change_id, entry.fault_class


def _moment(run: _Run) -> Moment:
    entry = run.first
    until = run.last.at if run.count > 1 else None
    if entry.outcome in _QUIET:
        each = f"{run.count} polls" if run.count > 1 else "a poll"
        deep = f", {run.deep} of them deep" if run.deep and run.count > 1 else ""
        text = f"{each} found nothing new{deep}"
        return Moment(
            entry.at, Sort.POLLS, text, until, (f"{run.requests} requests",), count=run.count
        )
    many = f"{run.count} times: " if run.count > 1 else ""
    depth = f" (poll of depth {entry.depth.value})" if entry.depth is not None else ""
    reason = shortened(printable(entry.reason), _REASON_AT_MOST)
    return Moment(
        entry.at,
        _SORTS.get(entry.outcome, Sort.POLL if entry.controller_id else Sort.DAEMON),
        f"{many}{_words(entry)}{depth}",
        until,
        (reason,) if reason else (),
        change_id=entry.change_id,
        count=run.count,
    )


def _words(entry: JournalEntry) -> str:
    if entry.controller_id or entry.outcome is not Outcome.FAILED:
        return _WORDS[entry.outcome]
    return "something of the site failed"
