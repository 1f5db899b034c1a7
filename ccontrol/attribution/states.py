"""What two polls show that only a hand at the controller can have moved: card, module, key."""

from collections.abc import Iterable, Iterator
from typing import Final

from ccontrol.attribution.causes import can_cause
from ccontrol.attribution.clues import Clue
from ccontrol.model.aspect import Aspect
from ccontrol.model.by_hand import Hand, moved_by_hand
from ccontrol.model.change import Change, Kind
from ccontrol.model.judgement import Confidence, Evidence, Grade, Origin

_MODULE: Final = "module"
_FOLLOWS: Final = frozenset({"level", "valid_level", "switch_level"})
"""Fields that a switch moves with it."""
_CAME_OR_WENT: Final = frozenset({Kind.ADDED, Kind.REMOVED})
_OF_A_MODULE: Final = frozenset({Aspect.HARDWARE, Aspect.FIRMWARE})


def by_hand(moved: Iterable[Change]) -> tuple[Change, ...]:
    """Return what only a hand at the controller moves."""
    return tuple(one for one in moved if _is_card(one) or _is_module(one) or is_switch(one))


def of_states(moved: Iterable[Change], change: Change) -> Iterator[Clue]:
    """Yield what was `moved` by hand and can have led to a change; a turned key as context too."""
    for one in moved:
        if _is_card(one):
            if can_cause("card.change", change):
                yield _by_hand("another memory card is in it", one, change)
        elif _is_module(one):
            if change.unit.key == one.unit.key and change.aspect in _OF_A_MODULE:
                yield _by_hand(f"another module is in its place: {one.title}", one, change)
        else:
            yield _turned(one, change)


def is_switch(change: Change) -> bool:
    """Tell whether nothing but the position of a key or a mode switch moved."""
    names = {difference.name for difference in change.differences}
    is_about_locks = change.aspect is Aspect.PROTECTION and change.kind is Kind.CHANGED
    turned = {name for name in names if _is_of_a_switch(change, name)}
    return is_about_locks and bool(turned) and names <= turned | _FOLLOWS


def _turned(one: Change, change: Change) -> Clue:
    """A key explains itself and the mode. It explains no edit: attackers wait for it."""
    if one is change or change.aspect is Aspect.MODE:
        return _by_hand("its key or mode switch was turned", one, change)
    text = "its key or mode switch was turned; that changes no program"
    return Clue(Evidence(Grade.CONTEXT, Origin.UNKNOWN, text), Confidence.NONE)


def _by_hand(text: str, one: Change, change: Change) -> Clue:
    carries = Confidence.CONFIRMED if one is change else Confidence.PROBABLE
    return Clue(Evidence(Grade.STATE, Origin.LOCAL, f"{text}{_values(one)}"), carries)


def _is_of_a_switch(change: Change, name: str) -> bool:
    return moved_by_hand(change.unit, name) is Hand.SWITCH


def _is_card(change: Change) -> bool:
    if moved_by_hand(change.unit, "serial") is not Hand.CARD:
        return False
    return change.kind in _CAME_OR_WENT or _has_other_serial(change)


def _is_module(change: Change) -> bool:
    return change.unit.kind == _MODULE and _has_other_serial(change)


def _has_other_serial(change: Change) -> bool:
    """Tell whether both were read: where one of them could not be, nothing is known."""
    return any(
        difference.name == "serial" and difference.before and difference.after
        for difference in change.differences
    )


def _values(change: Change) -> str:
    told = [
        f"{difference.name} {difference.before} → {difference.after}"
        for difference in change.differences
        if difference.name == "serial" or _is_of_a_switch(change, difference.name)
    ]
    return f" ({', '.join(told)})" if told else ""
