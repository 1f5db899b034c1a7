"""What was done to a rung's elements → what it means: kinds, clauses, marks. Words and rules only.

A clause is one plain sentence without its place, e.g. "contact Stop_PB inverted: XIC became XIO".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.elements import (
    Added,
    Edit,
    LegAdded,
    LegMoved,
    LegRemoved,
    Removed,
    Replaced,
)
from ccontrol.logic.ladder.mnemonics import (
    ENDS,
    INVERTERS,
    OPPOSITES,
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
_REMOVED = {Role.COIL: LogicKind.COIL_REMOVED, Role.CALL: LogicKind.CALL_REMOVED}
_WORDS = {Role.COIL: "coil", Role.CALL: "call", Role.CONDITION: "condition", Role.BOX: "box"}
_CONTACTS = frozenset({"XIC", "XIO", "Contact", "I_Contact"})
_JUMPS = frozenset({"JSR", "SFR", "FOR", "JXR", "EVENT"})
_NUMBER = r"[-+]?(?:\d+#[\w.]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
_NOT = re.compile(r"\bNOT +", re.IGNORECASE)
_REAL = re.compile(r"[-+]?\d+(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)")
_ADDRESS = r"%?\b[A-Z]{1,2} \d+(?:\.\d+)?|\b[A-Z]+\d*:[\w.]+/\d+"
"""`I 0.0` of STEP 7, `B3:0/1` of RSLogix 500: their digits are no constants."""
_TOKEN = re.compile(
    rf"(?P<constant>(?<![\w.\])]){_NUMBER}(?![\w.])|\b[A-Za-z_]+#[-+\w.:#]+|'(?:\$.|[^'$])*'"
    r"|\b(?:TRUE|FALSE|true|false)\b)"
    rf"|(?P<name>{_ADDRESS}|[#\\A-Za-z_\"][\w:.\\#\"]*(?:\[[^\]]*\][\w.]*)*)|(?P<sign>\S)"
)


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
        case Removed(Instruction() as inverter, path) if name(inverter.op) in INVERTERS:
            clause = f"{_shown((inverter,))} removed: the power is no longer inverted there"
            yield Meaning(LogicKind.INVERTED_CONTACT, clause, (path,))
        case Removed():
            at, first = edit.before_path[:-1], edit.before_path[-1]
            series = (edit.element,)
            around = _around(edit.element, edit.before_path)
            yield from _removed(series, _paths(series, at, first), _named(edit.element), around)
        case LegAdded():
            yield _leg_added(edit)
        case LegRemoved():
            what = f"leg {_shown(edit.leg)} in parallel to {_shown_legs(edit.beside)}"
            paths = _paths(edit.leg, edit.before_path)
            yield from _removed(edit.leg, paths, what, (edit.before_path,))
        case LegMoved():
            yield Meaning(
                LogicKind.MOVED,
                f"leg {_shown(edit.leg)} moved within its branch",
                _paths(edit.leg, edit.before_path),
                _paths(edit.leg, edit.after_path),
            )


def _replaced(edit: Replaced) -> Iterator[Meaning]:
    before, after = edit.before, edit.after
    where = ((edit.before_path,), (edit.after_path,))
    old, new = canonical(before.op), canonical(after.op)
    became = f"{printable(before.op)} became {printable(after.op)}"
    if OPPOSITES.get(name(old)) == name(new) and before.operands == after.operands:
        word = "coil" if role(before) is Role.COIL else _word(before, "comparison")
        what = printable(", ".join(after.operands))
        yield Meaning(LogicKind.INVERTED_CONTACT, f"{word} {what} inverted: {became}", *where)
        return
    if old != new:
        clause = f"{_shown((before,))} became {_shown((after,))}"
        yield Meaning(LogicKind.INSTRUCTION_CHANGED, clause, *where)
        return
    if before.op != after.op or before.bare != after.bare:
        if before.op == after.op:
            became = f"{_shown((before,))} is written {_shown((after,))}"
        yield Meaning(LogicKind.MNEMONIC_ONLY, became, *where)
    yield from sorted(_operands(edit), key=lambda one: _ORDER.index(one.kind))


_ORDER = [
    LogicKind.CALL_REMOVED,
    LogicKind.AFI_INSERTED,
    LogicKind.INVERTED_CONTACT,
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
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
        if old != new:
            kind = _operand_kind(edit, old, new)
            yield Meaning(kind, _operand_clause(edit, kind, number, old, new), *where)


def _operand_kind(edit: Replaced, old: str, new: str) -> LogicKind:
    if role(edit.before) is Role.CALL and old == destination(edit.before):
        return LogicKind.CALL_REMOVED
    if _is_negated(old, new) or _is_negated(new, old):
        return LogicKind.INVERTED_CONTACT
    return operand_kind(old, new)


def _is_negated(old: str, new: str) -> bool:
    """Tell whether the new operand is the old one with one NOT more."""
    return any(new[: found.start()] + new[found.end() :] == old for found in _NOT.finditer(new))


def operand_kind(old: str, new: str) -> LogicKind:
    """Return what another operand means: a constant for a tag, another constant, or another tag."""
    ours = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(old)]
    theirs = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(new)]
    if len(ours) != len(theirs):
        return LogicKind.AFI_INSERTED if _is_constant(new) else LogicKind.OPERAND
    changed = {(one[0], other[0]) for one, other in zip(ours, theirs, strict=True) if one != other}
    if ("name", "constant") in changed:
        return LogicKind.AFI_INSERTED
    if _is_same_number(old, new):
        return LogicKind.MNEMONIC_ONLY
    # "?" stands for a value that the export leaves out: a timer's preset.
    if changed <= {("constant", "constant"), ("sign", "constant"), ("constant", "sign")}:
        return LogicKind.SETPOINT
    return LogicKind.OPERAND


def _is_same_number(old: str, new: str) -> bool:
    """Tell whether two literals with a point or exponent mean one number: `1.0`, `1.0e+000`."""
    both = _REAL.fullmatch(old) and _REAL.fullmatch(new)
    return bool(both) and float(old) == float(new)


def _is_constant(operand: str) -> bool:
    return all(match.lastgroup != "name" for match in _TOKEN.finditer(operand))


def _operand_clause(edit: Replaced, kind: LogicKind, number: int, old: str, new: str) -> str:
    was, now = _short(old), _short(new)
    op = printable(edit.after.op)
    if kind is LogicKind.CALL_REMOVED:
        return f"{op} {'calls' if op in _JUMPS else 'runs with'} {now} instead of {was}"
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
    if isinstance(element, Instruction) and element.op in ENDS:
        return Meaning(LogicKind.AFI_INSERTED, ends_clause(element, "inserted"), (), paths)
    if isinstance(element, Instruction) and name(element.op) in INVERTERS:
        clause = f"{_shown((element,))} added: the power is inverted there"
        return Meaning(LogicKind.INVERTED_CONTACT, clause, (), paths)
    return Meaning(LogicKind.INSTRUCTION_ADDED, f"{_named(element)} added", (), paths)


def ends_clause(instruction: Instruction, done: str) -> str:
    """Return what an instruction of ENDS does that was inserted or came with a rung."""
    return f"{_shown((instruction,))} {done}: where it runs, rungs behind it do not"


def _never_or_always(instruction: Instruction) -> bool:
    """Tell whether it lets power pass always or never, whatever any tag says."""
    if canonical(instruction.op) == "AFI":
        return True
    operands = instruction.operands
    return (
        role(instruction) is Role.CONDITION
        and bool(operands)
        and "?" not in operands
        and all(map(_is_constant, operands))
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
    """Yield a meaning per coil and call that went; one for all where there are none."""
    found = [(path, one) for path, (_, one) in zip(paths, walk(series), strict=True)]
    worst = [(path, one, kind) for path, one in found if (kind := _REMOVED.get(role(one)))]
    within = f" with {what}" if around else ""
    for path, one, kind in worst:
        clause = f"{_WORDS[role(one)]} {_shown((one,))} removed{within}"
        yield Meaning(kind, clause, (path,))
    if not worst or around:
        clause = "" if worst else f"{what} removed"
        yield Meaning(LogicKind.INSTRUCTION_REMOVED, clause, (*paths, *around))


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
