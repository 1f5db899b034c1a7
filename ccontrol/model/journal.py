"""What the journal says: who was asked, when, and what came of it. So that silence is provable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ccontrol.model.aspect import Depth, Strength


class Outcome(StrEnum):
    """What came of a poll, or why there was none."""

    UNCHANGED = "unchanged"
    GLANCED = "glanced"
    """It answered, and nobody enrolled it: nothing is stored that it could be held against."""
    CHANGED = "changed"
    PENDING = "pending"
    """Something moved; a second look must agree before it is read. Or it waits: for the store, or,
    since the controller is restless, for the time at which it is committed."""
    SUPPRESSED = "suppressed"
    """A deep read was due and held back by the limit on deep reads."""
    INCOMPLETE = "incomplete"
    """Answers were cut or contradicted each other: shown, never compared."""
    FAILED = "failed"
    """No answer, a refusal, or a broken worker."""
    MISSED = "missed"
    """The poll was due and could not be started: a gap in coverage."""
    MENDED = "mended"
    """What was told to be wrong with a watched folder, or a file in it, is over."""
    PAUSED = "paused"
    RESUMED = "resumed"
    STARTED = "started"
    """The daemon began to watch."""
    STOPPED = "stopped"
    APPROVED = "approved"
    """A commit of people on `approved` was seen first."""
    WINDOW = "window"
    """A change window ended: used, not used, or taken back."""
    RAN = "ran"
    """Somebody ran a command that the audit log keeps, or changed the configuration."""
    STAMPED = "stamped"
    """A time stamp authority vouched for the head of a day."""
    EXPIRED = "expired"
    """Artefacts of the vault were kept long enough, and let go of."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal."""

    at: datetime
    controller_id: str
    """Empty: the daemon or the whole site."""
    outcome: Outcome
    depth: Depth | None = None
    duration_ms: int = 0
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    reason: str = ""
    change_id: str = ""
    unread: int = 0
    """Units and lists that stand unread after this poll, or that it asked for and did not get:
    whichever are more."""
    fault_class: str = ""
    """Name of the error (ccontrol.errors) that ended the poll; empty: none did."""
    strengths: tuple[tuple[str, str], ...] = ()
    """Aspect and strength, sorted, as known after this poll, where the strength is not content."""
    owed_since: datetime | None = None
    """Since when something that moved has not been read: the limit holds the deep read back."""
    own_end: str = ""
    """Our own end of the poll's connection, "address:port"; empty: none was opened."""

    @property
    def unseen(self) -> tuple[str, ...]:
        """Aspects of which a change would not be seen: "unchanged" says nothing of them."""
        return tuple(aspect for aspect, strength in self.strengths if strength == Strength.NONE)


@dataclass(frozen=True, slots=True)
class WatchedDay:
    """How one controller was watched on one day, as the day's signed summary tells it."""

    answers: int
    """Polls that it answered as they were meant, pending and held-back ones included."""
    unanswered: int
    """Polls that failed, were cut short or could not be started."""
    first: datetime
    last: datetime
    longest_gap_s: int
    """Longest time without an answer, the edges of the day counted in."""
    most_unread: int = 0
    full_reads: int | None = None
    """Polls of the depth FULL that ended whole; None: the summary is of an older version."""
    last_full: datetime | None = None
    full_unread: int = 0
    """What the one of them that left least unread left so."""
    strengths: tuple[tuple[str, str], ...] = ()
    """As in JournalEntry, after the poll that saw least."""


@dataclass(frozen=True, slots=True)
class JournalDay:
    """A day of the journal, as its signed summary tells it."""

    day: date
    file_sha256: str
    entries: int
    spoiled: int
    controllers: Mapping[str, WatchedDay]
    events: tuple[JournalEntry, ...]
