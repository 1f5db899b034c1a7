"""The elements of a TC6 body and what is wired to what. No language's rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import child

COMMENT = "comment"
UNNAMED = "#"
"""Begins the name of a pin that has none in the file; its number follows."""
_POINTS = {"inputVariables": "in", "inOutVariables": "inout", "outputVariables": "out"}


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection: from the pin of an element, which is named by the file's running id."""

    source: str
    pin: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One input or output of a block."""

    name: str
    wires: tuple[Wire, ...]
    modifiers: tuple[str, ...]
    written: str
    """An operand that stands at the pin itself, as CODESYS writes outputs."""


@dataclass(frozen=True, slots=True)
class Item:
    """One element. `inputs` of anything but a block is one pin without a name."""

    id: str
    kind: str
    text: str
    element: Element
    inputs: tuple[Pin, ...]
    outputs: tuple[Pin, ...]
    place: tuple[int, int, int]
    """Down, right, and the order in the file: CODESYS writes all at 0, 0."""


def items(body: Element) -> Mapping[str, Item]:
    """Return the elements of a body by their ids; what has none gets the number it stands at."""
    found: dict[str, Item] = {}
    for number, element in enumerate(body):
        key = element.get("localId") or f"#{number}"
        while key in found:
            key += f" #{number}"
        found[key] = _item(element, key, number)
    return found


def _item(element: Element, key: str, number: int) -> Item:
    kind = name_of(element)
    if kind == "vendorElement" and child(element, "connectionPointIn") is None:
        kind = COMMENT  # CODESYS: the title or the comment of a network
    outputs: tuple[Pin, ...] = ()
    if kind == "block":
        by_side: dict[str, list[Pin]] = {"in": [], "inout": [], "out": []}
        for each in element:
            side = _POINTS.get(name_of(each))
            if side is not None:
                by_side[side] += [_pin(variable, at) for at, variable in enumerate(each, 1)]
        inputs = (*by_side["in"], *by_side["inout"])
        outputs = (*by_side["out"], *by_side["inout"])
    else:
        wires = tuple(wire for point in _inputs(element) for wire in _wires(point))
        inputs = (Pin("", wires, _modifiers(element), ""),)
    place = (*_position(element), number)
    return Item(key, kind, _text(element, kind), element, inputs, outputs, place)


def _inputs(element: Element) -> Iterator[Element]:
    return (each for each in element if name_of(each) == "connectionPointIn")


def _pin(variable: Element, number: int) -> Pin:
    point, out = child(variable, "connectionPointIn"), child(variable, "connectionPointOut")
    wires = () if point is None else tuple(_wires(point))
    written = ""
    for each in (point, out):
        expression = None if each is None else child(each, "expression")
        if expression is not None:
            written = " ".join((expression.text or "").split())
    name = variable.get("formalParameter") or f"{UNNAMED}{number}"
    return Pin(name, wires, _modifiers(variable), written)


def _wires(point: Element) -> Iterator[Wire]:
    for each in point:
        if name_of(each) == "connection":
            yield Wire(each.get("refLocalId", "?"), each.get("formalParameter", ""))


def _modifiers(element: Element) -> tuple[str, ...]:
    negated = ("NOT",) if element.get("negated") == "true" else ()
    others = (element.get(name, "none") for name in ("edge", "storage"))
    return (*negated, *(word for word in others if word and word != "none"))


def _text(element: Element, kind: str) -> str:
    for name in ("variable", "expression", "content", "alternativeText"):
        found = child(element, name)
        if found is not None:
            said = "".join(str(text) for text in found.itertext())
            return said.strip() if kind == COMMENT else " ".join(said.split())
    return element.get("label") or element.get("name") or element.get("variable") or ""


def _position(element: Element) -> tuple[int, int]:
    at = child(element, "position")
    if at is None:
        return (0, 0)
    return (_number(at.get("y", "0")), _number(at.get("x", "0")))


def _number(digits: str) -> int:
    try:
        return max(-(10**8), min(10**8, int(float(digits))))
    except (ValueError, OverflowError):
        return 0
