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


def seen(unit: Unit) -> Sights:
    """Return what a whole answer yields: a unit that was read, the only one of its kind."""
    only = Listing(frozenset({unit.id.key}), complete=True)
    return Sights({unit.id: Read(unit)}, {unit.id.kind: only})


def not_seen(why: Unread, *units: UnitId) -> Sights:
    """Return what is left when an answer was refused or broken."""
    kinds: dict[str, set[str]] = {}
    for unit in units:
        kinds.setdefault(unit.kind, set()).add(unit.key)
    return Sights(
        dict.fromkeys(units, why), {kind: no_list(why, keys) for kind, keys in kinds.items()}
    )


def no_list(why: Unread, keys: Iterable[str] = ()) -> Listing:
    """Return a list of which only these keys are known."""
    return Listing(frozenset(keys), complete=False, reason=why.reason, transient=why.transient)
