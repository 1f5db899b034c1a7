"""The rows of the index: how they stand in SQLite, how a journal becomes them. Opens nothing."""

from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime

from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Confidence, Origin, Severity

VERSION = 3
"""Goes up with every change of SCHEMA: an index of another version is thrown away and rebuilt."""
SCHEMA = """
CREATE TABLE changes (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id TEXT NOT NULL UNIQUE, controller_id TEXT NOT NULL, commit_id TEXT NOT NULL,
    taken_at TEXT NOT NULL, severity INTEGER NOT NULL, subject TEXT NOT NULL,
    aspects TEXT NOT NULL, origin TEXT NOT NULL, previous TEXT NOT NULL,
    confidence TEXT NOT NULL, authorisation TEXT NOT NULL);
CREATE INDEX changes_of ON changes (controller_id, position);
CREATE TABLE polls (
    controller_id TEXT PRIMARY KEY, outcome TEXT, depth TEXT, reason TEXT NOT NULL,
    attempted_at TEXT, succeeded_at TEXT, next_at TEXT,
    attempts INTEGER NOT NULL, failures INTEGER NOT NULL, missed INTEGER NOT NULL,
    unread INTEGER NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), commit_id TEXT NOT NULL);
"""
LIST_CHANGES = """
SELECT change_id, controller_id, commit_id, taken_at, severity, subject, aspects, origin, previous,
confidence, authorisation FROM changes
WHERE (:controller_id IS NULL OR controller_id = :controller_id)
  AND (:change_id IS NULL OR change_id = :change_id)
  AND (:since IS NULL OR taken_at >= :since)
  AND (:authorisations IS NULL OR instr(:authorisations, '|' || authorisation || '|') > 0)
ORDER BY position DESC LIMIT :limit
"""
PUT_CHANGE = """
INSERT INTO changes
(change_id, controller_id, commit_id, taken_at, severity, subject, aspects, origin, previous,
confidence, authorisation)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (change_id) DO UPDATE SET
severity = excluded.severity, origin = excluded.origin, confidence = excluded.confidence,
authorisation = excluded.authorisation,
subject = excluded.subject,
aspects = excluded.aspects
"""
LATEST = "SELECT max(taken_at) FROM changes"
LIST_POLLS = """
SELECT controller_id, outcome, depth, reason, attempted_at, succeeded_at, next_at,
attempts, failures, missed, unread, requests, bytes
FROM polls WHERE :controller_id IS NULL OR controller_id = :controller_id ORDER BY controller_id
"""
PUT_POLL = "INSERT OR REPLACE INTO polls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
Cell = str | int | None
_SUCCESSES = frozenset(
    {
        Outcome.UNCHANGED,
        Outcome.GLANCED,
        Outcome.CHANGED,
        Outcome.PENDING,
        Outcome.SUPPRESSED,
    },
)
_ATTEMPTS = _SUCCESSES | {Outcome.INCOMPLETE, Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class IndexedChange:
    """One change, as `ccontrol changes` lists it."""

    change_id: str
    controller_id: str
    commit: str
    """The commit that holds it, 40 hex digits."""
    taken_at: datetime
    severity: Severity
    """Of the latest judgement."""
    subject: str
    aspects: tuple[Aspect, ...]
    origin: Origin
    previous: str = ""
    """Change id of the controller's change before; empty for its first."""
    confidence: Confidence = Confidence.NONE
    """How well the origin is founded."""
    authorisation: Authorisation | None = None
    """By the latest judgement; None: nobody judged whether it was authorised."""


@dataclass(frozen=True, slots=True)
class PollStatus:
    """How the polls of one controller went. The counts run since the index was begun."""

    controller_id: str
    outcome: Outcome | None = None
    """Of the last attempt; None before the first."""
    depth: Depth | None = None
    reason: str = ""
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_at: datetime | None = None
    attempts: int = 0
    failures: int = 0
    missed: int = 0
    """Polls that were due and could not be started."""
    unread: int = 0
    """Units that the last attempt asked for and did not get."""
    requests: int = 0
    bytes: int = 0
    """Both directions."""


def fold(status: PollStatus, entry: JournalEntry) -> PollStatus:
    """Return the status after one more journal entry of the same controller."""
    if entry.outcome is Outcome.MISSED:
        return replace(status, missed=status.missed + 1)
    if entry.outcome not in _ATTEMPTS:
        return status
    succeeded = entry.outcome in _SUCCESSES
    return replace(
        status,
        outcome=entry.outcome,
        depth=entry.depth,
        reason=entry.reason,
        attempted_at=entry.at,
        succeeded_at=entry.at if succeeded else status.succeeded_at,
        attempts=status.attempts + 1,
        failures=status.failures + (entry.outcome is Outcome.FAILED),
        unread=entry.unread,
        requests=status.requests + entry.requests,
        bytes=status.bytes + entry.bytes_sent + entry.bytes_received,
    )


def change_cells(change: IndexedChange) -> tuple[Cell, ...]:
    """Return a change as the cells of its row, `position` left out."""
    return (
        change.change_id,
        change.controller_id,
        change.commit,
        text(change.taken_at),
        int(change.severity),
        change.subject,
        " ".join(change.aspects),
        change.origin,
        change.previous,
        change.confidence,
        change.authorisation or "",
    )


def change_of(cells: tuple[Cell, ...]) -> IndexedChange:
    """Return the change of a row of LIST_CHANGES."""
    change_id, controller_id, commit, taken_at, severity, subject, aspects, *judged = cells
    origin, previous, confidence, authorisation = judged
    return IndexedChange(
        change_id=str(change_id),
        controller_id=str(controller_id),
        commit=str(commit),
        taken_at=datetime.fromisoformat(str(taken_at)),
        severity=Severity(int(severity or 0)),
        subject=str(subject),
        aspects=tuple(Aspect(word) for word in str(aspects).split()),
        origin=Origin(str(origin)),
        previous=str(previous),
        confidence=Confidence(str(confidence)),
        authorisation=Authorisation(str(authorisation)) if authorisation else None,
    )


def poll_cells(status: PollStatus) -> tuple[Cell, ...]:
    """Return a poll status as the cells of its row."""
    return tuple(text(v) if isinstance(v, datetime) else v for v in astuple(status))


def poll_of(cells: tuple[Cell, ...]) -> PollStatus:
    """Return the poll status of a row of LIST_POLLS."""
    controller_id, outcome, depth, reason, attempted_at, succeeded_at, next_at, *counts = cells
    return PollStatus(
        str(controller_id),
        Outcome(str(outcome)) if outcome else None,
        Depth(str(depth)) if depth else None,
        str(reason),
        _time(attempted_at),
        _time(succeeded_at),
        _time(next_at),
        *(int(count or 0) for count in counts),
    )


def text(at: datetime) -> str:
    """Return a time in fixed width, so that the order of texts is the order of times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(cell: Cell) -> datetime | None:
    return datetime.fromisoformat(str(cell)) if cell else None
