"""Which node of a chart is which in another version of it: by name, else by what it is wired to.

Several references to one tag, and functions without a name, are told apart in the file by their
turn only: one more of them would rename all that follow.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping

from ccontrol.logic.chart import Chart, Node

_TURN = re.compile(r" \(\d+\)\Z")


def paired(ours: Chart, theirs: Chart) -> Mapping[str, str]:
    """Return their nodes' names, and by which name ours know each."""
    pairs: dict[str, str] = {}
    left, right = _by_name(ours.nodes), _by_name(theirs.nodes)
    near, far = _surroundings(ours), _surroundings(theirs)
    for name, nodes in left.items():
        others = right.get(name, [])
        if len(nodes) == len(others) == 1:
            pairs[others[0].name] = nodes[0].name
            continue
        asked: tuple[tuple[Callable[[Node], Hashable], Callable[[Node], Hashable]], ...] = (
            (lambda node: near[node.name], lambda node: far[node.name]),
            (lambda _: None, lambda _: None),
        )
        for mine, yours in asked:
            pairs |= _in_turn(nodes, others, mine, yours, pairs)
    return pairs


def _by_name(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    """Return the nodes by their names without their turns, from the top left."""
    found: dict[str, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: (node.sheet, node.y, node.x, node.name)):
        found.setdefault(plain_name(node), []).append(node)
    return found


def plain_name(node: Node) -> str:
    """Return a node's name without its turn among those of the same name."""
    return _TURN.sub("", node.name)


def _in_turn(
    nodes: Iterable[Node],
    others: Iterable[Node],
    mine: Callable[[Node], Hashable],
    yours: Callable[[Node], Hashable],
    pairs: Mapping[str, str],
) -> dict[str, str]:
    """Pair what is alike and not paired yet, in order."""
    taken = frozenset(pairs.values())
    waiting: dict[Hashable, list[str]] = {}
    for node in nodes:
        if node.name not in taken:
            waiting.setdefault(mine(node), []).append(node.name)
    found: dict[str, str] = {}
    for other in others:
        names = waiting.get(yours(other)) if other.name not in pairs else None
        if names:
            found[other.name] = names.pop(0)
    return found


def _surroundings(chart: Chart) -> Mapping[str, Hashable]:
    """Return what each node is wired to, by plain names."""
    names = {node.name: plain_name(node) for node in chart.nodes}
    ends: dict[str, list[tuple[str, str, str, str]]] = {name: [] for name in names}
    for wire in chart.wires:
        for here, pin, there, other, way in (
            (wire.source, wire.source_pin, wire.target, wire.target_pin, ">"),
            (wire.target, wire.target_pin, wire.source, wire.source_pin, "<"),
        ):
            if here in ends:
                ends[here].append((way, pin, names.get(there, "?"), other))
    return {name: tuple(sorted(found)) for name, found in ends.items()}
