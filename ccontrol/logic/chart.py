r"""A chart (function blocks, steps) as it is drawn: nodes, wires, places, and their text form.

Whoever's chart it is: readers of formats write it as the LAYOUT part beside the logic of the same
path, pictures are drawn from it. What the chart does is said by the logic's own part; this one
changes with every node that is pushed about, and no change of it is a change of logic.

One item a line, in this order, after a first line that begins with LAYOUT:

    node KIND "name" SHEET X Y WIDTH "label"
    wire "source" "pin" "target" "pin" [feedback]

Names are unique and free of a file's running ids. Quoted text is `printable`, with its quotation
marks as \x22 and line ends as \n; a pin without a name is "". Lines are sorted, nodes first.
"""

import re
from dataclasses import dataclass

from ccontrol.errors import BadFileError
from ccontrol.logic.printable import printable


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that stands in a chart.

    `kind` is "input", "output" (references), "in-connector", "out-connector", "block", "function",
    "note" in a function block diagram; "step", "initial-step", "transition", "stop", "action",
    "diverge-selection", "converge-selection", "diverge-simultaneous", "converge-simultaneous"
    in a sequential chart; whoever draws takes any other for a block.
    """

    name: str
    kind: str
    x: int
    y: int
    """Of its upper left corner, as the file counts: pixels in all formats known here."""
    label: str = ""
    """What is written in it, with line ends; empty: its name."""
    sheet: int = 1
    width: int = 0
    """0 where the file says nothing."""


@dataclass(frozen=True, slots=True)
class Wire:
    """From an output to an input; pins are empty where a node has only one, or none by name."""

    source: str
    source_pin: str
    target: str
    target_pin: str
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """All sheets of one routine. Wires may name nodes that the file lacks: they dangle."""

    nodes: tuple[Node, ...] = ()
    wires: tuple[Wire, ...] = ()


_QUOTED = r'"([^"]*)"'
_NUMBER = r"(-?\d{1,9})"
_NODE = re.compile(
    rf"node ([a-z-]+) {_QUOTED} {_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER} {_QUOTED}",
    re.ASCII,
)
_WIRE = re.compile(rf"wire {_QUOTED} {_QUOTED} {_QUOTED} {_QUOTED}( feedback)?")
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def render(chart: Chart) -> str:
    """Return the chart as sorted lines, without the first line that names it."""
    nodes = sorted(_node(node) for node in chart.nodes)
    wires = sorted(_wire(wire) for wire in chart.wires)
    return "".join(f"{line}\n" for line in (*nodes, *wires))


def parse(text: str) -> Chart:
    """Return what was rendered; a first line beginning with LAYOUT is passed over.

    Raises BadFileError with the number of a line that is no part of a chart.
    """
    nodes: list[Node] = []
    wires: list[Wire] = []
    for number, line in enumerate(text.splitlines(), 1):
        if found := _NODE.fullmatch(line):
            nodes.append(_parsed_node(found))
        elif found := _WIRE.fullmatch(line):
            ends = [_unquoted(end) for end in found.groups()[:4]]
            wires.append(Wire(ends[0], ends[1], ends[2], ends[3], found[5] is not None))
        elif number > 1 or not line.startswith("LAYOUT"):
            raise BadFileError(f"line {number} is no part of a chart: {printable(line)[:80]}")
    return Chart(tuple(nodes), tuple(wires))


def _node(node: Node) -> str:
    places = f"{node.sheet} {node.x} {node.y} {node.width}"
    return f"node {node.kind} {_quoted(node.name)} {places} {_quoted(node.label)}"


def _parsed_node(found: re.Match[str]) -> Node:
    sheet, x, y, width = (int(digits) for digits in found.groups()[2:6])
    return Node(_unquoted(found[2]), found[1], x, y, _unquoted(found[7]), sheet, width)


def _wire(wire: Wire) -> str:
    ends = (wire.source, wire.source_pin, wire.target, wire.target_pin)
    feedback = " feedback" if wire.feedback else ""
    return f"wire {' '.join(map(_quoted, ends))}{feedback}"


def _quoted(text: str) -> str:
    inside = printable(text).replace('"', r"\x22")
    return f'"{inside}"'


def _unquoted(inside: str) -> str:
    return _ESCAPED.sub(_unescaped, inside)


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    return chr(int(digits, 16)) if digits else _LETTERS.get(found[4], found[0])
