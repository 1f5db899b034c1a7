"""One poll in hand, and the line of the journal that it is going to leave. Decides nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

from ccontrol.errors import CcontrolError, WorkerDiedError
from ccontrol.model.aspect import Strength
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll.messages import Collected
from ccontrol.poll.site import OpenSite
from ccontrol.poll.triage import Memory
from ccontrol.poll.waiting import Ticket
from ccontrol.poll.watched import Watched, unread


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll in hand."""

    watched: Watched
    ticket: Ticket
    site: OpenSite

    @property
    def controller(self) -> Controller:
        """Who is asked."""
        return self.watched.controller

    def entry(self, at: datetime, outcome: Outcome, reason: str) -> JournalEntry:
        """Return its line, before anything was heard."""
        return JournalEntry(at, self.controller.id, outcome, self.ticket.depth, reason=reason)


def with_heard(entry: JournalEntry, heard: Collected) -> JournalEntry:
    """Return the line with what the poll cost, and with the fault that ended it."""
    return replace(
        entry,
        reason=heard.fault,
        duration_ms=heard.duration_ms,
        requests=heard.requests,
        bytes_sent=heard.bytes_sent,
        bytes_received=heard.bytes_received,
        fault_class=heard.fault_class,
        own_end=heard.own_end,
    )


def of_a_death(entry: JournalEntry) -> JournalEntry:
    """Whoever asked by hand ends with the code of a worker that died."""
    return replace(entry, fault_class=WorkerDiedError.__name__)


def of_error(entry: JournalEntry, error: CcontrolError) -> JournalEntry:
    """Whoever asked by hand ends with the code of this error."""
    return replace(entry, fault_class=type(error).__name__)


def with_sight(entry: JournalEntry, memory: Memory, snapshot: Snapshot) -> JournalEntry:
    """Return the line with what the poll left unread, and how well a change would be seen now."""
    face = memory.face
    known = {**(face.strengths if face else {}), **snapshot.strengths}
    weak = {one.value: how.value for one, how in known.items() if how is not Strength.CONTENT}
    left = max(memory.unread, unread(snapshot))
    return replace(entry, unread=left, strengths=tuple(sorted(weak.items())))
