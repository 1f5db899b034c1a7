"""What became of the nodes and wires of a chart. A node that only stands elsewhere is as it was."""

from dataclasses import dataclass, field

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.pictures.marks import Mark


@dataclass(frozen=True, slots=True)
class ChartMarks:
    """Marks of one side, by node's name and by wire."""

    nodes: dict[str, Mark] = field(default_factory=dict)
    wires: dict[Wire, Mark] = field(default_factory=dict)


def chart_marks(ours: Chart, theirs: Chart, alone: Mark) -> ChartMarks:
    """Return the marks of our side; `alone` is what becomes of what the other side lacks."""
    others = {node.name: node for node in theirs.nodes}
    marks = ChartMarks()
    for node in ours.nodes:
        other = others.get(node.name)
        if other is None:
            marks.nodes[node.name] = alone
        elif _says(other) != _says(node):
            marks.nodes[node.name] = Mark.CHANGED
    there = frozenset(theirs.wires)
    marks.wires.update((wire, alone) for wire in ours.wires if wire not in there)
    return marks


def _says(node: Node) -> tuple[str, str]:
    return node.kind, node.label
