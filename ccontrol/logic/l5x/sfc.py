"""Sequential function charts → steps, transitions, actions and what follows what, without ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.logic.file import SealText
from ccontrol.logic.l5x.declarations import sorted_key
from ccontrol.logic.l5x.noise import is_cosmetic
from ccontrol.logic.l5x.record import children, record
from ccontrol.logic.l5x.st import st_lines
from ccontrol.logic.places import Key, coordinate, unique
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import text_of

KNOWN = frozenset(
    {"Step", "Transition", "Stop", "Branch", "DirectedLink", "TextBox", "SbrRet", "Attachment"}
)
"""What stands in an SFCContent beside its attributes; anything else is written as settings."""
_BRANCH, _LINK, _NOTE = "Branch", "DirectedLink", "TextBox"
_PLAIN_FALSE = frozenset(
    {"InitialStep", "PresetUsesExpr", "LimitHighUsesExpr", "LimitLowUsesExpr", "IsBoolean"}
)
_INDENT = "  "
_MOST_NESTED = 8


@dataclass(frozen=True, slots=True)
class _Graph:
    """Nodes by id, the owner and place of each leg, and which ids each id leads to and from."""

    nodes: Mapping[str, Element]
    owners: Mapping[str, str]
    legs: Mapping[str, int]
    """Which leg of its branch an id is, counted from 1."""
    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[str, ...]]


def lines(content: Element, seal: SealText) -> Iterator[str]:
    """Yield notes, then every node sorted by name: what it is, what it does, what follows it."""
    graph = _graph(content)
    blocks: list[tuple[tuple[str, str], list[str]]] = []
    for at, node in graph.nodes.items():
        block = list(_node(graph, at, node, seal))
        blocks.append((sorted_key("\n".join(block)), block))
    yield from sorted(line for each in content if name_of(each) == _NOTE for line in _note(each))
    for _, block in sorted(blocks):
        yield from block


def chart(content: Element) -> Chart:
    """Return the chart as it is drawn; a link to a leg of a branch is one to the branch."""
    graph = _graph(content)
    named: list[tuple[Key, str, Element]] = [
        ((1, at), _name(graph, at), node) for at, node in graph.nodes.items()
    ]
    notes = [each for each in content if name_of(each) == _NOTE]
    named += [((1, f"note {at}"), "note", each) for at, each in enumerate(notes)]
    names = unique(named)
    nodes = [_drawn(node, names[key], _reach(graph, key[1], node)) for key, _, node in named]
    wires = []
    for source, targets in graph.after.items():
        for target in targets:
            ends = (names.get((1, graph.owners.get(end, end)), "?") for end in (source, target))
            start, end = ends
            wires.append(Wire(start, _leg(graph, source), end, _leg(graph, target)))
    return Chart(tuple(nodes), tuple(wires))


def _graph(content: Element) -> _Graph:
    nodes: dict[str, Element] = {}
    owners: dict[str, str] = {}
    legs: dict[str, int] = {}
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for each in content:
        tag, at = name_of(each), each.get("ID", "")
        if tag == _LINK:
            source, target = each.get("FromID", ""), each.get("ToID", "")
            after.setdefault(source, []).append(target)
            before.setdefault(target, []).append(source)
        elif tag in KNOWN and tag not in {_NOTE, "Attachment"}:
            nodes[at] = each
            for place, leg in enumerate((leg for leg in each if name_of(leg) == "Leg"), 1):
                owners[leg.get("ID", "")] = at
                legs[leg.get("ID", "")] = place
    forth = {at: tuple(ends) for at, ends in after.items()}
    back = {at: tuple(ends) for at, ends in before.items()}
    return _Graph(nodes, owners, legs, forth, back)


def _name(graph: _Graph, at: str, depth: int = 0) -> str:
    """Return what a node is called: its operand; a branch by what it begins after or ends before.

    Branches follow on branches; how far that is spelled out is bounded.
    """
    at = graph.owners.get(at, at)
    node = graph.nodes.get(at)
    if node is None:
        return "?"
    if name_of(node) != _BRANCH:
        return node.get("Operand") or name_of(node)
    diverges = node.get("BranchFlow") == "Diverge"
    ends = (graph.before if diverges else graph.after).get(at, ())
    trunk = _name(graph, ends[0], depth + 1) if ends and depth < _MOST_NESTED else "?"
    kind = node.get("BranchType", "").lower()
    return f"{kind} {'branch after' if diverges else 'join before'} {trunk}"


def _node(graph: _Graph, at: str, node: Element, seal: SealText) -> Iterator[str]:
    tag = name_of(node)
    initial = " (initial)" if node.get("InitialStep") == "true" else ""
    yield f"{tag.upper()} {printable(_name(graph, at))}{initial}"
    yield from _settings(node, seal, _INDENT)
    for each in node:
        if name_of(each) == "Action":
            yield from _action(each, seal)
        elif name_of(each) == "Condition":
            yield f"{_INDENT}WHEN"
            yield from _code(each, seal, _INDENT * 2)
    yield from _following(graph, at, node)


def _following(graph: _Graph, at: str, node: Element) -> Iterator[str]:
    """Yield what follows a node. The legs of a selection keep their order: it is its priority."""
    legs = [leg.get("ID", "") for leg in node if name_of(leg) == "Leg"]
    if node.get("BranchFlow") == "Diverge" and legs:
        for leg in legs:
            ends = [_name(graph, end) for end in graph.after.get(leg, ())]
            yield f"{_INDENT}| {printable(', '.join(ends) or 'nothing')}"
    else:
        for name in sorted(_name(graph, end) for end in graph.after.get(at, ())):
            yield f"{_INDENT}=> {printable(name)}"


def _action(action: Element, seal: SealText) -> Iterator[str]:
    name = printable(action.get("Operand", "?"))
    yield f"{_INDENT}ACTION {name} ({printable(action.get('Qualifier', ''))})"
    yield from _settings(action, seal, _INDENT * 2)
    for body in action:
        if name_of(body) == "Body":
            yield from _code(body, seal, _INDENT * 2)


def _code(holder: Element, seal: SealText, indent: str) -> Iterator[str]:
    """Yield the text within a condition or an action's body; what is no text as settings."""
    for content in holder:
        if name_of(content) == "STContent":
            yield from (f"{indent}{line}" for line in st_lines(content))
        else:
            yield from (f"{indent}{line}" for line in children([content], seal))


def _settings(node: Element, seal: SealText, indent: str) -> Iterator[str]:
    told = {"Operand", "Qualifier", "Action", "Body", "Condition", "Leg"}
    told |= {"BranchType", "BranchFlow", "ShowActions"}
    told |= {str(key) for key in node.attrib if is_cosmetic(str(key))}
    told |= {key for key in _PLAIN_FALSE if node.get(key) == "false"}
    told |= {"InitialStep"} if node.get("InitialStep") == "true" else set()
    return (f"{indent}{line}" for line in record(node, seal, without=told))


def _note(note: Element) -> Iterator[str]:
    for text in note:
        for line in text_of(text).split("\n"):
            yield f"// {printable(line.rstrip())}"


def _leg(graph: _Graph, at: str) -> str:
    """Return which leg of a branch an id is; "" for a node itself."""
    return str(graph.legs[at]) if at in graph.legs else ""


def _reach(graph: _Graph, at: str, node: Element) -> tuple[int, int]:
    """Return where a node begins and how wide it is; the file says of a branch how high it is."""
    if name_of(node) != _BRANCH:
        return coordinate(node, "X"), coordinate(node, "Width")
    ends = [at, *(leg.get("ID", "") for leg in node)]
    joined = (
        end for one in ends for links in (graph.after, graph.before) for end in links.get(one, ())
    )
    owners = (graph.nodes.get(graph.owners.get(end, end)) for end in joined)
    places = [coordinate(each, "X") for each in owners if each is not None and "X" in each.attrib]
    return min(places, default=0), max(places, default=0) - min(places, default=0)


def _drawn(node: Element, name: str, reach: tuple[int, int]) -> Node:
    tag = name_of(node)
    kind = {"Step": "step", "Transition": "transition", "Stop": "stop", _NOTE: "note"}.get(tag)
    if tag == _BRANCH:
        flow, choice = node.get("BranchFlow", ""), node.get("BranchType", "")
        kind = f"{flow}-{choice}".lower()
    if node.get("InitialStep") == "true":
        kind = "initial-step"
    label = "\n".join(_label(node))
    x, width = reach
    return Node(name, kind or "block", x, coordinate(node, "Y"), label, width=width)


def _label(node: Element) -> Iterator[str]:
    """Yield what stands in or beside a node: an action's code, a transition's condition."""
    if name_of(node) == _NOTE:
        yield from (text_of(text) for text in node)
        return
    for each in node:
        if name_of(each) == "Action":
            yield f"{each.get('Qualifier', '')} {each.get('Operand', '')}"
            yield from (line for body in each for line in _drawn_code(body, _INDENT))
        elif name_of(each) == "Condition":
            yield from _drawn_code(each, "")


def _drawn_code(holder: Element, indent: str) -> Iterator[str]:
    for content in holder:
        yield from (f"{indent}{line}" for line in st_lines(content))
