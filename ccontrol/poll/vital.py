"""What the engine hands to whoever tells of it: proof of life, changes that wait, strange work.

Frozen values; other threads read them.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ccontrol.diff.compare import compare
from ccontrol.model.change import ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.state import State

if TYPE_CHECKING:
    from ccontrol.poll.watched import Watched

_FINDINGS = frozenset({Kind.RAISED, Kind.CLEARED})


@dataclass(frozen=True, slots=True)
class Vital:
    """How a site was watched at one moment, seen by an engine that makes progress."""

    monotonic: float
    """When this was seen, by the clock that only grows."""
    controllers: int
    enrolled: int
    last_poll_at: datetime | None
    """End of the newest poll that went well."""
    oldest_s: float
    """Since when the controller that was seen longest ago has not been seen; paused ones aside."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A change that is on its way to a store that takes its time."""

    controller: Controller
    changes: ChangeSet
    """As far as they are known without the history; may be empty."""
    taken_at: datetime
    landing: "Future[Any]"
    """Done once the store has it, or never will."""


@dataclass(frozen=True, slots=True)
class StrangeWork:
    """Acts of a station at an address that no controller of the configuration has."""

    seen_at: datetime
    station: str
    """Its address."""
    address: str
    what: str
    """In one sentence, with addresses."""


def vital(watched: Iterable["Watched"], now: datetime, monotonic: float) -> Vital:
    """Return how the controllers of a site are watched now."""
    found = tuple(watched)
    seen = [each.succeeded_at for each in found if each.succeeded_at is not None]
    ages = [
        (now - (each.succeeded_at or each.watched_since)).total_seconds()
        for each in found
        if each.pause is None
    ]
    return Vital(
        monotonic=monotonic,
        controllers=len(found),
        enrolled=sum(each.enrolled for each in found),
        last_poll_at=max(seen, default=None),
        oldest_s=max(0.0, *ages) if ages else 0.0,
    )


def known_changes(before: State, after: State) -> ChangeSet:
    """Return what differs in what was known before: all that can be told without the history.

    A deep read brings much that a glance does not know; whether it is new, only the store can say.
    """
    changes = compare(before, after)
    told = tuple(
        change
        for change in changes.changes
        if change.unit in before.units or change.kind in _FINDINGS
    )
    return replace(changes, changes=told)
