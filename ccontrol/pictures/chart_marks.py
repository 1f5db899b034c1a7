"""What became of the nodes and wires of a chart. A node that only stands elsewhere is as it was."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.pictures.chart_pairs import paired, plain_name
from ccontrol.pictures.marks import Mark


@dataclass(frozen=True, slots=True)
class ChartMarks:
    """Marks of one side, by node's name and by wire."""

    nodes: dict[str, Mark] = field(default_factory=dict)
    wires: dict[Wire, Mark] = field(default_factory=dict)


def chart_marks(
    ours: Chart, theirs: Chart, alone: Mark, changed: AbstractSet[str] = frozenset()
) -> ChartMarks:
    """Return the marks of our side; `alone` is what becomes of what the other side lacks.

    `changed` names blocks and steps that do something else now, though they are drawn as before.
    """
    names = paired(ours, theirs)
    others = {names[node.name]: node for node in theirs.nodes if node.name in names}
    marks = ChartMarks()
    for node in ours.nodes:
        other = others.get(node.name)
        if other is None:
            marks.nodes[node.name] = alone
        elif _says(other) != _says(node) or _is_named(node, changed):
            marks.nodes[node.name] = Mark.CHANGED
    there = {
        replace(wire, source=names.get(wire.source, ""), target=names.get(wire.target, ""))
        for wire in theirs.wires
    }
    marks.wires.update((wire, alone) for wire in ours.wires if wire not in there)
    return marks


def _says(node: Node) -> tuple[str, str]:
    return node.kind, node.label


def _is_named(node: Node, changed: AbstractSet[str]) -> bool:
    """Tell by its name, or by what stands behind what it is: `ORef Motor`."""
    name = plain_name(node)
    return not changed.isdisjoint((node.name, name, name.partition(" ")[2]))
