"""LD bodies of TC6 XML → rungs. What is no series and branch stands as its wires, counted.

Contacts and coils are named as everywhere in ladders from Europe: Contact, I_Contact (negated),
P_Contact, N_Contact (edges), Coil, S_Coil, R_Coil. A block stands where power flows through it;
its other inputs and outputs are operands.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from hashlib import sha256

from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.ladder.text import one_line
from ccontrol.logic.plcopen.network import COMMENT, UNNAMED, Item, Pin, Wire, items
from ccontrol.logic.wiring import END, RAIL, Edge, reduced, rungs
from ccontrol.logic.xml import Element

_LEFT, _RIGHT = "leftPowerRail", "rightPowerRail"
_SOURCES = frozenset({"inVariable", "inOutVariable"})
_STARTS = frozenset({"label", "continuation"})
"""Elements that nothing is wired to, and that begin a rung all the same."""
_POWERED = frozenset({"contact", "coil", _LEFT})
_OPS = {
    "label": "LBL",
    "jump": "JMP",
    "return": "RET",
    "connector": "Connector",
    "continuation": "Continuation",
    "outVariable": "Assign",
    "contact": "Contact",
    "coil": "Coil",
}
_PREFIXES: Mapping[tuple[str, ...], str] = {
    ("NOT",): "I_",
    ("rising",): "P_",
    ("falling",): "N_",
    ("set",): "S_",
    ("reset",): "R_",
}
_MOST_CHARS = 1_000_000
_MOST_NESTED = 100
_LONGEST = 2000
"""Characters of an operand; a longer one is told by its hash."""


def ladder(body: Element) -> tuple[Rung, ...]:
    """Return the rungs in the order in which they are evaluated: from the top down."""
    network = _Network(items(body))
    made = [(min(edge.place for edge in edges), network.rung(edges)) for edges in network.rungs()]
    made.sort(key=lambda pair: pair[0])
    comments = sorted(
        (each.place, each.text) for each in network.items.values() if each.kind == COMMENT
    )
    return tuple(_commented(made, comments))


def _commented(
    made: list[tuple[tuple[int, ...], Rung]], comments: list[tuple[tuple[int, int, int], str]]
) -> Iterator[Rung]:
    """Give each comment to the first rung below it, those below all rungs to the last."""
    waiting = deque(comments)
    for number, (place, rung) in enumerate(made):
        last = number == len(made) - 1
        mine: list[str] = []
        while waiting and (last or waiting[0][0] <= place):
            mine.append(waiting.popleft()[1])
        yield Rung(rung.elements, "\n".join(mine), verbatim=rung.verbatim)
    if not made and comments:
        yield Rung((), "\n".join(text for _, text in comments))


class _Network:
    """One body: its elements, and by which pin power comes into each."""

    def __init__(self, found: Mapping[str, Item]) -> None:
        self.items = found
        self._operand_targets = {
            key for key, item in found.items() if item.kind == "outVariable" and self._takes(item)
        }
        self._power = {key: self._power_pins(item) for key, item in found.items()}
        self._aside = self._feeding_operands()
        self._taken: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._leaving: dict[str, set[str]] = {}
        self._values: dict[str, str] = {}
        for number, (key, item) in enumerate(found.items()):
            self._index(number, key, item)

    def _index(self, number: int, key: str, item: Item) -> None:
        """Note where the outputs of blocks go: to an operand (in the file's order), or as power."""
        for pin in item.inputs:
            for wire in pin.wires:
                if key in self._operand_targets:
                    taken = self._taken.setdefault((wire.source, wire.pin), [])
                    taken.append((number, item.text))
                elif pin.name in self._power[key][:1]:
                    self._leaving.setdefault(wire.source, set()).add(wire.pin)

    def rungs(self) -> list[list[Edge]]:
        """Return the wires of each rung."""
        return rungs(self._edges())

    def rung(self, edges: list[Edge]) -> Rung:
        """Return the rung that these wires are."""
        series = None if self._is_odd(edges) else reduced(edges)
        if series is None:
            return Rung((), verbatim=_netlist(edges))
        return Rung(series)

    def _edges(self) -> Iterator[Edge]:
        for key, item in self.items.items():
            if item.kind in {COMMENT, _LEFT, *_SOURCES} or key in self._aside:
                continue
            if key in self._operand_targets:
                continue
            for wire in self._fed(item):
                source = self.items.get(wire.source)
                start = RAIL if source is None or source.kind == _LEFT else f"out {wire.source}"
                start = start if source is not None else f"lost {wire.source}"
                target = END if item.kind == _RIGHT else f"in {key}"
                yield Edge(start, target, (), item.place)
            if item.kind in _STARTS:
                yield Edge(RAIL, f"in {key}", (), item.place)
            if item.kind != _RIGHT:
                yield Edge(f"in {key}", f"out {key}", (self._instruction(item),), item.place)

    def _fed(self, item: Item) -> Iterator[Wire]:
        """Yield the wires by which power comes into an element."""
        power = self._power[item.id]
        return (wire for pin in item.inputs if pin.name in power[:1] for wire in pin.wires)

    def _power_pins(self, item: Item) -> tuple[str, ...]:
        """Return the pins that contacts, coils or rails feed; else the first that a block feeds."""
        if item.kind != "block":
            return ("",)
        fed = [pin for pin in item.inputs if self._is_fed(pin, _POWERED)]
        if not fed:
            fed = [pin for pin in item.inputs if self._is_fed(pin, frozenset({"block"}))][:1]
        names = [pin.name for pin in fed]
        return tuple(sorted(names, key=lambda name: name != "EN"))

    def _is_fed(self, pin: Pin, kinds: frozenset[str]) -> bool:
        return any(
            wire.source in self.items and self.items[wire.source].kind in kinds
            for wire in pin.wires
        )

    def _takes(self, item: Item) -> bool:
        """Tell whether an outVariable only takes the value of a block's pin."""
        return all(
            wire.source in self.items and self.items[wire.source].kind == "block"
            for pin in item.inputs
            for wire in pin.wires
        )

    def _feeding_operands(self) -> frozenset[str]:
        """Return the contacts that lead to no power input: they are parts of operands."""
        powering = Counter(wire.source for item in self.items.values() for wire in self._fed(item))
        used = {w.source for item in self.items.values() for pin in item.inputs for w in pin.wires}
        contacts = {
            key for key, item in self.items.items() if item.kind == "contact" and key in used
        }
        aside = [key for key in self.items if key in contacts and not powering[key]]
        for key in aside:  # grows: what feeds such a contact alone is one, too
            for wire in self._fed(self.items[key]):
                powering[wire.source] -= 1
                if wire.source in contacts and not powering[wire.source]:
                    aside.append(wire.source)
        return frozenset(aside)

    def _is_odd(self, edges: list[Edge]) -> bool:
        """Tell whether power leaves a block of this rung by more than one pin."""
        for edge in edges:
            item = self.items.get(edge.target.removeprefix("out "))
            if (
                item is not None
                and item.kind == "block"
                and len(self._leaving.get(item.id, ())) > 1
            ):
                return True
        return False

    def _instruction(self, item: Item) -> Instruction:
        op = _OPS.get(item.kind, item.kind)
        if item.kind == "block":
            return self._block(item)
        modifiers = item.inputs[0].modifiers
        prefix = _PREFIXES.get(modifiers, "")
        more = () if prefix else modifiers
        operands = (item.text, *more) if item.text else more
        return Instruction(f"{prefix}{op}", operands)

    def _block(self, item: Item) -> Instruction:
        kind = item.element.get("typeName") or "?"
        instance = item.element.get("instanceName")
        return Instruction(f"{instance}.{kind}" if instance else kind, tuple(self._operands(item)))

    def _operands(self, item: Item) -> Iterator[str]:
        power = self._power[item.id][:1]
        for number, pin in enumerate(item.inputs):
            words = " ".join(pin.modifiers)
            if pin.name in power:
                if words or (number and pin.name != "EN"):
                    yield f"{pin.name} := {f'{words} ' if words else ''}power"
            elif pin.wires or pin.written:
                said = pin.written or self._any_of(pin, _MOST_NESTED)
                yield f"{_named(pin, ' := ')}{f'{words} ' if words else ''}{said}"
        for number, pin in enumerate(item.outputs):
            words = f"{' '.join(pin.modifiers)} " if pin.modifiers else ""
            for target in self._targets(item, pin, number):
                yield f"{_named(pin, ' ')}=> {words}{target}"

    def _targets(self, item: Item, pin: Pin, number: int) -> Iterator[str]:
        if pin.written:
            yield pin.written
        names = {pin.name} if number else {pin.name, ""}
        found = (taken for name in names for taken in self._taken.get((item.id, name), ()))
        yield from (text for _, text in sorted(found, key=lambda taken: taken[0]))
        if number and pin.name != "ENO" and pin.name in self._leaving.get(item.id, ()):
            yield "power"

    def _any_of(self, pin: Pin, nested: int) -> str:
        said = [self._value(wire, nested) for wire in pin.wires]
        text = said[0] if len(said) == 1 else f"({' OR '.join(said)})"
        if len(text) <= _LONGEST:
            return text
        return f"({len(text)} characters, sha256 {sha256(text.encode()).hexdigest()})"

    def _value(self, wire: Wire, nested: int) -> str:
        """Return what a wire carries, as an expression; what lies in a loop, by its own name."""
        item = self.items.get(wire.source)
        if item is None:
            return "?"
        if item.kind == _LEFT:
            return "TRUE"
        if item.kind == "block":
            name = item.element.get("instanceName") or item.element.get("typeName") or "?"
            return f"{name}.{wire.pin}" if wire.pin else name
        words = f"{' '.join(item.inputs[0].modifiers)} " if item.inputs[0].modifiers else ""
        own = f"{words}{item.text}"
        if item.kind != "contact" or nested == 0:
            return own
        if item.id not in self._values:
            self._values[item.id] = own
            before = self._any_of(item.inputs[0], nested - 1)
            self._values[item.id] = own if before == "TRUE" else f"({before} AND {own})"
        return self._values[item.id]


def _named(pin: Pin, sign: str) -> str:
    return "" if pin.name.startswith(UNNAMED) else f"{pin.name}{sign}"


def _netlist(edges: list[Edge]) -> str:
    """Return each instruction with the numbers of those that feed it: no order but the wires'."""
    numbers: dict[str, int] = {}
    for edge in sorted(edges, key=lambda edge: edge.place):
        if edge.series:
            numbers[edge.target] = len(numbers) + 1
    feeding: dict[str, list[str]] = {}
    for edge in edges:
        if not edge.series:
            at = numbers.get(edge.source)
            known = edge.source if edge.source == RAIL else "nothing"
            feeding.setdefault(edge.target, []).append(known if at is None else str(at))
    lines = []
    for edge in sorted(edges, key=lambda edge: edge.place):
        if edge.series:
            sources = ", ".join(feeding.get(edge.source, ["nothing"]))
            lines.append(
                f"{numbers[edge.target]}: {one_line(edge.series, _MOST_CHARS)} <- {sources}"
            )
    return "\n".join(lines)
