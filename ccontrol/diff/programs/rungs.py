"""Two versions of a ladder routine → its changes, rung by rung, with marks for the pictures.

Which rung is which: `pairing`; what was done to its elements: `elements`; what that means:
`classes`. Here: whole rungs, and the sentences' places.
"""

import re
from collections.abc import Iterator, Sequence

from ccontrol.diff.programs.changes import LogicChange, LogicKind, Place, RungDiff
from ccontrol.diff.programs.classes import Marks, Meaning, meanings, skips_clause
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.elements import edits
from ccontrol.diff.programs.execution import Execution
from ccontrol.diff.programs.pairing import RungPair, pair_rungs
from ccontrol.diff.programs.severity import severity_of
from ccontrol.logic.ladder.mnemonics import SKIPS, Role, role
from ccontrol.logic.ladder.model import Instruction, Rung, instructions
from ccontrol.logic.ladder.outputs import driven
from ccontrol.logic.ladder.text import one_line
from ccontrol.logic.printable import printable, shortened

_WORDY = re.compile(r"\w")
"""Comments begin with lines of dashes."""
_MOST_SHOWN = 120
_MOST_ANCHOR = 60
_NAMED = 2
"""So many of the tags that a rung drives name it."""
_PENDING = {"I": "inserted", "D": "to be deleted", "R": "to be replaced", "IR": "the replacement"}
"""Rung@Type of Logix; its other words stand for themselves."""
_GONE = {Role.COIL: LogicKind.COIL_REMOVED, Role.CALL: LogicKind.CALL_REMOVED}


def diff_rungs(
    before: Sequence[Rung], after: Sequence[Rung], effort: Effort
) -> tuple[RungDiff, ...]:
    """Return the changed rungs and their neighbours, by their order after; nothing for equal ones.

    A removed rung stands where it stood. Neighbours have no changes. What the effort does not
    reach is told as NOT_COMPARED, never left out.
    """
    before, after = tuple(before), tuple(after)
    if before == after:
        return ()
    pairs = pair_rungs(before, after, effort)
    routine = _Routine(before, after, effort)
    execution = Execution(before, after, pairs)
    found = [
        () if pair.same else (*routine.meanings(pair), *execution.meanings(pair)) for pair in pairs
    ]
    told = {near for at, said in enumerate(found) if said for near in (at - 1, at, at + 1)}
    return tuple(routine.diff(pairs[at], found[at]) for at in sorted(told) if 0 <= at < len(pairs))


class _Routine:
    """Both versions, and what is left in the whole routine of what one rung lost."""

    def __init__(self, before: tuple[Rung, ...], after: tuple[Rung, ...], effort: Effort) -> None:
        self._before, self._after, self._effort = before, after, effort
        self._kept: frozenset[Instruction] | None = None

    def meanings(self, pair: RungPair) -> tuple[Meaning, ...]:
        """Return what a pair of rungs means that are not known to be the same."""
        if pair.after is None and pair.before is not None:
            return tuple(self._removed(self._before[pair.before]))
        if pair.before is None and pair.after is not None:
            return tuple(_added(self._after[pair.after]))
        if pair.before is None or pair.after is None:
            return ()
        before, after = self._before[pair.before], self._after[pair.after]
        moved = Meaning(LogicKind.MOVED, f"moved here from rung {pair.before + 1}")
        said = () if before == after else _changed(before, after, self._effort)
        return (moved, *said) if pair.moved else tuple(said)

    def diff(self, pair: RungPair, said: tuple[Meaning, ...]) -> RungDiff:
        """Return what is told of a pair."""
        before = None if pair.before is None else self._before[pair.before]
        after = None if pair.after is None else self._after[pair.after]
        was_number = None if pair.before is None else pair.before + 1
        number = None if pair.after is None else pair.after + 1
        if not said:
            return RungDiff(before, after, was_number, number)
        was, now = _place(before, was_number), _place(after, number)
        label = _label(was, now, is_moved=pair.moved)
        marks = Marks()
        for meaning in said:
            marks.add(meaning)
        changes = tuple(
            LogicChange(one.kind, severity_of(one.kind), f"{label}: {one.clause}", was, now)
            for one in said
            if one.clause
        )
        return RungDiff(before, after, was_number, number, changes, marks.before, marks.after)

    def _removed(self, rung: Rung) -> Iterator[Meaning]:
        paths = tuple(path for path, _ in instructions(rung.elements))
        yield Meaning(LogicKind.RUNG_REMOVED, f"removed{_contents(rung)}", paths)
        for path, instruction in instructions(rung.elements):
            kind = _GONE.get(role(instruction))
            if instruction.op in SKIPS:
                clause = skips_clause(instruction, "went with it")
                yield Meaning(LogicKind.EXECUTION, clause, (path,))
            if kind is not None and instruction not in self._kept_instructions():
                what = one_line((instruction,), _MOST_SHOWN)
                word = role(instruction).value
                clause = f"{word} {what} removed with it, and nowhere else in this routine"
                yield Meaning(kind, clause, (path,))

    def _kept_instructions(self) -> frozenset[Instruction]:
        if self._kept is None:
            self._kept = frozenset(
                one for rung in self._after for _, one in instructions(rung.elements)
            )
        return self._kept


def _added(rung: Rung) -> Iterator[Meaning]:
    paths = tuple(path for path, _ in instructions(rung.elements))
    yield Meaning(LogicKind.RUNG_ADDED, f"added{_contents(rung)}", (), paths)
    for path, instruction in instructions(rung.elements):
        if instruction.op in SKIPS:
            clause = skips_clause(instruction, "came with it")
            yield Meaning(LogicKind.EXECUTION, clause, (), (path,))
    if rung.type != "N":
        yield Meaning(LogicKind.PENDING_EDIT, f"is a pending edit: {_pending(rung.type)}")


def _changed(before: Rung, after: Rung, effort: Effort) -> Iterator[Meaning]:
    yield from _logic(before, after, effort)
    if before.type != after.type:
        was, now = _pending(before.type), _pending(after.type)
        clause = f"is a pending edit: {now}" + ("" if before.type == "N" else f", was {was}")
        clause = f"is no pending edit any more, was {was}" if after.type == "N" else clause
        yield Meaning(LogicKind.PENDING_EDIT, clause)
    for word, old, new in (
        ("comment", before.comment, after.comment),
        ("title", before.title, after.title),
    ):
        if old != new:
            done = "removed" if not new else "changed" if old else "added"
            shown = shortened(printable(new or old), _MOST_ANCHOR)
            yield Meaning(LogicKind.COMMENT, f"{word} {done}: {shown}")


def _logic(before: Rung, after: Rung, effort: Effort) -> Iterator[Meaning]:
    if before.verbatim != after.verbatim:
        clause = "differs, and its text cannot be read on both sides"
        yield Meaning(LogicKind.NOT_COMPARED, clause)
        return
    if before.elements == after.elements:
        return
    done = edits(before.elements, after.elements, effort)
    if done is None:
        clause = "differs; it is too large to be compared within the effort allowed"
        yield Meaning(LogicKind.NOT_COMPARED, clause)
        return
    for edit in done:
        yield from meanings(edit)


def _pending(kind: str) -> str:
    shown = printable(kind)
    return f"{shown} ({_PENDING[kind]})" if kind in _PENDING else shown


def _contents(rung: Rung) -> str:
    if rung.verbatim is not None:
        shown = printable(rung.verbatim[: _MOST_SHOWN + 1])
    else:
        shown = one_line(rung.elements, _MOST_SHOWN)
    return f": {shortened(shown, _MOST_SHOWN)}" if shown else ""


def _place(rung: Rung | None, number: int | None) -> Place | None:
    if rung is None or number is None:
        return None
    outputs = driven(rung)
    words = ", ".join(outputs[:_NAMED]) + (", …" if len(outputs) > _NAMED else "")
    words = words or next(filter(_WORDY.search, (rung.title, *rung.comment.split("\n"))), "")
    return Place(number, shortened(printable(words), _MOST_ANCHOR))


def _label(was: Place | None, now: Place | None, *, is_moved: bool) -> str:
    """Return both ordinals and what does not move, e.g. `rung 12, was 11 (Motor_Run)`."""
    place = now or was or Place(0)
    label = f"rung {place.number}"
    if was and now and was.number != now.number and not is_moved:
        label += f", was {was.number}"
    anchor = place.anchor or (was.anchor if was else "")
    return f"{label} ({anchor})" if anchor else label
