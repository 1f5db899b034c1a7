"""FBD bodies of TC6 XML → sorted equations without ids and places; and the chart as drawn.

`TON_0.IN := AND(IN1 := a, IN2 := NOT b)`: one line an input. A function stands within the line that
uses it; one that is used more than once, or deep within others, has lines under a name of its own,
counted in the file's order (`ADD#2`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from ccontrol.logic.chart import Chart, Node
from ccontrol.logic.chart import Wire as Drawn
from ccontrol.logic.places import unique
from ccontrol.logic.plcopen.network import COMMENT, Item, Pin, Wire, items
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element

_KINDS = {
    "inVariable": "input",
    "outVariable": "output",
    "inOutVariable": "block",
    "connector": "out-connector",
    "continuation": "in-connector",
    COMMENT: "note",
    "step": "step",
    "transition": "transition",
    "actionBlock": "action",
    "selectionDivergence": "diverge-selection",
    "selectionConvergence": "converge-selection",
    "simultaneousDivergence": "diverge-simultaneous",
    "simultaneousConvergence": "converge-simultaneous",
}
_MOST_NESTED = 6


def equations(body: Element) -> Iterator[str]:
    """Yield the lines of a body, sorted; comments first."""
    diagram = _Diagram(items(body))
    lines = [line for item in diagram.items.values() for line in diagram.lines(item)]
    notes = [each.text for each in diagram.items.values() if each.kind == COMMENT]
    for note in sorted(notes):
        yield from (f"// {printable(line.rstrip())}" for line in note.splitlines())
    yield from sorted(printable(line) for line in lines)


def chart(body: Element) -> Chart:
    """Return what stands where, and the wires."""
    found = items(body)
    named = [((0, key), item.text or _label(item), item.element) for key, item in found.items()]
    names = unique(named)
    nodes = [
        Node(
            names[0, key],
            "initial-step" if item.element.get("initialStep") == "true" else _kind(item),
            item.place[1],
            item.place[0],
            _label(item),
        )
        for key, item in found.items()
    ]
    wires = [
        Drawn(names.get((0, wire.source), "?"), wire.pin, names[0, key], pin.name)
        for key, item in found.items()
        for pin in item.inputs
        for wire in pin.wires
    ]
    return Chart(tuple(nodes), tuple(wires))


class _Diagram:
    """The elements of one body, and what each is called."""

    def __init__(self, found: Mapping[str, Item]) -> None:
        self.items = found
        self._outputs: dict[tuple[str, str], Pin] = {}
        for key, item in found.items():
            for pin in item.outputs:
                self._outputs.setdefault((key, pin.name), pin)
        uses = Counter(
            wire.source for item in found.values() for pin in item.inputs for wire in pin.wires
        )
        met: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        self._inlined: set[str] = set()
        for key, item in found.items():
            if item.kind != "block":
                continue
            kind = item.element.get("typeName", "?")
            met[kind] += 1
            self._names[key] = item.element.get("instanceName") or f"{kind}#{met[kind]}"
            if uses[key] == 1 and not item.element.get("instanceName"):
                self._inlined.add(key)
        self._keep_names()

    def lines(self, item: Item) -> Iterator[str]:
        """Yield the lines of an element that is not within another's."""
        if item.id in self._inlined or item.kind in {COMMENT, "inVariable", "continuation"}:
            return
        if item.kind == "block":
            name = self._names[item.id]
            yield f"{name} : {item.element.get('typeName', '?')}{_order(item)}"
            for pin in item.inputs:
                if pin.wires or pin.written:
                    yield f"{name}.{pin.name} := {self._flows(pin)}"
            for pin in item.outputs:
                words = f"{' '.join(pin.modifiers)} " if pin.modifiers else ""
                if pin.written or words:
                    yield f"{name}.{pin.name} => {words}{pin.written}".rstrip()
            return
        own = item.text if item.kind in {"outVariable", "inOutVariable"} else _label(item)
        yield f"{own} := {self._flows(item.inputs[0])}{_order(item)}"

    def _keep_names(self) -> None:
        """Give functions in loops, or deep within others, lines of their own.

        In the order in which values flow, so that nothing recurses; what that order never reaches
        lies in a loop.
        """
        users: dict[str, list[str]] = {}
        waiting: dict[str, int] = {}
        for key in self._inlined:
            sources = {w.source for pin in self.items[key].inputs for w in pin.wires}
            inner = sources & self._inlined
            waiting[key] = len(inner)
            for source in inner:
                users.setdefault(source, []).append(key)
        depths = dict.fromkeys(self._inlined, 1)
        ready = [key for key, count in waiting.items() if count == 0]
        reached: set[str] = set()
        while ready:
            key = ready.pop()
            if depths[key] <= _MOST_NESTED:
                reached.add(key)
            for user in users.get(key, ()):
                inside = depths[key] if key in reached else 0
                depths[user] = max(depths[user], inside + 1)
                waiting[user] -= 1
                if waiting[user] == 0:
                    ready.append(user)
        self._inlined = reached

    def _flows(self, pin: Pin) -> str:
        """Return what flows into a pin."""
        words = f"{' '.join(pin.modifiers)} " if pin.modifiers else ""
        said = [self._value(wire) for wire in pin.wires] or [pin.written or "nothing"]
        return words + (said[0] if len(said) == 1 else f"({' OR '.join(said)})")

    def _value(self, wire: Wire) -> str:
        item = self.items.get(wire.source)
        if item is None:
            return "?"
        if item.kind != "block":
            words = f"{' '.join(item.inputs[0].modifiers)} " if item.inputs[0].modifiers else ""
            return f"{words}{item.text or _label(item)}"
        out = self._outputs.get((item.id, wire.pin))
        words = f"{' '.join(out.modifiers)} " if out is not None and out.modifiers else ""
        if item.id not in self._inlined:
            name = self._names[item.id]
            return f"{words}{name}.{wire.pin}" if wire.pin else f"{words}{name}"
        inside = (
            f"{pin.name} := {self._flows(pin)}" for pin in item.inputs if pin.wires or pin.written
        )
        first = item.outputs[0].name if item.outputs else ""
        which = f".{wire.pin}" if wire.pin not in {"", first} else ""
        return f"{words}{item.element.get('typeName', '?')}({', '.join(inside)}){which}"


def _order(item: Item) -> str:
    order = item.element.get("executionOrderId", "0")
    return f" {{order {order}}}" if order not in {"", "0"} else ""


def _kind(item: Item) -> str:
    return _KINDS.get(item.kind, "block")


def _label(item: Item) -> str:
    if item.kind == "block":
        kind, instance = item.element.get("typeName", "?"), item.element.get("instanceName")
        return f"{kind}\n{instance}" if instance else kind
    return item.text or item.kind
