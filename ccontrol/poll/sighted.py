"""What goes into the straight line, an understood poll, and what comes out of it. Values only."""

from dataclasses import dataclass, field

from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.record import Record
from ccontrol.model.snapshot import LogEntry, Snapshot
from ccontrol.model.state import State
from ccontrol.poll.window import Looks


@dataclass(frozen=True, slots=True)
class Sighted:
    """One understood poll on its way into the history."""

    controller: Controller
    snapshot: Snapshot
    log: tuple[LogEntry, ...] = ()
    """Entries of the controller's log that are new, newest first."""
    looks: Looks = field(default_factory=Looks)
    """When what it shows was last seen as the history has it."""
    sums_up: str = ""
    """Which looks were held back before this one, in one sentence; empty: none."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it."""

    state: State
    """What is known of the controller now, of the units of `kinds`."""
    changes: ChangeSet
    record: Record | None = None
    """None when nothing differed."""
    commit: str = ""
    kinds: frozenset[str] = frozenset()
    """The kinds that the poll told of; of others `state` knows only which units are unread."""


def kinds_of(snapshot: Snapshot) -> frozenset[str]:
    """Return the kinds of units that a poll tells of."""
    return frozenset({unit_id.kind for unit_id in snapshot.sightings} | snapshot.listings.keys())
