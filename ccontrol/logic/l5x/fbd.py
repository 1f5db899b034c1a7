"""Function block diagrams → sorted equations that hold no id and no place; and the chart drawn.

`SEL_01.In1 := BAND__F(In1 := Start, In2 := TON_01.DN)`: one line an input. A function has no name
of its own: it stands within the line that uses it, or, used more than once or within a loop, under
its type and a digest of what goes into it.
"""

from collections.abc import Iterator
from dataclasses import replace

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.logic.file import SealText
from ccontrol.logic.l5x.declarations import sorted_key
from ccontrol.logic.l5x.expressions import Expressions
from ccontrol.logic.l5x.noise import is_cosmetic
from ccontrol.logic.l5x.record import children, record
from ccontrol.logic.l5x.sheet import FUNCTION, Sheet, label, sheets
from ccontrol.logic.places import coordinate, unique
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import text_of

_KINDS = {
    "IRef": "input",
    "ORef": "output",
    "ICon": "in-connector",
    "OCon": "out-connector",
    "TextBox": "note",
    FUNCTION: "function",
}
_REFERENCES = frozenset({"IRef", "ICon"})
_SINKS = frozenset({"ORef", "OCon"})
_ARGUMENTS = {"InOutParameter": "Argument", "Array": "Operand"}
_TOLD = frozenset({"Operand", "Name", "Type", "Routine"})


def equations(content: Element, seal: SealText) -> Iterator[str]:
    """Yield the lines of an FBDContent, sorted; notes first. Sheets do not count: wires do."""
    lines: list[str] = []
    notes: list[str] = []
    for sheet in sheets(content):
        expressions = Expressions(sheet)
        for at in expressions.named():
            node = sheet.nodes[at]
            if name_of(node) == "TextBox":
                notes += _note(node)
            else:
                lines += _node(sheet, expressions, at, seal)
        lines += _beside(sheet, seal)
    yield from sorted(notes, key=sorted_key)
    yield from sorted(lines, key=sorted_key)


def chart(content: Element) -> Chart:
    """Return all sheets as they are drawn."""
    nodes: list[Node] = []
    wires: list[Wire] = []
    found = list(sheets(content))
    named = [
        ((sheet.number, at), _drawn_name(node), node)
        for sheet in found
        for at, node in sheet.nodes.items()
    ]
    names = unique(named)
    for (number, at), _, node in named:
        nodes.append(_drawn(node, names[number, at], number))
    for sheet in found:
        for wire in sheet.wires:
            source = names.get((sheet.number, wire.source), "?")
            target = names.get((sheet.number, wire.target), "?")
            wires.append(replace(wire, source=source, target=target))
    return Chart(tuple(nodes), tuple(wires))


def _node(sheet: Sheet, expressions: Expressions, at: str, seal: SealText) -> Iterator[str]:
    node = sheet.nodes[at]
    tag, name = name_of(node), printable(expressions.name(at))
    inputs = expressions.inputs(at)
    if tag in _REFERENCES:
        if at not in sheet.uses:
            yield f"{name} : {tag}, not wired"
    elif tag in _SINKS:
        if not inputs:
            yield f"{name} : {tag}, not wired"
    else:
        yield _declared(node, name)
    for pin, said in inputs:
        yield f"{name}{f'.{printable(pin)}' if pin else ''} := {printable(said)}"
    yield from _inside(node, name, seal)


def _declared(node: Element, name: str) -> str:
    """Return the line that says what a node is: `SEL_01 : SEL`, or its name where that says it."""
    kind = node.get("Type") or (node.get("Name") if node.get("Operand") else "") or ""
    kind = kind if name_of(node) != FUNCTION else FUNCTION.lower()
    return f"{name} : {printable(kind)}" if kind and kind != name else name


def _inside(node: Element, name: str, seal: SealText) -> Iterator[str]:
    """Yield the arguments of a node, and whatever else the file says of it."""
    for each in node:
        argument = _ARGUMENTS.get(name_of(each))
        if argument:
            pin, said = each.get("Name", ""), each.get(argument, "")
            yield f"{name}.{printable(pin)} := {printable(said)}"
    cosmetic = {str(key) for key in node.attrib if is_cosmetic(str(key))}
    yield from record(node, seal, f"{name}/", without={*cosmetic, *_TOLD, *_ARGUMENTS})


def _note(node: Element) -> Iterator[str]:
    for text in node:
        for line in text_of(text).split("\n"):
            yield f"// {printable(line.rstrip())}"


def _beside(sheet: Sheet, seal: SealText) -> Iterator[str]:
    """Yield what a sheet holds that is neither a node nor a wire."""
    yield from children(sheet.others, seal, "sheet/")
    told = {"Number", *(name_of(each) for each in sheet.element)}
    yield from record(sheet.element, seal, "sheet/", without=told)


def _drawn_name(node: Element) -> str:
    tag = name_of(node)
    return f"{tag} {label(node)}" if tag in {*_REFERENCES, *_SINKS} else label(node)


def _drawn(node: Element, name: str, sheet: int) -> Node:
    tag = name_of(node)
    lines = [label(node)]
    if tag == "TextBox":
        lines = [text_of(text) for text in node]
    elif tag not in _KINDS and node.get("Operand"):
        lines = [node.get("Type") or node.get("Name") or tag, node.get("Operand", "")]
    return Node(
        name,
        _KINDS.get(tag, "block"),
        coordinate(node, "X"),
        coordinate(node, "Y"),
        "\n".join(lines),
        sheet,
        coordinate(node, "Width"),
    )
