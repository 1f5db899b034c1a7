"""Which rungs run, and which has the last word on an output: what no rung by itself can tell.

Rungs run in their order, so a rung that moved past a jump or past another coil of the same tag does
another thing, though every instruction of it is as it was. And whoever drives an output a second
time goes round the conditions of the first. Looks at one routine; pending edits do not run yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.classes import Meaning, skips_clause
from ccontrol.diff.programs.pairing import RungPair
from ccontrol.logic.ladder.mnemonics import SKIPS, Role, destination, name, role
from ccontrol.logic.ladder.model import ElementPath, Instruction, Rung, flat, instructions
from ccontrol.logic.ladder.text import one_line
from ccontrol.logic.printable import printable

_MOST_SHOWN = 60
_HELD = frozenset({"OTL", "OTU", "S_Coil", "R_Coil"})
"""Coils that act only when power comes: several of one kind on one tag are nothing special."""


class Execution:
    """Both versions of a routine, with what jumps and what drives what."""

    def __init__(
        self, before: Sequence[Rung], after: Sequence[Rung], pairs: Sequence[RungPair]
    ) -> None:
        self._before, self._after, self._pairs = before, after, pairs

    @cached_property
    def _coils(self) -> Mapping[str, list[tuple[int, Instruction]]]:
        """Return by tag which rungs drive it now, and how."""
        found: dict[str, list[tuple[int, Instruction]]] = {}
        for index, rung in enumerate(self._after):
            for coil, tag in _drivers(rung):
                found.setdefault(tag, []).append((index, coil))
        return found

    @cached_property
    def _steadily_driven(self) -> frozenset[str]:
        """Return the tags that rungs drive which are the same on both sides."""
        same = {pair.after for pair in self._pairs if pair.same}
        drivers = self._coils.items()
        return frozenset(tag for tag, by in drivers if any(j in same for j, _ in by))

    @cached_property
    def _otherwise_driven(self) -> frozenset[str]:
        """Return the tags that all other rungs drove before."""
        others = (pair.before for pair in self._pairs if not pair.same)
        rungs = (self._before[i] for i in others if i is not None)
        return frozenset(tag for rung in rungs for _, tag in _drivers(rung))

    @cached_property
    def _steady(self) -> Mapping[int, RungPair]:
        """Return the rungs that are on both sides, by their index after."""
        steady = (pair for pair in self._pairs if pair.before is not None)
        return {pair.after: pair for pair in steady if pair.after is not None}

    @cached_property
    def _jumps(self) -> Sequence[int]:
        return [j for j in self._steady if _jump(self._after[j]) is not None]

    def meanings(self, pair: RungPair) -> Iterator[Meaning]:
        """Yield what a pair means beside what its own elements tell, which are not the same."""
        if pair.after is None:
            return
        if pair.moved:
            yield from self._passed(pair)
        yield from self._driven_twice(pair, pair.after)

    def _passed(self, pair: RungPair) -> Iterator[Meaning]:
        """Yield what a moved rung passed on its way."""
        rung = self._after[pair.after or 0]
        own = _jump(rung)
        if own is not None:
            path, jump = own
            clause = skips_clause(jump, "moved")
            yield Meaning(LogicKind.EXECUTION, clause, self._was_at(pair, path), (path,))
            return
        for j in self._jumps:
            if self._is_passed(pair, j) and (found := _jump(self._after[j])) is not None:
                clause = f"moved past {_shown(found[1])}: it runs or is skipped otherwise now"
                yield Meaning(LogicKind.EXECUTION, clause)
                return
        for path, coil, tag in _coils_of(rung):
            for j, other in self._coils.get(tag, ()):
                if _contend(coil, other) and self._is_passed(pair, j):
                    clause = f"{_shown(coil)} moved past {_shown(other)}: the later one decides"
                    yield Meaning(LogicKind.EXECUTION, clause, self._was_at(pair, path), (path,))
                    return

    def _was_at(self, pair: RungPair, path: ElementPath) -> tuple[ElementPath, ...]:
        """Return where the same instruction stood; nothing where its rung was another one."""
        if pair.before is None or pair.after is None:
            return ()
        is_same = self._before[pair.before].elements == self._after[pair.after].elements
        return (path,) if is_same else ()

    def _is_passed(self, pair: RungPair, j: int) -> bool:
        other = self._steady.get(j)
        if other is None or other is pair:
            return False
        if None in (pair.before, pair.after, other.before, other.after):
            return False
        return _is_less(pair.before, other.before) != _is_less(pair.after, other.after)

    def _driven_twice(self, pair: RungPair, own: int) -> Iterator[Meaning]:
        """Yield that a coil is new here whose tag another rung drove, and drives, already."""
        had = () if pair.before is None else _coils_of(self._before[pair.before])
        before = {tag for _, _, tag in had}
        for path, coil, tag in _coils_of(self._after[own]):
            is_new = tag not in before and self._was_driven(tag)
            for j, other in self._coils[tag] if is_new else ():
                if j != own and _contend(coil, other):
                    clause = f"{_shown(coil)} drives what rung {j + 1} drives, too: a way round it"
                    yield Meaning(LogicKind.BYPASS_ADDED, clause, (), (path,))
                    break

    def _was_driven(self, tag: str) -> bool:
        return tag in self._otherwise_driven or tag in self._steadily_driven


def _is_less(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one < other


def _coils_of(rung: Rung) -> Iterator[tuple[ElementPath, Instruction, str]]:
    """Yield the coils of a rung that runs, with the tags that they drive."""
    for path, one in instructions(rung.elements) if rung.type == "N" else ():
        if role(one) is Role.COIL and (tag := destination(one)):
            yield path, one, tag


def _drivers(rung: Rung) -> Iterator[tuple[Instruction, str]]:
    """Yield the same without where they stand."""
    for one in flat(rung.elements) if rung.type == "N" else ():
        if role(one) is Role.COIL and (tag := destination(one)):
            yield one, tag


def _contend(one: Instruction, other: Instruction) -> bool:
    """Tell whether two coils of one tag get in each other's way."""
    ours, theirs = name(one.op), name(other.op)
    return not (ours in _HELD and theirs in _HELD and ours == theirs)


def _jump(rung: Rung) -> tuple[ElementPath, Instruction] | None:
    found = (each for each in instructions(rung.elements) if name(each[1].op) in SKIPS)
    return next(found, None)


def _shown(instruction: Instruction) -> str:
    return printable(one_line((instruction,), _MOST_SHOWN))
