"""From a case to an origin with its reasons. Each change is explained by itself, then all at once.

The origin of a record is that of its gravest aspect, and there of the change that is explained
least: a record never says "network" of a program because a mode was seen to be set.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from ccontrol.attribution import reports, states
from ccontrol.attribution.acts import Acts
from ccontrol.attribution.case import Case
from ccontrol.attribution.coverage import coverage, hull
from ccontrol.attribution.explaining import Explanation, explain
from ccontrol.attribution.own import TOLERANCE, ends_of, is_from_our_end, is_ours
from ccontrol.attribution.summing import Judged, summed
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ECHOES, Change, Kind
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.finding import ENGINE_CODES
from ccontrol.model.judgement import Attribution, Confidence, Origin, Window
from ccontrol.model.snapshot import LogEntry

_FIRST: Final = "ccontrol saw this controller for the first time"
_FIRST_LOOK: Final = "ccontrol looked at this for the first time"
_OUR_SIGHT: Final = "it is about ccontrol's own sight of this controller"
_TAMPERED: Final = (
    "left from the port of a connection of our own, which only reads: another program had that"
    " port, or ccontrol has been tampered with"
)
ROUTED: Final = frozenset({"cip", "pccc"})
"""Protocols whose ways name a module for certain; a CPU of Siemens takes several for its own."""
_FINDINGS: Final = frozenset({Kind.RAISED, Kind.CLEARED})


def judge(case: Case) -> Attribution:
    """Return the origin of what changed, how well it is founded, and all that was weighed."""
    changes = case.changes.changes
    if case.changes.first:
        return _self(_FIRST)
    if changes and not any(_is_theirs(change) for change in changes):
        return _self(_OUR_SIGHT if _is_own(changes[0]) else _FIRST_LOOK)
    scenes: dict[Window, _Scene] = {}
    judged = tuple(_judged(case, scenes))
    refused = chain.from_iterable(scene.acts.refused() for scene in scenes.values())
    return summed(
        judged,
        context=tuple(refused),
        log=tuple(_line(entry) for entry in case.log),
        coverage=coverage(case, hull(one.window for one in judged)),
        warnings=_warnings(case),
    )


class _Scene(NamedTuple):
    """What was heard in one window."""

    acts: Acts
    messages: tuple[EngineeringEvent, ...]
    moved: tuple[Change, ...]
    """By hand."""
    log: tuple[LogEntry, ...]


def _judged(case: Case, scenes: dict[Window, _Scene]) -> Iterator[Judged]:
    """Explain each change that is not ours and does not only repeat another one."""
    pairs = tuple(zip(case.changes.changes, case.windows, strict=True))
    telling = {change.aspect for change, _ in pairs if _is_telling(change)}
    for change, window in pairs:
        if _is_theirs(change) and not _is_repeated(change, telling):
            if window not in scenes:
                scenes[window] = _scene(case, window)
            yield Judged(change, window, _explained(change, window, scenes[window]))


def _explained(change: Change, window: Window, scene: _Scene) -> Explanation:
    clues = (
        *scene.acts.of(change),
        *reports.of_messages(scene.messages, change),
        *reports.of_log(scene.log, change, window),
        *states.of_states(scene.moved, change),
    )
    return explain(clues, is_open=window.opened_at is None)


def _scene(case: Case, window: Window) -> _Scene:
    ends = ends_of(case.hearing.own)
    events = [
        event
        for event in case.hearing.events
        if _overlap(event, window) and _reaches(event, case.route) and not is_ours(event, ends)
    ]
    beside = [one for one in case.beside if _meet(one.window, window)]
    pairs = zip(case.changes.changes, case.windows, strict=True)
    moved = (change for change, other in pairs if _meet(other, window))
    return _Scene(
        Acts(case, (event for event in events if not reports.is_report(event))),
        tuple(event for event in events if reports.is_report(event)),
        states.by_hand((*moved, *chain.from_iterable(one.changes.changes for one in beside))),
        (*case.log, *chain.from_iterable(one.log for one in beside)),
    )


def _overlap(event: EngineeringEvent, window: Window) -> bool:
    """Tell whether an act can have fallen into a window, by a clock that is not quite ours."""
    since = window.opened_at
    is_late = since is not None and event.last < since - TOLERANCE
    return not is_late and event.first <= window.closed_at + TOLERANCE


def _reaches(event: EngineeringEvent, route: tuple[str, ...]) -> bool:
    """Tell whether an act went to this module of a chassis, as far as its way was seen."""
    went = event.controller.route
    return not (event.protocol in ROUTED and went and route and went != route)


def _meet(one: Window, other: Window) -> bool:
    return _begins_by(one, other) and _begins_by(other, one)


def _begins_by(one: Window, other: Window) -> bool:
    return one.opened_at is None or one.opened_at <= other.closed_at


def _warnings(case: Case) -> tuple[str, ...]:
    """Return what no change of a controller should ever be accompanied by."""
    ends = ends_of(case.hearing.own)
    actions = {
        event.action
        for event in case.hearing.events
        if is_from_our_end(event, ends) and not is_ours(event, ends)
    }
    return tuple(f"{action} {_TAMPERED}" for action in sorted(actions))


def _self(reason: str) -> Attribution:
    return Attribution(Origin.SELF, reason, confidence=Confidence.CONFIRMED)


def _is_first_look(change: Change) -> bool:
    better = change.aspect is Aspect.SIGHT and change.kind is Kind.REGAINED
    return better or change.kind is Kind.FOUND


def _is_own(change: Change) -> bool:
    return change.unit.kind in ENGINE_CODES


def _is_theirs(change: Change) -> bool:
    return not _is_first_look(change) and not _is_own(change)


def _is_telling(change: Change) -> bool:
    """Tell whether a change is of a thing itself."""
    is_echo = change.unit.kind in ECHOES or change.kind in _FINDINGS
    return _is_theirs(change) and not is_echo


def _is_repeated(change: Change, telling: set[Aspect]) -> bool:
    """Tell whether others say by name what this change says again."""
    if change.kind in _FINDINGS:
        return bool(telling)
    return change.unit.kind in ECHOES and change.aspect in telling


def _line(entry: LogEntry) -> str:
    return f"{entry.at} {entry.code} {entry.text}"
