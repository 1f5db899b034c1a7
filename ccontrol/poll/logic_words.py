"""What changed in the logic of a controller's own blocks, in words that rules can ask for. Pure.

Only blocks whose image is read as logic are compared, and only within an effort: what is beyond it
is told as "not compared".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ccontrol.canonical.views import view
from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId

BLOCKS_AT_MOST = 200
"""So many changed blocks of one poll are compared; a whole new program is not read line by line."""
COMPARISONS_AT_MOST = 1_000_000
"""The worst takes a good part of a second, once for each change that is committed."""
_NOT_COMPARED = (LogicKind.NOT_COMPARED.value,)
_BY_SUFFIX = {Language.STL.suffix: Language.STL, Language.ST.suffix: Language.ST}
_Pair = tuple[Part, Part]


def with_logic(changes: ChangeSet, before: State | None, after: State) -> ChangeSet:
    """Return the changes with words for what changed in the logic of each block."""
    if before is None:
        return changes
    changed = [change.unit for change in changes.changes if _may_be_logic(change, before, after)]
    compared, beyond = changed[:BLOCKS_AT_MOST], changed[BLOCKS_AT_MOST:]
    words = _words(dict(_pairs(compared, before, after))) | dict.fromkeys(beyond, _NOT_COMPARED)
    if not words:
        return changes
    told = tuple(
        replace(change, logic=words.get(change.unit, ())) if _is_changed(change) else change
        for change in changes.changes
    )
    return replace(changes, changes=told)


def _is_changed(change: Change) -> bool:
    return change.kind is Kind.CHANGED and change.aspect is Aspect.PROGRAM


def _may_be_logic(change: Change, before: State, after: State) -> bool:
    return _is_changed(change) and all(
        unit is not None and unit.image is not None
        for unit in (_unit(before, change.unit), _unit(after, change.unit))
    )


def _pairs(units: list[UnitId], before: State, after: State) -> Iterator[tuple[UnitId, _Pair]]:
    """Yield the blocks that are logic, before and after."""
    for unit_id in units:
        old, new = (_part(_unit(state, unit_id), unit_id) for state in (before, after))
        if old is not None and new is not None and old.language is new.language:
            yield unit_id, (old, new)


def _unit(state: State, unit_id: UnitId) -> Unit | None:
    known = state.units.get(unit_id)
    return known.unit if known else None


def _part(unit: Unit | None, unit_id: UnitId) -> Part | None:
    if unit is None or unit.image is None:
        return None
    shown = view(unit, unit.image)
    language = _BY_SUFFIX.get(shown.suffix)
    if language is None:
        return None
    return Part((unit_id.kind, unit_id.key), language, Aspect.PROGRAM, shown.text)


def _words(pairs: Mapping[UnitId, _Pair]) -> dict[UnitId, tuple[str, ...]]:
    before = Project("", "", tuple(old for old, _ in pairs.values()))
    after = Project("", "", tuple(new for _, new in pairs.values()))
    found: dict[UnitId, tuple[str, ...]] = {}
    for part in compare_projects(before, after, Effort(COMPARISONS_AT_MOST)).parts:
        kinds = {change.kind.value for change in part.changes if change.kind not in NO_LOGIC}
        if part.after is not None:
            kind, key = part.after.path
            found[UnitId(kind, key)] = tuple(sorted(kinds))
    return found
