"""A sequential chart: steps with their actions, transitions with their conditions, branches.

Where nodes stand comes from the file, branches' bars from what they join.
"""

from collections.abc import Iterator, Mapping

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.logic.printable import printable
from ccontrol.pictures.chart_marks import ChartMarks
from ccontrol.pictures.chart_places import Place, Size, spread
from ccontrol.pictures.lettering import clipped, escaped, width
from ccontrol.pictures.shapes import (
    MARGIN,
    Fragment,
    Point,
    badge,
    frame,
    line,
    path,
    sheet,
    text,
)

_LINE = 15.0
_AXIS = 75.0
"""From the left edge of a step or transition to the wire through it; the file gives them one x."""
_STEP_HEIGHT = 36.0
_STEP_COLUMNS = 18
_BAR, _BAR_HEIGHT = 20.0, 8.0
"""Half the bar of a transition."""
_CLEAR, _FAR = 16.0, 1e9
"""Between a branch's bar and what it joins, for the signs of marks on both."""
_BESIDE = 12.0
"""Between a step or a transition and what is written beside it."""
_MOST_COLUMNS, _MOST_LINES = 48, 10
_STEPS = frozenset({"step", "initial-step", "stop"})
_BRANCHES = frozenset(
    f"{flow}-{choice}"
    for flow in ("diverge", "converge")
    for choice in ("selection", "simultaneous")
)
_ON_AXIS = frozenset({*_STEPS, "transition"})
KINDS = frozenset({*_STEPS, *_BRANCHES, "transition", "action"})
"""By which a chart is known as a sequential one."""


def sfc_sheet(chart: Chart, marks: ChartMarks) -> Fragment:
    """Draw a sequential chart."""
    nodes = [node for node in chart.nodes if node.kind not in _BRANCHES]
    places = dict(spread(nodes, {node.name: _size(node) for node in nodes}))
    kinds = {node.name: node for node in chart.nodes}
    bars = [node for node in chart.nodes if node.kind in _BRANCHES]
    for _ in range(2):  # bars may join bars: those stand by then
        places |= {bar.name: _bar_place(bar, chart.wires, kinds, places) for bar in bars}
    drawn = [
        _wire(wire, kinds, places, marks)
        for wire in chart.wires
        if wire.source in places and wire.target in places
    ]
    drawn += [_node(node, places[node.name], marks) for node in chart.nodes]
    return sheet(places.values(), drawn)


def _beside(node: Node) -> tuple[str, ...]:
    """Return what is written beside a node."""
    lines = [line for line in node.label.split("\n") if line.strip()]
    shown = [clipped(printable(line), _MOST_COLUMNS) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"… {len(lines) - _MOST_LINES} more lines in the text")
    return tuple(shown)


def _size(node: Node) -> Size:
    lines = _words(node)
    beside = max((width(words) for words in lines), default=0.0)
    if node.kind not in _ON_AXIS:
        return Size(beside + 16, _LINE * len(lines) + 10)
    return Size(
        _edge(node) + (_BESIDE + beside if lines else 0.0),
        max(_high(node), _LINE * len(lines) + 4),
    )


def _words(node: Node) -> tuple[str, ...]:
    lines = _beside(node)
    if node.kind in _STEPS:
        return lines
    return (clipped(printable(node.name), _MOST_COLUMNS), *lines)


def _edge(node: Node) -> float:
    """Return where the node itself ends, and what is written beside it begins."""
    return _AXIS + _BAR if node.kind == "transition" else 2 * _AXIS


def _high(node: Node) -> float:
    return _BAR_HEIGHT if node.kind == "transition" else _STEP_HEIGHT


def _bar_place(
    node: Node, wires: tuple[Wire, ...], kinds: Mapping[str, Node], places: Mapping[str, Place]
) -> Place:
    """Return where a branch's bar lies: across all that it joins, below what comes first."""
    above = [wire.source for wire in wires if wire.target == node.name and wire.source in places]
    below = [wire.target for wire in wires if wire.source == node.name and wire.target in places]
    joined = [places[name] for name in (*above, *below)]
    if not joined:
        return Place(0.0, 0.0, 2 * _BAR, _BAR_HEIGHT)
    own = places.get(node.name, joined[0])
    axes = [_axis(kinds[name], places[name], own) for name in (*above, *below)]
    top = max((places[name].bottom for name in above), default=-_FAR)
    bottom = min((places[name].y for name in below), default=_FAR)
    y = bottom - _CLEAR - _BAR_HEIGHT
    if above:
        y = min(top + _CLEAR, max(top, (top + bottom - _BAR_HEIGHT) / 2))
    return Place(min(axes) - 10, y, max(axes) - min(axes) + 20, _BAR_HEIGHT - 2)


def _node(node: Node, place: Place, marks: ChartMarks) -> str:
    mark = marks.nodes.get(node.name)
    told = f"{node.name}\n{node.label}" if node.label else node.name
    parts = [f"<title>{escaped(printable(told))}</title>"]
    if mark:
        parts.append(frame(place.x - 4, place.y - 4, place.width + 8, place.height + 8, mark))
    if node.kind in _BRANCHES:
        parts += _branch(place, is_double=node.kind.endswith("simultaneous"))
    elif node.kind in _STEPS:
        parts += _step(node, place)
    elif node.kind == "transition":
        y = place.y + _BAR_HEIGHT / 2
        ends = ((place.x + _AXIS - _BAR, y), (place.x + _AXIS + _BAR, y))
        parts.append(f'<path class="bar" d="{path(ends)}"/>')
    else:
        kind = "note" if node.kind == "note" else "box"
        parts.append(_rect(kind, place.x, place.y, place.width, place.height))
    if node.kind not in _BRANCHES:
        x = place.x + (_edge(node) + _BESIDE if node.kind in _ON_AXIS else 8.0)
        parts += (
            text(x, place.y + _LINE * (index + 0.8), words, "plain")
            for index, words in enumerate(_words(node))
        )
    if mark:
        parts.append(badge(place.x - 4, place.y - 4, mark))
    kind = f"symbol {mark.value}" if mark else "symbol"
    return f'<g class="{kind}">{"".join(parts)}</g>'


def _step(node: Node, place: Place) -> Iterator[str]:
    wide = 2 * _AXIS
    yield _rect("box", place.x, place.y, wide, _STEP_HEIGHT)
    if node.kind == "initial-step":
        yield _rect("line", place.x + 3, place.y + 3, wide - 6, _STEP_HEIGHT - 6)
    words = clipped(printable(node.name), _STEP_COLUMNS)
    yield text(place.x + _AXIS, place.y + _STEP_HEIGHT / 2 + 4, words, "title")


def _branch(place: Place, *, is_double: bool) -> Iterator[str]:
    ys = (place.y, place.bottom) if is_double else (place.y + place.height / 2,)
    for y in ys:
        yield f'<path class="line" d="{path(((place.x, y), (place.right, y)))}"/>'


def _rect(kind: str, x: float, y: float, wide: float, high: float) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}"/>'


def _wire(
    wire: Wire, kinds: Mapping[str, Node], places: Mapping[str, Place], marks: ChartMarks
) -> str:
    source, target = kinds[wire.source], kinds[wire.target]
    above, below = places[wire.source], places[wire.target]
    x = _axis(source, above, below)
    to_x = _axis(target, below, above)
    y = above.bottom if source.kind in _BRANCHES else above.y + _high(source)
    to_y = below.y
    points: tuple[Point, ...]
    if to_y >= y:
        middle = (y + to_y) / 2
        points = ((x, y), (x, middle), (to_x, middle), (to_x, to_y))
    else:  # back to what ran before: around the left
        left = min(above.x, below.x) - MARGIN / 2
        points = ((x, y), (x, y + 6), (left, y + 6), (left, to_y - 6), (to_x, to_y - 6))
        points = (*points, (to_x, to_y))
    return line(points, marks.wires.get(wire))


def _axis(node: Node, place: Place, other: Place) -> float:
    """Return where a wire meets a node: a branch's bar straight above or below the other end."""
    if node.kind not in _BRANCHES:
        return place.x + _AXIS
    return max(min(other.x + _AXIS, place.right - 10), place.x + 10)
