"""Two states of one controller → what differs, each once, in a stable order. Pure; no judgement.

Fingerprints and titles are no facts: they are ccontrol's own words and never compared. Counters
that move by themselves (aspect inventory) are kept, and never a change alone. Where a newer driver
or another seal made the facts, that alone is no difference: `written_anew` tells of it.
"""

from collections.abc import Iterator

from ccontrol.diff.facts import (
    comparable,
    content_differences,
    field_differences,
    value_difference,
)
from ccontrol.diff.merge import NOT_YET
from ccontrol.diff.order import place
from ccontrol.diff.sight import sight_changes
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.secret import Sealed
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit, UnitId

_COMPILED = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION})
_BLIND_BEFORE = "it was out of sight before"
_FIRST_READ = "it could not be read before"
_NO_LIST = "its list was not complete before"


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


def written_anew(before: State, after: State) -> bool:
    """Tell whether a newer interpretation or another seal made facts that compare as equal.

    Then the files are written once more, and nothing is told as a change.
    """
    return before.facts != after.facts or any(
        _is_anew(before.units[unit_id], known)
        for unit_id, known in after.units.items()
        if unit_id in before.units
    )


def _is_anew(old: Known, new: Known) -> bool:
    if old is new:
        return False
    if old.facts != new.facts:
        return True
    if old.unit is None or new.unit is None:
        return False
    known = dict(old.unit.fields)
    return any(
        not comparable(known.get(name), value)
        for name, value in new.unit.fields
        if isinstance(value, Sealed)
    )


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
        if before.units and new.unit is not None and _moves_alone(new.unit):
            return
        yield _appeared(unit_id, new, before)
    elif new is None and old is not None:
        yield _told(Kind.REMOVED, unit_id, old.unit)
    elif old is not None and new is not None:
        yield from _still_there(unit_id, old, new)


def _moves_alone(unit: Unit) -> bool:
    """Tell whether there is nothing to a unit but what moves by itself, and is never a change."""
    return unit.aspect is Aspect.INVENTORY and not unit.fields and unit.image is None


def _appeared(unit_id: UnitId, new: Known, before: State) -> Change:
    """A unit is first seen where nobody looked before; anywhere else it is taken for added."""
    reasons = [] if new.unread is None else [_why_unread(new.unread)]
    if unit_id.kind in before.unlisted:
        reasons.append(_NO_LIST)
    kind = Kind.ADDED if unit_id.kind in before.listed | before.unlisted.keys() else Kind.FOUND
    return _told(kind, unit_id, new.unit, reason="; ".join(reasons))


def _why_unread(reason: str) -> str:
    return reason if reason == NOT_YET else f"it cannot be read: {reason}"


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
        title = _title(unit) if unit else unit_id.key
        yield Change(Kind.CHANGED, Aspect.SIGHT, unit_id, title, (difference,), new.unread)


def _facts(unit_id: UnitId, old: Known, new: Known) -> Iterator[Change]:
    if old.unit is None or new.unit is None:
        if new.unit is not None:
            yield _told(Kind.FOUND, unit_id, new.unit, reason=_FIRST_READ)
        return
    reason = _BLIND_BEFORE if old.unread is not None else ""
    anew = old.facts != new.facts
    content = content_differences(old.unit, new.unit, anew=anew)
    moved = tuple(field_differences(old.unit.moving, new.unit.moving, anew=anew))
    if content:
        yield _told(Kind.CHANGED, unit_id, new.unit, (*content, *moved), reason)
    elif moved and new.unit.aspect is not Aspect.INVENTORY:
        kind = Kind.RECOMPILED if new.unit.aspect in _COMPILED else Kind.CHANGED
        yield _told(kind, unit_id, new.unit, moved, reason)
    if old.unit.values != new.unit.values and not (anew and _one_lacks_values(old.unit, new.unit)):
        difference = value_difference(old.unit, new.unit)
        title = _title(new.unit)
        yield Change(Kind.CHANGED, Aspect.VALUES, unit_id, title, (difference,), reason)


def _one_lacks_values(old: Unit, new: Unit) -> bool:
    return old.values is None or new.values is None


def _told(
    kind: Kind,
    unit_id: UnitId,
    unit: Unit | None,
    differences: tuple[Difference, ...] = (),
    reason: str = "",
) -> Change:
    """Of a unit that was never read nothing is known but that it is there: a matter of sight."""
    aspect, title = (unit.aspect, _title(unit)) if unit else (Aspect.SIGHT, unit_id.key)
    return Change(kind, aspect, unit_id, title, differences, reason)


def _title(unit: Unit) -> str:
    """Return what the unit is called; its key where it is called nothing that could be seen."""
    return unit.title if unit.title.strip() else unit.id.key
