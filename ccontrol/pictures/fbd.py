"""A function block diagram as its sheets: blocks with their pins, references, wires between them.

Where nodes stand comes from the file; which pins a block has, from its wires: a pin without a wire
is not drawn.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.logic.printable import printable
from ccontrol.pictures.chart_marks import ChartMarks
from ccontrol.pictures.chart_places import Place, Size, spread
from ccontrol.pictures.lettering import clipped, escaped, width
from ccontrol.pictures.routes import Routes
from ccontrol.pictures.shapes import Fragment, badge, frame, line, sheet, text

_LINE = 15.0
_PADDING = 8.0
_MOST_COLUMNS = 44
_MOST_LINES = 12
_REFERENCES = frozenset({"input", "output", "in-connector", "out-connector"})


@dataclass(frozen=True, slots=True)
class _Block:
    """What is written in a node."""

    lines: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def head(self) -> float:
        return _LINE * len(self.lines) + _PADDING

    @property
    def size(self) -> Size:
        pins = max(len(self.inputs), len(self.outputs))
        title = max((width(one) for one in self.lines), default=0.0)
        sides = [max((width(one) for one in pins), default=0) for pins in self._sides]
        wide = max(title, sum(sides) + 2 * _PADDING, 40.0) + 2 * _PADDING
        return Size(wide, self.head + _LINE * pins + (4.0 if pins else 0.0))

    @property
    def _sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.inputs, self.outputs

    def port(self, place: Place, pin: str, *, is_output: bool) -> tuple[float, float]:
        """Return where a wire meets the node."""
        pins = self.outputs if is_output else self.inputs
        x = place.right if is_output else place.x
        if pin not in pins:
            return x, place.y + self.head / 2
        return x, place.y + self.head + _LINE * pins.index(pin) + _LINE / 2


def fbd_sheets(chart: Chart, marks: ChartMarks) -> Iterator[tuple[str, Fragment]]:
    """Yield the sheets that hold anything, each with its name."""
    numbers = sorted({node.sheet for node in chart.nodes})
    for number in numbers:
        nodes = [node for node in chart.nodes if node.sheet == number]
        names = {node.name for node in nodes}
        wires = [wire for wire in chart.wires if {wire.source, wire.target} <= names]
        yield f"sheet {number}", _sheet(nodes, wires, marks)


def _sheet(nodes: list[Node], wires: list[Wire], marks: ChartMarks) -> Fragment:
    blocks = {node.name: _block(node, wires) for node in nodes}
    places = spread(nodes, {name: block.size for name, block in blocks.items()})
    routes = Routes(places.values(), len(wires))
    drawn = [_wire(wire, blocks, places, marks, routes) for wire in wires]
    drawn += [_node(node, blocks[node.name], places[node.name], marks) for node in nodes]
    return sheet(places.values(), drawn)


def _block(node: Node, wires: Iterable[Wire]) -> _Block:
    words = (node.label or node.name).split("\n")[:_MOST_LINES]
    lines = tuple(clipped(printable(one), _MOST_COLUMNS) for one in words)
    inputs = {wire.target_pin for wire in wires if wire.target == node.name} - {""}
    outputs = {wire.source_pin for wire in wires if wire.source == node.name} - {""}
    if node.kind in _REFERENCES:
        return _Block(lines, (), ())
    return _Block(lines, tuple(sorted(inputs)), tuple(sorted(outputs)))


def _node(node: Node, block: _Block, place: Place, marks: ChartMarks) -> str:
    mark = marks.nodes.get(node.name)
    shape = "note" if node.kind == "note" else "box"
    parts = [f"<title>{escaped(printable(node.label or node.name))}</title>"]
    if mark:
        parts.append(frame(place.x - 4, place.y - 4, place.width + 8, place.height + 8, mark))
    parts.append(
        f'<rect class="{shape}" x="{place.x:g}" y="{place.y:g}" width="{place.width:g}" '
        f'height="{place.height:g}" rx="{9 if node.kind in _REFERENCES else 0}"/>'
    )
    for index, words in enumerate(block.lines):
        kind = "label" if index or node.kind in {*_REFERENCES, "note"} else "title"
        parts.append(text(place.middle, place.y + _LINE * (index + 1), words, kind))
    for index, pin in enumerate(block.inputs):
        y = place.y + block.head + _LINE * (index + 0.8)
        parts.append(text(place.x + _PADDING, y, clipped(printable(pin), 24), "name"))
    for index, pin in enumerate(block.outputs):
        y = place.y + block.head + _LINE * (index + 0.8)
        parts.append(text(place.right - _PADDING, y, clipped(printable(pin), 24), "value"))
    if mark:
        parts.append(badge(place.x - 4, place.y - 4, mark))
    kind = f"symbol {mark.value}" if mark else "symbol"
    return f'<g class="{kind}">{"".join(parts)}</g>'


def _wire(
    wire: Wire,
    blocks: Mapping[str, _Block],
    places: Mapping[str, Place],
    marks: ChartMarks,
    routes: Routes,
) -> str:
    start = blocks[wire.source].port(places[wire.source], wire.source_pin, is_output=True)
    end = blocks[wire.target].port(places[wire.target], wire.target_pin, is_output=False)
    points = routes.route((wire.source, wire.source_pin), start, end)
    return line(points, marks.wires.get(wire), is_dashed=wire.feedback)
