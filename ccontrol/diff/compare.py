"""Two states of one controller → what differs, each once, in a stable order. Pure; no judgement.

Fingerprints and titles are no facts: they are ccontrol's own words and never compared. Counters
that move by themselves (aspect inventory) are kept, and never a change alone.
"""

from collections.abc import Iterator

from ccontrol.diff.facts import (
    content_differences,
    field_differences,
    same_content,
    value_difference,
)
from ccontrol.diff.order import place
from ccontrol.diff.sight import sight_changes
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit, UnitId

_COMPILED = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION})
_BLIND_BEFORE = "it was out of sight before"
_FIRST_READ = "it could not be read before"


def compare(before: State | None, after: State) -> ChangeSet:
    """Return what differs; `before` is None for a controller never seen. Empty is falsy."""
    old = before or State(after.controller_id, after.family)
    found = [
        *_family(old, after),
        *(
            change
            for unit_id in old.units.keys() | after.units
            for change in _unit(
                unit_id,
                old,
                after,
            )
        ),
        *sight_changes(old, after),
    ]
    return ChangeSet(after.controller_id, tuple(sorted(found, key=place)), first=before is None)


def _family(before: State, after: State) -> Iterator[Change]:
    if before.family != after.family:
        difference = Difference("family", before.family, after.family)
        unit_id = UnitId("controller", "family")
        yield Change(Kind.CHANGED, Aspect.IDENTITY, unit_id, "controller", (difference,))


def _unit(unit_id: UnitId, before: State, after: State) -> Iterator[Change]:
    old, new = before.units.get(unit_id), after.units.get(unit_id)
    if old is new:
        return
    if old is None and new is not None:
        yield _appeared(unit_id, new, before)
    elif new is None and old is not None:
        yield _told(Kind.REMOVED, unit_id, old.unit)
    elif old is not None and new is not None:
        yield from _still_there(unit_id, old, new)


def _appeared(unit_id: UnitId, new: Known, before: State) -> Change:
    """A unit is known to be added only where the list was complete before."""
    kind = Kind.ADDED if unit_id.kind in before.listed else Kind.FOUND
    reason = "" if new.unread is None else f"it cannot be read: {new.unread}"
    return _told(kind, unit_id, new.unit, reason=reason)


def _still_there(unit_id: UnitId, old: Known, new: Known) -> Iterator[Change]:
    facts = tuple(_facts(unit_id, old, new))
    yield from facts
    unit = new.unit or old.unit
    if old.unit is not None and new.unit is None:
        yield _told(Kind.LOST_SIGHT, unit_id, unit, reason=new.unread or "")
        return
    if old.unread == new.unread:
        return
    if new.unread is None:
        if not facts:
            yield _told(Kind.REGAINED, unit_id, unit)
    elif old.unread is None:
        yield _told(Kind.LOST_SIGHT, unit_id, unit, reason=new.unread)
    else:
        difference = Difference("reason", old.unread, new.unread)
        title = unit.title if unit else unit_id.key
        yield Change(Kind.CHANGED, Aspect.SIGHT, unit_id, title, (difference,), new.unread)


def _facts(unit_id: UnitId, old: Known, new: Known) -> Iterator[Change]:
    if old.unit is None or new.unit is None:
        if new.unit is not None:
            yield _told(Kind.FOUND, unit_id, new.unit, reason=_FIRST_READ)
        return
    reason = _BLIND_BEFORE if old.unread is not None else ""
    moved = tuple(field_differences(old.unit.moving, new.unit.moving))
    if not same_content(old.unit, new.unit):
        differences = (*content_differences(old.unit, new.unit), *moved)
        yield _told(Kind.CHANGED, unit_id, new.unit, differences, reason)
    elif moved and new.unit.aspect is not Aspect.INVENTORY:
        kind = Kind.RECOMPILED if new.unit.aspect in _COMPILED else Kind.CHANGED
        yield _told(kind, unit_id, new.unit, moved, reason)
    if old.unit.values != new.unit.values:
        difference = value_difference(old.unit, new.unit)
        title = new.unit.title
        yield Change(Kind.CHANGED, Aspect.VALUES, unit_id, title, (difference,), reason)


def _told(
    kind: Kind,
    unit_id: UnitId,
    unit: Unit | None,
    differences: tuple[Difference, ...] = (),
    reason: str = "",
) -> Change:
    """Of a unit that was never read nothing is known but that it is there: a matter of sight."""
    aspect, title = (unit.aspect, unit.title) if unit else (Aspect.SIGHT, unit_id.key)
    return Change(kind, aspect, unit_id, title, differences, reason)
