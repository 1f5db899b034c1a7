"""One poll, understood: every unit Read, Confirmed or Unread; what is not named was not asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.clock import ClockReading
from ccontrol.model.engineering import Reach
from ccontrol.model.finding import Finding
from ccontrol.model.unit import Unit, UnitId


@dataclass(frozen=True, slots=True)
class Read:
    """The unit was read, whole and checked."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The unit was not read again, since its cheap fingerprint equals the last one known."""

    fingerprint: str


@dataclass(frozen=True, slots=True)
class Unread:
    """The unit was asked for and not had. `reason` tells why and what the operator can do."""

    reason: str
    transient: bool = False
    """True for a fault of the line, which the next poll may not have; false for a refusal."""
    optional: bool = False
    """True for what this controller does not offer: it counts only if it was read before."""


Sighting = Read | Confirmed | Unread


@dataclass(frozen=True, slots=True)
class Listing:
    """The keys of one kind that the controller declared. Only a complete list may say "removed"."""

    keys: frozenset[str]
    complete: bool
    reason: str = ""
    """Why it is not complete."""
    transient: bool = False
    """True when a fault of the line cut it short: then the list says nothing at all."""
    optional: bool = False
    """True for a kind that this controller does not offer: it counts only if it was seen before."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the controller's own log (S7: diagnostic buffer), newest first in a snapshot."""

    code: str
    """The controller's own event id, e.g. "4303"; "gap" and "clock" are ccontrol's own words."""
    text: str
    at: str
    """The controller's own clock, ISO 8601 without a zone; evidence, never our time."""
    raw: str
    """The whole record as hex; empty where ccontrol says it."""
    action: str = ""
    """What it says was done, an action as in engineering events; empty: nothing of the kind."""
    reach: Reach = Reach.UNSAID
    """From where, as far as the controller tells."""
    about: datetime | None = None
    """When that was by our clock, if the controller's has run on as the poll found it; None where
    no clock was read, or where it jumped since the poll before."""


class Extent(StrEnum):
    """How much of a controller's log a poll read."""

    ALL = "all"
    """Every entry that the controller shows."""
    NEWEST = "newest"
    """The newest; others may lie beneath them."""
    LAST = "last"
    """The controller keeps one entry: each new one takes the place of the one before."""


@dataclass(frozen=True, slots=True)
class Word:
    """A checksum of the controller's own over many units: it moves when one of them does."""

    unit: UnitId
    """The word itself."""
    kinds: frozenset[str]
    fact: str
    """The field of those units that goes into it; what leaves that field alone does not move it."""
    besides: frozenset[UnitId] = frozenset()
    """Units of those kinds that it leaves out."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one poll of one controller learnt.

    `checked` names the findings that this poll could have raised, by code and subject ("" is the
    whole controller): one of them that is not in `findings` is over. `usable` is False when the
    poll must not be compared at all (it broke before anything was certain, or the program changed
    underneath it).
    """

    controller_id: str
    family: str
    depth: Depth
    taken_at: datetime
    sightings: Mapping[UnitId, Sighting]
    listings: Mapping[str, Listing] = field(default_factory=dict)
    log: tuple[LogEntry, ...] = ()
    """Newest first, by their place in the log and not by their dates."""
    findings: frozenset[Finding] = frozenset()
    checked: frozenset[tuple[str, str]] = frozenset()
    strengths: Mapping[Aspect, Strength] = field(default_factory=dict)
    usable: bool = True
    reason: str = ""
    """Why it is not usable, or why it ended early."""
    facts: str = ""
    """Version of the interpretation ("s7/1"): raised when equal answers would give other facts."""
    read_by: datetime | None = None
    """When the last answer had been heard; `taken_at` is the poll's beginning. None: at once."""
    words: tuple[Word, ...] = ()
    """The words that this family has, to tell since when a unit can have changed."""
    hints: frozenset[UnitId] = frozenset()
    """Units whose difference proves no change, it only calls for a deep read."""
    log_extent: Extent = Extent.ALL
    clock: ClockReading | None = None
    """The controller's own clock against ours; None where it was not read."""
