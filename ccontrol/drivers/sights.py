"""What one part of a capture yields, before all parts are put together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ccontrol.model.snapshot import Listing, Read, Sighting, Unread
from ccontrol.model.unit import Unit, UnitId


@dataclass(frozen=True, slots=True)
class Sights:
    """Sightings by unit and listings by kind."""

    sightings: dict[UnitId, Sighting] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)


def joined(parts: Iterable[Sights]) -> Sights:
    """Put parts together; no two of them tell of the same unit or kind."""
    whole = Sights()
    for part in parts:
        whole.sightings.update(part.sightings)
        whole.listings.update(part.listings)
    return whole


def seen(kind: str, units: Iterable[Unit]) -> Sights:
    """Return what a whole answer yields: units that were read, and the complete list of them."""
    found = tuple(units)
    keys = frozenset(unit.id.key for unit in found)
    return Sights({unit.id: Read(unit) for unit in found}, {kind: Listing(keys, complete=True)})


def not_offered(kind: str, *keys: str) -> Sights:
    """Return what is left where a controller has no such thing: nothing, unless it had it once."""
    why = Unread("the controller does not offer it any more", optional=True)
    listing = Listing(frozenset(), complete=False, reason=why.reason, optional=True)
    return Sights({UnitId(kind, key): why for key in keys}, {kind: listing})


def not_seen(why: Unread, *units: UnitId) -> Sights:
    """Return what is left when an answer was refused or broken."""
    keys: dict[str, set[str]] = {}
    for unit in units:
        keys.setdefault(unit.kind, set()).add(unit.key)
    return Sights(
        dict.fromkeys(units, why), {kind: short(names, why) for kind, names in keys.items()}
    )


def short(keys: Iterable[str], why: Unread) -> Listing:
    """Return the list of which no more than these keys were had."""
    return Listing(frozenset(keys), complete=False, reason=why.reason, transient=why.transient)
