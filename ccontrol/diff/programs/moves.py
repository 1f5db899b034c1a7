"""Elements of a series that only changed places: past neighbours of their own sort, and no others.

A condition among conditions, or an output among outputs, does there what it did: otherwise two
contacts that were swapped would look like an interlock that is gone. What passed anything else
(a coil that lost its contact) stays removed and added.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccontrol.diff.programs.edits import Added, Edit, Moved, Removed
from ccontrol.logic.ladder.mnemonics import SKIPS, STATELESS, Role, name, role
from ccontrol.logic.ladder.model import Element, Instruction, Series, instructions

_OUTPUTS = frozenset({Role.COIL, Role.BOX})


@dataclass(frozen=True, slots=True)
class Loose:
    """Which edit found no partner, and how far the alignment was on each side then."""

    edit: int
    ours: int
    theirs: int


def with_moves(
    told: Sequence[Edit], loose: Sequence[Loose], ours: Series, theirs: Series
) -> Iterator[Edit]:
    """Yield the edits of a series; what went and came again past its own sort as moved."""
    came: dict[Element, list[tuple[Loose, Added]]] = {}
    for one in loose:
        if isinstance(edit := told[one.edit], Added):
            came.setdefault(edit.element, []).append((one, edit))
    moved: dict[int, Moved] = {}
    gone: set[int] = set()
    for one in loose:
        if isinstance(edit := told[one.edit], Removed):
            for other, back in came.get(edit.element, ()):
                if other.edit not in moved and _is_neutral(edit.element, one, other, ours, theirs):
                    moved[other.edit] = Moved(edit.element, edit.before_path, back.after_path)
                    gone.add(one.edit)
                    break
    yield from (moved.get(index, edit) for index, edit in enumerate(told) if index not in gone)


def _is_neutral(element: Element, one: Loose, other: Loose, ours: Series, theirs: Series) -> bool:
    first, last = sorted((one, other), key=lambda each: each.edit)
    passed = (*ours[first.ours : last.ours], *theirs[first.theirs : last.theirs], element)
    return _are_conditions(passed) or _are_outputs(passed)


def _are_conditions(elements: Iterable[Element]) -> bool:
    return all(name(one.op) in STATELESS for _, one in instructions(tuple(elements)))


def _are_outputs(elements: Iterable[Element]) -> bool:
    return all(
        isinstance(one, Instruction) and role(one) in _OUTPUTS and name(one.op) not in SKIPS
        for one in elements
    )
