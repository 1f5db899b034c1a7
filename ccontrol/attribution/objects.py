"""What an act was about, held against the unit that changed: the same thing, another, or unsaid.

A decoder names a thing as the wire does: a block by type and number, an object of a Logix
controller by class and instance ("68:9248/6d:14052"), which no poll can translate back into a name.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ccontrol.model.change import Change, Kind
from ccontrol.model.engineering import Completeness, EngineeringEvent, Touched
from ccontrol.model.unit import UnitId

BLOCKS: Final = frozenset({"OB", "DB", "SDB", "FC", "FB", "SFC", "SFB"})
_SHOWN: Final = 4
_LONGEST_NAME: Final = 64
_BRINGS: Final = frozenset({"program.download", "program.activate", "file.write"})
_TAKES: Final = frozenset({"program.delete", "file.delete"})


def unit_of(touched: Touched) -> UnitId:
    """Return the unit that a thing is, if it is one: "OB/OB1"; DB/DB5 for a variable in it."""
    if touched.kind == "variable" and touched.name.startswith("DB"):
        return UnitId("DB", touched.name)
    return UnitId(touched.kind, touched.name)


def symbol_of(touched: Touched) -> str:
    """Return the name that a symbol of a Logix controller was given, "" for anything else."""
    if touched.kind != "symbol":
        return ""
    return next((value for fact, value in touched.facts if fact == "name"), "")


def names_everything(event: EngineeringEvent) -> bool:
    """Tell whether an event names all that it was about, as blocks: then it did nothing else."""
    return (
        bool(event.objects)
        and not event.objects_left_out
        and event.completeness is Completeness.FULL
        and all(unit_of(one).kind in BLOCKS for one in event.objects)
    )


def fits(action: str, change: Change) -> bool:
    """Tell whether an act on this very thing can end so: what was loaded is not gone by that."""
    if action in _BRINGS:
        return change.kind is not Kind.REMOVED
    return action not in _TAKES or change.kind is Kind.REMOVED


def told(things: Iterable[Touched], left_out: int) -> str:
    """Return the first few names of what an event was about, "" when it names nothing."""
    names = list(_names(things))
    shown, more = names[:_SHOWN], len(names) - _SHOWN + left_out
    return ", ".join(shown) + (f" and {more} more" if shown and more > 0 else "")


def _names(things: Iterable[Touched]) -> Iterator[str]:
    for one in things:
        if one.name or one.kind:
            yield (one.name or one.kind)[:_LONGEST_NAME]
