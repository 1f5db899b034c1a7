"""Two expressions of a function block diagram → what was done to one to make the other.

Functions are known by what they compute, whatever family's name they bear: `BAND__F`, `AND`.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.operands import is_constant, operand_kind
from ccontrol.diff.programs.statements import Said
from ccontrol.diff.programs.words import meaning_of
from ccontrol.logic.diagram import Term, leaves, written
from ccontrol.logic.ladder.mnemonics import CONTRARIES, MIRRORED, ORDERED, canonical
from ccontrol.logic.printable import shortened

_MOST_SHOWN = 80
_ONE_NAME = {"BAND": "AND", "BOR": "OR", "BXOR": "XOR", "BNOT": "NOT", "INV": "NOT", "&": "AND"}
_EITHER_WAY = frozenset({"AND", "OR", "XOR", "ADD", "MUL", "EQU", "NEQ"})
_JOINS = frozenset({"AND", "OR"})
_SIDES = frozenset({("sourcea", "sourceb"), ("in1", "in2")})
"""How the two inputs of a comparison are called: Logix; IEC."""
_Pin: TypeAlias = tuple[str, Term]


def computes(head: str) -> str:
    """Return what a type computes, in one word for all families: AND for `BAND__F`, `AND_BOOL`."""
    name = head.upper().partition("__")[0]
    name = _ONE_NAME.get(name, canonical(name))
    first = name.partition("_")[0]
    return first if first in _EITHER_WAY or first in CONTRARIES else name


def differences(before: Term, after: Term) -> Iterator[Said]:
    """Yield what differs; nothing for equal ones."""
    was, ours = _unnegated(before)
    now, theirs = _unnegated(after)
    if was != now:
        yield Said(LogicKind.INVERTED_CONTACT, f"{shown(theirs)} inverted")
    if ours == theirs:
        if was == now and before != after:
            yield Said(LogicKind.MNEMONIC_ONLY, f"{shown(after)} is negated in another way")
    elif not ours.pins and not theirs.pins:
        yield _operand(ours.head, theirs.head)
    elif ours.pins and theirs.pins and computes(ours.head) == computes(theirs.head):
        if ours.head != theirs.head:
            yield Said(LogicKind.MNEMONIC_ONLY, f"{ours.head} is called {theirs.head}")
        yield from pin_differences(computes(theirs.head), ours.pins, theirs.pins)
    else:
        yield _otherwise(ours, theirs)


def pin_differences(op: str, before: Sequence[_Pin], after: Sequence[_Pin]) -> Iterator[Said]:
    """Yield what differs in what flows into a function or block that computes the same."""
    if op in _EITHER_WAY:
        yield from _either_way(op, before, after)
        return
    ours, theirs = dict(before), dict(after)
    changed = [pin for pin in ours if pin in theirs and ours[pin] != theirs[pin]]
    if _is_swapped(changed, ours, theirs):
        kind = LogicKind.INVERTED_CONTACT if op in ORDERED else LogicKind.OPERAND
        one, other = changed
        yield Said(kind, f"{one} and {other} of {op} swapped: {one} is {shown(theirs[one])} now")
        return
    for pin in changed:
        yield from differences(ours[pin], theirs[pin])
    for pin in ours.keys() - theirs.keys():
        said = f"{pin or op} is not wired any more, was {shown(ours[pin])}"
        yield Said(LogicKind.CONDITION_REMOVED, said)
    for pin in theirs.keys() - ours.keys():
        yield Said(LogicKind.INSTRUCTION_ADDED, f"{shown(theirs[pin])} flows into {pin or op} now")


def shown(found: Term) -> str:
    """Return an expression for a sentence."""
    return f"`{shortened(written(found), _MOST_SHOWN)}`"


def _either_way(op: str, before: Sequence[_Pin], after: Sequence[_Pin]) -> Iterator[Said]:
    """Compare inputs of which only what they are counts, not at which pin."""
    new = [inner for _, inner in after]
    gone = []
    for _, inner in before:
        if inner in new:
            new.remove(inner)
        else:
            gone.append(inner)
    if not gone and not new:
        yield Said(LogicKind.MNEMONIC_ONLY, f"inputs of {op} stand in another order")
    while gone and new:
        yield from differences(gone.pop(0), new.pop(0))
    for inner in gone:
        kind = LogicKind.CONDITION_REMOVED if op in _JOINS else LogicKind.INSTRUCTION_REMOVED
        yield Said(kind, f"{shown(inner)} removed from {op}")
    for inner in new:
        if op == "OR":
            yield Said(LogicKind.BYPASS_ADDED, f"{shown(inner)} added to OR: another way round")
        else:
            yield Said(LogicKind.INSTRUCTION_ADDED, f"{shown(inner)} added to {op}")


def _is_swapped(changed: Sequence[str], ours: dict[str, Term], theirs: dict[str, Term]) -> bool:
    if len(changed) != 2:  # noqa: PLR2004 — two change places
        return False
    one, other = changed
    return ours[one] == theirs[other] and ours[other] == theirs[one]


def _operand(old: str, new: str) -> Said:
    kind = operand_kind(old, new)
    constant = "the constant " if kind is LogicKind.AFI_INSERTED else ""
    return Said(kind, f"`{_short(old)}` became {constant}`{_short(new)}`")


def _otherwise(ours: Term, theirs: Term) -> Said:
    """Say what it means that another function stands there, or one where none was."""
    was, now = computes(ours.head), computes(theirs.head)
    inner, outer = [each for _, each in ours.pins], [each for _, each in theirs.pins]
    became = f"{shown(ours)} became {shown(theirs)}"
    if ours in outer:
        return _wrapped(now, ours, theirs)
    if theirs in inner:
        kind = LogicKind.CONDITION_REMOVED if was in _JOINS else LogicKind.INSTRUCTION_REMOVED
        return Said(kind, f"{became}: no {was} any more")
    if compared := _comparison(ours, theirs):
        return Said(compared[0], f"{compared[1]}: {became}")
    if (was, now) == ("AND", "OR"):
        return Said(LogicKind.BYPASS_ADDED, f"{became}: one input alone is enough")
    if not theirs.pins and is_constant(theirs.head):
        return Said(LogicKind.AFI_INSERTED, f"{became}, a constant")
    return Said(_by_words(ours, theirs), became)


def _comparison(ours: Term, theirs: Term) -> tuple[LogicKind, str] | None:
    """Return what it means that a comparison was turned, or written from its other side."""
    was, now = computes(ours.head), computes(theirs.head)
    sides = ([inner for _, inner in term.pins] for term in (ours, theirs))
    if now in CONTRARIES.get(was, ()) and next(sides) == next(sides):
        return LogicKind.INVERTED_CONTACT, "comparison inverted"
    if _is_mirrored(ours, theirs):
        return LogicKind.MNEMONIC_ONLY, "the same comparison, read from the other side"
    return None


def _is_mirrored(ours: Term, theirs: Term) -> bool:
    """Tell whether a comparison says the same with its two inputs in the other order."""
    names, others = ([pin.casefold() for pin, _ in term.pins] for term in (ours, theirs))
    return (
        MIRRORED.get(computes(ours.head)) == computes(theirs.head)
        and names == others
        and tuple(names) in _SIDES
        and ours.pins[0][1] == theirs.pins[1][1]
        and ours.pins[1][1] == theirs.pins[0][1]
    )


def _wrapped(op: str, ours: Term, theirs: Term) -> Said:
    if op == "OR":
        clause = f"{shown(ours)} became {shown(theirs)}: another way round"
        return Said(LogicKind.BYPASS_ADDED, clause)
    return Said(LogicKind.INSTRUCTION_ADDED, f"{shown(ours)} goes through {shown(theirs)} now")


def _by_words(ours: Term, theirs: Term) -> LogicKind:
    """Return the gravest that the words tell; less that it depends on is a condition removed."""
    kind = meaning_of(tuple(_words(ours)), tuple(_words(theirs)))
    if kind in {LogicKind.STATEMENT, LogicKind.OPERAND, LogicKind.SETPOINT}:
        if set(leaves(theirs)) < set(leaves(ours)):
            return LogicKind.CONDITION_REMOVED
        return LogicKind.INSTRUCTION_CHANGED
    return kind


def _words(found: Term) -> Iterator[str]:
    yield computes(found.head) if found.pins else found.head.upper()
    for _, inner in found.pins:
        yield from _words(inner)


def _unnegated(found: Term) -> tuple[bool, Term]:
    is_negated = False
    while len(found.pins) == 1 and computes(found.head) == "NOT":
        is_negated, found = not is_negated, found.pins[0][1]
    return is_negated, found


def _short(text: str) -> str:
    return shortened(text, _MOST_SHOWN)
