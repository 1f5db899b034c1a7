"""Acts that were seen on the way to a controller, held against one change.

Made once for each window, for there may be thousands of acts and thousands of changes.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from ccontrol.attribution.case import Case
from ccontrol.attribution.causes import ACTIONS, can_cause, is_about_the_whole
from ccontrol.attribution.clues import Clue, named, stamp
from ccontrol.attribution.content import CHANGE_WORDS, EDITS, SIGNED, Held, held_against
from ccontrol.attribution.objects import (
    BLOCKS,
    fits,
    names_everything,
    symbol_of,
    told,
    unit_of,
)
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change
from ccontrol.model.engineering import Completeness, EngineeringEvent, Outcome, Role, Touched
from ccontrol.model.judgement import Confidence, Evidence, Grade, Origin
from ccontrol.model.unit import UnitId

STATIONS_KEPT: Final = 8
_LONGEST_ERROR: Final = 16
_CARRIES: Final = {
    Grade.CONTENT: Confidence.CONFIRMED,
    Grade.OBJECT: Confidence.PROBABLE,
    Grade.SESSION: Confidence.PROBABLE,
    Grade.ATTEMPT: Confidence.POSSIBLE,
    Grade.FLOW: Confidence.POSSIBLE,
    Grade.CONTEXT: Confidence.NONE,
}
_SAYS: Final = {
    Grade.CONTENT: "the controller holds just what passed",
    Grade.OBJECT: "acknowledged",
    Grade.SESSION: "acknowledged; which object it was about is not known",
    Grade.ATTEMPT: "no answer of the controller was seen",
    Grade.FLOW: "encrypted: what was done is not known",
}
_OTHER: Final = "what the controller holds is not what passed"


class Standing(Enum):
    """What became of an act."""

    DONE = "done"
    OPEN = "open"
    REFUSED = "refused"


class _Touch(NamedTuple):
    event: EngineeringEvent
    touched: Touched


def standing(outcome: Outcome) -> Standing:
    """Return what became of an act. Where more was refused than done nobody knows what holds."""
    if outcome.done > outcome.refused:
        return Standing.DONE
    is_over = not outcome.done and not outcome.unanswered
    return Standing.REFUSED if outcome.refused and is_over else Standing.OPEN


def is_flow(event: EngineeringEvent) -> bool:
    """Tell whether all that was seen is that somebody spoke, encrypted."""
    return event.completeness is Completeness.FLOW or event.action == "session.encrypted"


class Acts:
    """The acts of one window that were seen by somebody else than the controller."""

    def __init__(self, case: Case, events: Iterable[EngineeringEvent]) -> None:
        self._case = case
        self._events = [event for event in events if ACTIONS.get(event.action) or _moves(event)]
        self._touches: dict[UnitId, list[_Touch]] = {}
        self._symbols: dict[str, list[_Touch]] = {}
        self._words: list[_Touch] = []
        self._memo: dict[tuple[Aspect, str, str], tuple[Clue, ...]] = {}
        wanted = {change.unit for change in case.changes.changes}
        for event in self._events:
            for touched in event.objects:
                self._note(_Touch(event, touched), wanted)

    def of(self, change: Change) -> list[Clue]:
        """Return every clue to one change, of the likeliest stations."""
        known: dict[int, Clue] = {}
        for touch in self._about(change):
            clue = self._clue_of(touch, change)
            if clue is not None:
                best = known.get(id(touch.event))
                if best is None or clue.order < best.order:
                    known[id(touch.event)] = clue
        own = _likeliest(known.values())
        rest = (clue for clue in self._general(change) if id(clue.evidence.event) not in known)
        return [*own, *rest]

    def refused(self) -> Iterator[Clue]:
        """Yield what was tried and refused: never a cause, and worth knowing."""
        for event in self._events:
            if standing(event.outcome) is Standing.REFUSED:
                why = ", ".join(error[:_LONGEST_ERROR] for error in event.outcome.errors[:4])
                text = f"{_sentence(event)}; refused ({why or 'error'})"
                yield Clue(Evidence(Grade.CONTEXT, Origin.UNKNOWN, text, event), Confidence.NONE)

    def _note(self, touch: _Touch, wanted: set[UnitId]) -> None:
        unit, name = unit_of(touch.touched), symbol_of(touch.touched)
        if unit in wanted:
            self._touches.setdefault(unit, []).append(touch)
        elif name:
            self._symbols.setdefault(name, []).append(touch)
        elif touch.touched.kind == CHANGE_WORDS and self._signs(touch.touched):
            self._words.append(touch)

    def _signs(self, touched: Touched) -> bool:
        """Tell whether the controller holds the change words that passed."""
        before, after = self._case.before.get(EDITS), self._case.after.get(EDITS)
        return held_against(touched, before, after) is Held.EQUAL

    def _about(self, change: Change) -> Iterator[_Touch]:
        yield from self._touches.get(change.unit, ())
        if change.unit.kind == "tags":
            for difference in change.differences:
                yield from self._symbols.get(difference.name, ())
        if change.unit.kind in SIGNED:
            yield from self._words

    def _clue_of(self, touch: _Touch, change: Change) -> Clue | None:
        """Return what an act on this very thing says; None where it could not lead to this."""
        event, touched = touch
        if not can_cause(event.action, change) or not fits(event.action, change):
            return None
        became = standing(touched.outcome)
        if became is Standing.REFUSED:
            return None
        held = self._held(touched, change)
        if held is Held.EQUAL:
            return _clue(event, Grade.CONTENT, touched)
        if held is Held.OTHER:
            return _clue(event, Grade.CONTEXT, touched)
        return _clue(event, Grade.ATTEMPT if became is Standing.OPEN else Grade.OBJECT, touched)

    def _held(self, touched: Touched, change: Change) -> Held:
        if touched.kind == CHANGE_WORDS:
            return Held.EQUAL  # no others were noted
        if change.aspect is Aspect.VALUES:
            return Held.UNSAID  # what a block says of itself tells nothing of its actual values
        unit = change.unit
        return held_against(touched, self._case.before.get(unit), self._case.after.get(unit))

    def _general(self, change: Change) -> tuple[Clue, ...]:
        key = change.aspect, change.unit.kind, change.kind.value
        if key not in self._memo:
            self._memo[key] = tuple(_likeliest(self._unnamed(change)))
        return self._memo[key]

    def _unnamed(self, change: Change) -> Iterator[Clue]:
        """Yield what acts say that do not name this thing, and do not only name others."""
        is_block = change.unit.kind in BLOCKS
        for event in self._events:
            if not can_cause(event.action, change):
                continue
            if is_flow(event):
                if event.actor.role is Role.ENGINEERING:
                    yield _clue(event, Grade.FLOW)
                continue
            became = standing(event.outcome)
            if became is Standing.REFUSED or (is_block and names_everything(event)):
                continue
            if became is Standing.OPEN:
                yield _clue(event, Grade.ATTEMPT)
            elif is_about_the_whole(event.action, change):
                yield _clue(event, Grade.OBJECT)
            else:
                yield _clue(event, Grade.SESSION)


def _moves(event: EngineeringEvent) -> bool:
    """Tell whether an act moves something by the kind of a unit, whatever its aspect."""
    return event.action in {"clock.set", "log.clear"}


def _clue(event: EngineeringEvent, grade: Grade, touched: Touched | None = None) -> Clue:
    says = _SAYS.get(grade, _OTHER)
    origin = Origin.UNKNOWN if grade is Grade.CONTEXT else Origin.NETWORK
    text = f"{_sentence(event, touched)}; {says}"
    return Clue(Evidence(grade, origin, text, event), _CARRIES[grade])


def _sentence(event: EngineeringEvent, touched: Touched | None = None) -> str:
    things = told((touched,), 0) if touched else told(event.objects, event.objects_left_out)
    what = f"{event.action} of {things}" if things else event.action
    return f"{what} by {named(event.actor)}, {stamp(event.first)}"


def _likeliest(clues: Iterable[Clue]) -> list[Clue]:
    """Return the best clue of each station, of the likeliest stations."""
    best: dict[str, Clue] = {}
    for clue in clues:
        known = best.get(clue.station)
        if known is None or clue.order < known.order:
            best[clue.station] = clue
    return sorted(best.values(), key=lambda clue: clue.order)[:STATIONS_KEPT]
