"""What the journal says: who was asked, when, and what came of it. So that silence is provable."""

from dataclasses import dataclass
from datetime import datetime
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
