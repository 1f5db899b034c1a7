"""From a change in hand, or one that is recorded, to its origin: what is held against it.

Judging anew needs what the record says, the states before and after its commit, and what was heard
since: nothing is edited, the next judgement is a record of its own.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ccontrol.attribution.case import Beside, Case
from ccontrol.attribution.judge import judge as attribute
from ccontrol.canonical.project_files import PROJECT
from ccontrol.errors import UnreadableStateError
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.judgement import Attribution, Window
from ccontrol.model.policy import Policy
from ccontrol.model.record import Record
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId
from ccontrol.model.witness import Hearing
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.poll.verdict_of_record import verdict_by
from ccontrol.poll.ways import way_to
from ccontrol.poll.witnesses import MARGIN_S, Witnesses
from ccontrol.store.repository import Repository

_BY_ITSELF: Final = frozenset({Aspect.MODE, Aspect.VALUES, Aspect.INVENTORY, Aspect.SIGHT})
"""What moves every day; no other record is read for it."""
_log = logging.getLogger(__name__)
_BESIDE_AT_MOST: Final = 8
_MARGIN: Final = timedelta(seconds=MARGIN_S)
States = tuple[State | None, State | None]
"""Before and after a change; None where nothing is stored."""


@dataclass(frozen=True, slots=True)
class Around:
    """What else of the history touches a change."""

    states: States
    beside: tuple[Record, ...] = ()
    """Other records of the same controller whose time is the same, or overlaps."""


def hearing_of(witnesses: Witnesses, controller: Controller, window: Window) -> Hearing:
    """Return what was heard in a window, and a little around it."""
    since = None if window.opened_at is None else _shifted(window.opened_at, -_MARGIN)
    return witnesses.about(controller, since, _shifted(window.closed_at, _MARGIN))


def attributed(
    record: Record, controller: Controller, around: Around, hearing: Hearing
) -> Attribution:
    """Return the origin of a change. Of the record everything counts but its own judgement."""
    changes = record.changes
    return attribute(
        Case(
            changes=changes,
            windows=tuple(record.window_of(at) for at in range(len(changes.changes))),
            controller=controller,
            before=_units(around.states[0], changes),
            after=_units(around.states[1], changes),
            log=record.log,
            hearing=hearing,
            route=way_to(controller),
            beside=tuple(_beside(one) for one in around.beside),
        )
    )


def anew(
    record: Record, controller: Controller, around: Around, hearing: Hearing, policy: Policy
) -> Record | None:
    """Return the next judgement of a recorded change; None when it would say the same.

    What was weighed before counts again, whether or not it is handed over once more. How well it
    was watched is no difference of its own: reports of a sensor always come a little late.
    """
    if any(change.unit.kind == PROJECT for change in record.changes.changes):
        return None  # a file was dropped: nobody touched a controller for that
    old = record.attribution
    again = replace(hearing, events=_together(old, hearing))
    found = attributed(record, controller, around, again)
    kept = (line for line in old.evidence if line not in found.evidence)
    new = replace(found, evidence=(*kept, *found.evidence))
    if _essence(new) == _essence(old):
        return None
    after = around.states[1]
    standing = frozenset(finding.code for finding in after.findings) if after else frozenset()
    judged = replace(record, number=record.number + 1, attribution=new)
    return replace(judged, verdict=verdict_by(policy, judged, controller, standing))


def beside_of(repository: Repository, record: Record) -> tuple[Record, ...]:
    """Return the records before this one of the same controller that tell of the same time.

    One that cannot be understood ends it: a change is recorded all the same. Raises StoreError.
    """
    found: list[Record] = []
    name = record.previous_change if set(record.changes.aspects) - _BY_ITSELF else ""
    while name and len(found) < _BESIDE_AT_MOST:
        one = _newest(repository, name)
        if one is None or (record.previous_at and _closed(one) < record.previous_at):
            break
        found.append(one)
        name = one.previous_change
    return tuple(found)


def _newest(repository: Repository, change_id: str) -> Record | None:
    """Return the last judgement of a change; None for one that nobody can read any more."""
    try:
        return newest_judgement(repository, change_id)
    except UnreadableStateError as error:
        _log.error("a change is judged without the one before it, %s: %s", change_id, error)
        return None


def _together(old: Attribution, hearing: Hearing) -> tuple[EngineeringEvent, ...]:
    known = (one.event for one in old.weighed if one.event is not None)
    return tuple(dict.fromkeys((*hearing.events, *known)))


def _essence(attribution: Attribution) -> tuple[object, ...]:
    """Return what makes a judgement another one; the same act seen twice does not."""
    return (
        attribution.origin,
        attribution.confidence,
        tuple(actor.address or actor.mac for actor in attribution.actors),
        attribution.contradictions,
        frozenset((one.grade, one.text) for one in attribution.weighed),
    )


def _units(state: State | None, changes: ChangeSet) -> dict[UnitId, Unit]:
    if state is None:
        return {}
    known = {change.unit: state.units.get(change.unit) for change in changes.changes}
    return {name: one.unit for name, one in known.items() if one and one.unit}


def _beside(record: Record) -> Beside:
    return Beside(record.changes, Window(record.previous_at, _closed(record)), record.log)


def _closed(record: Record) -> datetime:
    return record.not_after or record.taken_at


def _shifted(at: datetime, by: timedelta) -> datetime:
    """Return a time moved, or as it was at the ends of the calendar."""
    try:
        return at + by
    except OverflowError:
        return at
