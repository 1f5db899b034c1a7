"""One sheet of a function block diagram as nodes and wires. No text is made here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccontrol.logic.chart import Wire
from ccontrol.logic.xml import Element, name_of

FUNCTION = "Function"
WIRES = frozenset({"Wire", "FeedbackWire"})
UNSEEN = frozenset({"Attachment"})
"""Joins a note to what it is about: drawn, never computed."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Nodes by id, in the file's order; each node's wires, between ids; what is neither."""

    number: int
    element: Element
    nodes: Mapping[str, Element]
    wires: tuple[Wire, ...]
    into: Mapping[str, tuple[Wire, ...]]
    uses: Mapping[str, int]
    """How many wires begin at a node."""
    others: tuple[Element, ...]


def sheets(content: Element) -> Iterator[Sheet]:
    """Yield the sheets of an FBDContent, counted from 1."""
    found = (each for each in content if name_of(each) == "Sheet")
    for number, element in enumerate(found, 1):
        yield _sheet(number, element)


def label(element: Element) -> str:
    """Return what a node is called in the text; functions are called by what goes into them."""
    tag = name_of(element)
    if tag in {"ICon", "OCon"}:
        return f"@{element.get('Name', '')}"
    if tag in {"JSR", "SBR", "RET"}:
        return f"{tag} {element.get('Routine', '')}".rstrip()
    words = (element.get(key) for key in ("Operand", "Name", "Type"))
    return next((word for word in words if word), tag)


def _sheet(number: int, element: Element) -> Sheet:
    nodes: dict[str, Element] = {}
    wires: list[Wire] = []
    others: list[Element] = []
    for each in element:
        tag, at = name_of(each), each.get("ID")
        if tag in WIRES:
            wires.append(_wire(each))
        elif at is not None and at not in nodes:
            nodes[at] = each
        elif tag not in UNSEEN:
            others.append(each)
    into: dict[str, list[Wire]] = {}
    uses: dict[str, int] = {}
    for wire in wires:
        into.setdefault(wire.target, []).append(wire)
        uses[wire.source] = uses.get(wire.source, 0) + 1
    told = {at: tuple(each) for at, each in into.items()}
    return Sheet(number, element, nodes, tuple(wires), told, uses, tuple(others))


def _wire(element: Element) -> Wire:
    ends = (element.get(name, "") for name in ("FromID", "FromParam", "ToID", "ToParam"))
    source, source_pin, target, target_pin = ends
    return Wire(source, source_pin, target, target_pin, name_of(element) == "FeedbackWire")
