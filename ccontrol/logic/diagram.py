"""The equations of a function block diagram, as its readers write them → blocks and what flows in.

    SEL_01 : SEL                                  a block and its type
    SEL_01.In1 := BAND__F(In1 := a, In2 := b)     what flows into a pin
    SEL_01.Out => Motor                           an operand at an output pin
    Motor := SEL_01.Out                           an output reference
    SEL_01/Preset = 5                             a setting

A function without a name of its own is called by its type and a mark (`ADD#2`). Says nothing of
what a difference means.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ccontrol.logic.ladder.operands import cut

FUNCTION = re.compile(r"(?P<type>[A-Za-z_]\w*)#\w+")
"""The name of a function that has none: its mark may change with every edit."""
_LINE = re.compile(r"(?P<left>.*?) (?P<sign>:=|=>|:|=)(?: (?P<said>.*))?")
_HEAD = re.compile(r"[^\s()\[\]'\",:=]+(?=\()")
_ORDER = re.compile(r"(?P<kind>.*) \{(?:order|after) (?P<order>[^}]*)\}")
_MOST_DEPTH = 32
"""Deeper expressions stand as they are written."""
_PIECE = re.compile(r"[()\[\]]| OR ")
_INSTANCE, _NEGATION, _JOIN = ".", "NOT ", " OR "


@dataclass(frozen=True, slots=True)
class Term:
    """An expression: a function with its pins, or (no pins) an operand as it is spelled."""

    head: str
    pins: tuple[tuple[str, "Term"], ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows into a pin, or out of it into an operand; the pin of an output is ""."""

    line: int
    said: str


@dataclass(slots=True)
class Block:
    """A block, a function or an output, with all lines that tell of it."""

    name: str
    kind: str = ""
    """Its type; empty for an output."""
    line: int = 0
    order: str = ""
    """When it is executed, where the file tells."""
    inputs: dict[str, Flow] = field(default_factory=dict)
    outputs: dict[str, Flow] = field(default_factory=dict)
    settings: dict[str, Flow] = field(default_factory=dict)


@dataclass(slots=True)
class Diagram:
    """All of a diagram. Lines are counted from 1; the first one is the title."""

    title: str = ""
    blocks: dict[str, Block] = field(default_factory=dict)
    comments: list[Flow] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    """How many blocks bear a name."""


def parse(text: str) -> Diagram:
    """Take a diagram apart; total for any text: a line that is no equation is a block by itself."""
    lines = text.splitlines()
    diagram = Diagram(lines[0] if lines else "")
    split = [(n, line, _LINE.fullmatch(line)) for n, line in enumerate(lines[1:], 2) if line]
    for number, line, found in split:
        if line.startswith("//"):
            diagram.comments.append(Flow(number, line[2:].strip()))
        elif found is None:
            _block(diagram, line).line = number
        elif found["sign"] == ":":
            _declare(_block(diagram, found["left"]), found["said"] or "", number)
    for number, line, found in split:
        if found is not None and found["sign"] != ":" and not line.startswith("//"):
            _flow(diagram, found, number)
    return diagram


def term(said: str, depth: int = 0) -> Term:
    """Return an expression as a tree; what is none of the forms known here as an operand."""
    said = said.strip()
    if depth >= _MOST_DEPTH:
        return Term(said)
    if said.startswith(_NEGATION):
        return Term("NOT", (("", term(said.removeprefix(_NEGATION), depth + 1)),))
    if joined := _alternatives(said):
        return Term("OR", tuple(("", term(each, depth + 1)) for each in joined))
    head = _HEAD.match(said)
    found = cut(said, head.end() + 1) if head else None
    if head is None or found is None or not found[0]:
        return Term(said)
    rest = said[found[1] :]
    if rest and not rest.startswith(_INSTANCE):
        return Term(said)
    return Term(head.group() + rest, tuple(_pin(each, depth + 1) for each in found[0]))


def leaves(found: Term) -> Iterator[str]:
    """Yield the operands of an expression, from left to right."""
    if not found.pins:
        yield found.head
    for _, inner in found.pins:
        yield from leaves(inner)


def written(found: Term) -> str:
    """Return an expression as people write it: without the names of pins."""
    if not found.pins:
        return found.head
    return f"{found.head}({', '.join(written(inner) for _, inner in found.pins)})"


def _alternatives(said: str) -> list[str]:
    """Return what is joined by wires: `(a OR b)`; [] where it is anything else."""
    found: list[str] = []
    depth = start = 0
    for piece in _PIECE.finditer(said):
        if piece.group() == _JOIN:
            if depth == 1:
                found.append(said[max(1, start) : piece.start()])
                start = piece.end()
            continue
        depth += 1 if piece.group() in "([" else -1
        if depth == 0:
            is_whole = said.startswith("(") and piece.end() == len(said)
            return [*found, said[start:-1]] if found and is_whole else []
    return []


def _pin(text: str, depth: int) -> tuple[str, Term]:
    name, sign, said = text.partition(" := ")
    return (name, term(said, depth)) if sign else ("", term(text, depth))


def _block(diagram: Diagram, name: str) -> Block:
    """Return a block by its name; one that has been there before is told apart by its number."""
    diagram.met[name] += 1
    number = diagram.met[name]
    own = name if number == 1 else f"{name} ({number})"
    return diagram.blocks.setdefault(own, Block(own))


def _declare(block: Block, kind: str, number: int) -> None:
    ordered = _ORDER.fullmatch(kind)
    block.kind, block.line = (ordered["kind"] if ordered else kind), number
    block.order = ordered["order"] if ordered else ""


def _flow(diagram: Diagram, found: re.Match[str], number: int) -> None:
    left, flow = found["left"], Flow(number, found["said"] or "")
    mark = "/" if found["sign"] == "=" else _INSTANCE
    owner, pin = _owner(diagram, left, mark)
    if owner is None:
        owner, pin = _block(diagram, left), ""
        owner.line = number
        ordered = _ORDER.fullmatch(flow.said)
        if ordered:
            owner.order, flow = ordered["order"], Flow(number, ordered["kind"])
    side = {":=": owner.inputs, "=>": owner.outputs}.get(found["sign"], owner.settings)
    side[pin if pin not in side else f"{pin} in line {number}"] = flow


def _owner(diagram: Diagram, left: str, mark: str) -> tuple[Block | None, str]:
    """Return the block that a pin belongs to: the longest name of a declared one before it."""
    at = len(left)
    while (at := left.rfind(mark, 0, at)) > 0:
        block = diagram.blocks.get(left[:at])
        if block is not None and block.kind:
            return block, left[at + 1 :]
    return None, ""
