"""What was done to a rung's elements → what it means: kinds, clauses, marks. Words and rules only.

A clause is one plain sentence without its place, e.g. "contact Stop_PB inverted: XIC became XIO".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.edits import (
    Added,
    Edit,
    LegAdded,
    LegMoved,
    LegRemoved,
    Moved,
    Removed,
    Replaced,
)
from ccontrol.diff.programs.operands import is_constant, operand_kind
from ccontrol.logic.ladder.mnemonics import (
    CONTRARIES,
    INVERTERS,
    KEEPING,
    MIRRORED,
    ONE_SHOTS,
    ORDERED,
    SAME_EITHER_WAY,
    SKIPS,
    Role,
    canonical,
    destination,
    name,
    role,
)
from ccontrol.logic.ladder.model import Branch, Element, ElementPath, Instruction, Series
from ccontrol.logic.ladder.model import instructions as walk
from ccontrol.logic.ladder.text import one_line
from ccontrol.logic.printable import printable, shortened

_MOST_SHOWN = 120
_REMOVED = {
    Role.COIL: LogicKind.COIL_REMOVED,
    Role.CALL: LogicKind.CALL_REMOVED,
    Role.CONDITION: LogicKind.CONDITION_REMOVED,
}
_WORDS = {Role.COIL: "coil", Role.CALL: "call", Role.CONDITION: "condition", Role.BOX: "box"}
_CONTACTS = frozenset({"XIC", "XIO", "Contact", "I_Contact"})
_JUMPS = frozenset({"JSR", "SFR", "FOR", "JXR", "EVENT"})
_COMPARED = 2
"""A comparison has so many operands."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that an edit means, in words, and which elements to mark for it."""

    kind: LogicKind
    clause: str
    """Empty: nothing to tell beside what other meanings of the same edit tell; marks only."""
    before: tuple[ElementPath, ...] = ()
    after: tuple[ElementPath, ...] = ()


@dataclass(slots=True)
class Marks:
    """Kinds by where an element stands; the first one said of an element stays."""

    before: dict[ElementPath, LogicKind] = field(default_factory=dict)
    after: dict[ElementPath, LogicKind] = field(default_factory=dict)

    def add(self, meaning: Meaning) -> None:
        """Mark the elements of one more meaning."""
        for path in meaning.before:
            self.before.setdefault(path, meaning.kind)
        for path in meaning.after:
            self.after.setdefault(path, meaning.kind)


def meanings(edit: Edit) -> Iterator[Meaning]:
    """Yield what an edit means, the worst first."""
    match edit:
        case Replaced():
            yield from _replaced(edit)
        case Added():
            yield _added(edit)
        case Removed():
            yield from _element_removed(edit)
        case LegAdded():
            yield _leg_added(edit)
        case LegRemoved():
            what = f"leg {_shown(edit.leg)} in parallel to {_shown_legs(edit.beside)}"
            paths = _paths(edit.leg, edit.before_path)
            yield from _removed(edit.leg, paths, what, (edit.before_path,))
        case Moved():
            where = ((edit.before_path,), (edit.after_path,))
            clause = f"{_named(edit.element)} moved within its series"
            yield Meaning(LogicKind.MOVED, clause, *where)
        case LegMoved():
            yield Meaning(
                LogicKind.MOVED,
                f"leg {_shown(edit.leg)} moved within its branch",
                _paths(edit.leg, edit.before_path),
                _paths(edit.leg, edit.after_path),
            )


def _element_removed(edit: Removed) -> Iterator[Meaning]:
    element, path = edit.element, edit.before_path
    if isinstance(element, Instruction) and name(element.op) in INVERTERS:
        clause = f"{_shown((element,))} removed: the power is no longer inverted there"
        yield Meaning(LogicKind.INVERTED_CONTACT, clause, (path,))
        return
    paths = _paths((element,), path[:-1], path[-1])
    yield from _removed((element,), paths, _named(element), _around(element, path))


def _replaced(edit: Replaced) -> Iterator[Meaning]:
    before, after = edit.before, edit.after
    where = ((edit.before_path,), (edit.after_path,))
    old, new = canonical(before.op), canonical(after.op)
    became = f"{printable(before.op)} became {printable(after.op)}"
    if name(new) in CONTRARIES.get(name(old), ()) and before.operands == after.operands:
        word = "coil" if role(before) is Role.COIL else _word(before, "comparison")
        what = printable(", ".join(after.operands))
        yield Meaning(LogicKind.INVERTED_CONTACT, f"{word} {what} inverted: {became}", *where)
        return
    if old != new:
        kind, clause = _another(before, after)
        yield Meaning(kind, clause, *where)
        return
    if before.op != after.op or before.bare != after.bare:
        if before.op == after.op:
            became = f"{_shown((before,))} is written {_shown((after,))}"
        yield Meaning(LogicKind.MNEMONIC_ONLY, became, *where)
    yield from sorted(_operands(edit), key=lambda one: _ORDER.index(one.kind))


def _another(before: Instruction, after: Instruction) -> tuple[LogicKind, str]:
    """Return what it means that another instruction stands there, none that says the contrary."""
    clause = f"{_shown((before,))} became {_shown((after,))}"
    if KEEPING.get(name(before.op)) == name(after.op) and before.operands == after.operands:
        why = "it stays on when its condition is gone"
        return LogicKind.CONDITION_REMOVED, f"{clause}: {why}"
    if _is_mirrored(before, after):
        return LogicKind.MNEMONIC_ONLY, f"{clause}: the same comparison, read from the other side"
    return LogicKind.INSTRUCTION_CHANGED, clause


def _is_mirrored(before: Instruction, after: Instruction) -> bool:
    """Tell whether a comparison says the same with its operands in the other order."""
    swapped = (*before.operands[_COMPARED - 1 :: -1], *before.operands[_COMPARED:])
    return MIRRORED.get(name(before.op)) == name(after.op) and after.operands == swapped


_ORDER = [
    LogicKind.CALL_REMOVED,
    LogicKind.COIL_REMOVED,
    LogicKind.EXECUTION,
    LogicKind.AFI_INSERTED,
    LogicKind.INVERTED_CONTACT,
    LogicKind.BYPASS_ADDED,
    LogicKind.CONDITION_REMOVED,
    LogicKind.SETPOINT,
    LogicKind.OPERAND,
    LogicKind.MNEMONIC_ONLY,
]


def _operands(edit: Replaced) -> Iterator[Meaning]:
    before, after = edit.before.operands, edit.after.operands
    where = ((edit.before_path,), (edit.after_path,))
    if len(before) != len(after):
        clause = f"{_shown((edit.before,))} became {_shown((edit.after,))}"
        yield Meaning(LogicKind.OPERAND, clause, *where)
        return
    if _is_swapped(before, after):
        yield Meaning(*_swapped(edit), *where)
        return
    if _compares_itself(edit.after) and not _compares_itself(edit.before):
        clause = f"{_shown((edit.after,))} compares a thing with itself: no tag decides there"
        yield Meaning(LogicKind.AFI_INSERTED, clause, *where)
        return
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
        if old != new:
            kind = _operand_kind(edit, old, new)
            yield Meaning(kind, _operand_clause(edit, kind, number, old, new), *where)


def _is_swapped(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Tell whether two operands changed places, and nothing else did."""
    places = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if len(places) != _COMPARED:
        return False
    one, other = places
    return (before[one], before[other]) == (after[other], after[one])


def _swapped(edit: Replaced) -> tuple[LogicKind, str]:
    op = name(edit.after.op)
    clause = f"{_shown((edit.before,))} became {_shown((edit.after,))}, its operands swapped"
    if op in SAME_EITHER_WAY and edit.before.operands[2:] == edit.after.operands[2:]:
        return LogicKind.MNEMONIC_ONLY, f"{clause}; it does the same"
    return LogicKind.INVERTED_CONTACT if op in ORDERED else LogicKind.OPERAND, clause


def _compares_itself(instruction: Instruction) -> bool:
    operands = instruction.operands
    return (
        name(instruction.op) in CONTRARIES
        and len(operands) == _COMPARED
        and operands[0] == operands[1]
        and operands[0] != "?"
    )


def _operand_kind(edit: Replaced, old: str, new: str) -> LogicKind:
    if role(edit.before) in {Role.CALL, Role.COIL} and old == destination(edit.before):
        return _REMOVED[role(edit.before)]
    if name(edit.before.op) in SKIPS:
        return LogicKind.EXECUTION
    return operand_kind(old, new)


def _operand_clause(edit: Replaced, kind: LogicKind, number: int, old: str, new: str) -> str:
    was, now = _short(old), _short(new)
    op = printable(edit.after.op)
    if kind is LogicKind.CALL_REMOVED:
        return f"{op} {'calls' if op in _JUMPS else 'runs with'} {now} instead of {was}"
    if kind is LogicKind.COIL_REMOVED:
        return f"{op} drives {now} instead of {was}"
    if kind is LogicKind.EXECUTION:
        return f"{op} leads to {now} instead of {was}"
    if kind is LogicKind.INVERTED_CONTACT:
        return f"{op} inverted: {was} became {now}"
    if len(edit.after.operands) == 1:
        constant = "the constant " if kind is LogicKind.AFI_INSERTED else ""
        return f"{op}({was}) became {op}({now}){', a constant' if constant else ''}"
    words = {LogicKind.AFI_INSERTED: "the constant ", LogicKind.SETPOINT: ""}
    target = destination(edit.after)
    of = f" of {op}" + (f" to {_short(target)}" if target not in {"", new} else "")
    return f"operand {number}{of}: {was} became {words.get(kind, '')}{now}"


def _added(edit: Added) -> Meaning:
    element = edit.element
    inner = _paths((element,), edit.after_path[:-1], edit.after_path[-1])
    paths = (*inner, *_around(element, edit.after_path))
    if isinstance(element, Instruction) and _never_or_always(element):
        clause = f"{_shown((element,))} inserted: the power no longer depends on tags there"
        if canonical(element.op) == "AFI":
            clause = "AFI inserted: what follows it never runs"
        return Meaning(LogicKind.AFI_INSERTED, clause, (), paths)
    if isinstance(element, Instruction) and element.op in SKIPS:
        return Meaning(LogicKind.EXECUTION, skips_clause(element, "inserted"), (), paths)
    if isinstance(element, Instruction) and name(element.op) in INVERTERS:
        clause = f"{_shown((element,))} added: the power is inverted there"
        return Meaning(LogicKind.INVERTED_CONTACT, clause, (), paths)
    return Meaning(LogicKind.INSTRUCTION_ADDED, f"{_named(element)} added", (), paths)


def skips_clause(instruction: Instruction, done: str) -> str:
    """Return what it means that an instruction of SKIPS was inserted, moved or removed."""
    return f"{_shown((instruction,))} {done}: other rungs behind it run or are skipped now"


def _never_or_always(instruction: Instruction) -> bool:
    """Tell whether it lets power pass always or never, whatever any tag says."""
    if canonical(instruction.op) == "AFI":
        return True
    operands = instruction.operands
    return (
        role(instruction) is Role.CONDITION
        and bool(operands)
        and "?" not in operands
        and (all(map(is_constant, operands)) or _compares_itself(instruction))
    )


def _leg_added(edit: LegAdded) -> Meaning:
    paths = (*_paths(edit.leg, edit.after_path), edit.after_path)
    beside = _shown_legs(edit.beside)
    if _bypasses(edit):
        what = f"branch {_shown(edit.leg)}" if edit.leg else "plain wire"
        clause = f"{what} added in parallel to {beside}: power can pass it by"
        return Meaning(LogicKind.BYPASS_ADDED, clause, (), paths)
    clause = f"leg {_shown(edit.leg)} added in parallel to {beside}"
    return Meaning(LogicKind.INSTRUCTION_ADDED, clause, (), paths)


def _bypasses(edit: LegAdded) -> bool:
    """Tell whether power can reach something through the leg that it did not reach before.

    Not where a leg was free of conditions already, and not where the leg has outputs of its own and
    nothing follows it. An instruction that nobody knows may hold power back.
    """
    if any(_lets_pass(leg) for leg in edit.beside):
        return False
    only_conditions = all(role(one) is Role.CONDITION for _, one in walk(edit.leg))
    return edit.followed or only_conditions


def _lets_pass(series: Series) -> bool:
    return all(
        any(map(_lets_pass, element.legs))
        if isinstance(element, Branch)
        else role(element) in {Role.COIL, Role.BOX}
        for element in series
    )


def _removed(
    series: Series, paths: tuple[ElementPath, ...], what: str, around: tuple[ElementPath, ...]
) -> Iterator[Meaning]:
    """Yield a meaning per coil, call and jump that went; one for all where there are none."""
    found = [(path, one, _lost(one)) for path, (_, one) in zip(paths, walk(series), strict=True)]
    worst = [each for each in found if each[2] not in {LogicKind.CONDITION_REMOVED, None}]
    within = f" with {what}" if around else ""
    for path, one, kind in worst:
        if kind is LogicKind.EXECUTION:
            yield Meaning(kind, skips_clause(one, f"removed{within}"), (path,))
        elif kind is not None:
            yield Meaning(kind, f"{_WORDS[role(one)]} {_shown((one,))} removed{within}", (path,))
    if worst and not around:
        return
    is_condition = any(kind is LogicKind.CONDITION_REMOVED for _, _, kind in found)
    kind = LogicKind.CONDITION_REMOVED if is_condition else LogicKind.INSTRUCTION_REMOVED
    why = ": the power no longer depends on it" if is_condition else ""
    yield Meaning(kind, "" if worst else f"{what} removed{why}", (*paths, *around))


def _lost(one: Instruction) -> LogicKind | None:
    """Return what it means that an instruction is gone; None where nothing special went with it."""
    op = name(one.op)
    if op in SKIPS:
        return LogicKind.EXECUTION
    return LogicKind.CONDITION_REMOVED if op in ONE_SHOTS else _REMOVED.get(role(one))


def _around(element: Element, path: ElementPath) -> tuple[ElementPath, ...]:
    """Return where a branch itself stands: it may have no instructions to mark."""
    return (path,) if isinstance(element, Branch) else ()


def _word(instruction: Instruction, otherwise: str) -> str:
    return "contact" if instruction.op in _CONTACTS else otherwise


def _named(element: Element) -> str:
    shown = _shown((element,))
    if isinstance(element, Branch):
        return f"branch {shown}"
    return f"{_word(element, _WORDS[role(element)])} {shown}"


def _paths(series: Series, at: ElementPath, first: int = 0) -> tuple[ElementPath, ...]:
    return tuple((*at, first + path[0], *path[1:]) for path, _ in walk(series))


def _shown(series: Series) -> str:
    return one_line(series, _MOST_SHOWN) or "--"


def _shown_legs(legs: tuple[Series, ...]) -> str:
    words = ""
    for leg in legs:
        words += f"{' | ' if words else ''}{_shown(leg)}"
        if len(words) > _MOST_SHOWN:
            break
    return shortened(words, _MOST_SHOWN)


def _short(operand: str) -> str:
    return shortened(printable(operand), _MOST_SHOWN // 2)
