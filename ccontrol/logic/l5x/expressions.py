"""What flows into each input of a sheet, as an expression without ids. Bounded for any sheet."""

import hashlib
from collections import deque
from collections.abc import Iterator

from ccontrol.logic.chart import Wire
from ccontrol.logic.l5x.sheet import FUNCTION, Sheet, label
from ccontrol.logic.xml import name_of

_MOST_NESTED = 6
"""Functions within functions in one line; deeper ones are told in lines of their own."""
_LOOKS_BACK = 16
"""Functions that a digest looks back; the same for every sheet, so that no other node counts."""
_DIGITS = 6


class Expressions:
    """The expressions of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._functions = [at for at, node in sheet.nodes.items() if name_of(node) == FUNCTION]
        self._inlined: dict[str, str] = {}
        self._digests = self._all_digests()
        self._inline_all()

    def named(self) -> Iterator[str]:
        """Yield the ids of the nodes that have lines of their own: all but inlined functions."""
        return (at for at in self._sheet.nodes if at not in self._inlined)

    def name(self, at: str) -> str:
        """Return what a node is called in lines."""
        node = self._sheet.nodes.get(at)
        if node is None:
            return "?"
        if at in self._digests:
            return f"{label(node)}#{self._digests[at][:_DIGITS]}"
        return label(node)

    def inputs(self, at: str) -> list[tuple[str, str]]:
        """Return the pins of a node that are wired, and what flows into each, sorted."""
        wires = self._sheet.into.get(at, ())
        return sorted((wire.target_pin, self._source(wire)) for wire in wires)

    def _source(self, wire: Wire) -> str:
        said = self._inlined.get(wire.source)
        if said is None:
            said = self.name(wire.source)
            said = f"{said}.{wire.source_pin}" if wire.source_pin else said
        elif wire.source_pin not in {"", "Out"}:
            said = f"{said}.{wire.source_pin}"
        return f"feedback({said})" if wire.feedback else said

    def _inline_all(self) -> None:
        """Write each function that is used once, and in no loop, as an expression.

        In the order in which values flow, so that nothing recurses; what such an order never
        reaches lies in a loop of functions or behind one, and keeps a name.
        """
        waiting = {at: len(self._function_sources(at)) for at in self._functions}
        ready = deque(at for at, count in waiting.items() if count == 0)
        users: dict[str, list[str]] = {}
        for at in self._functions:
            for source in self._function_sources(at):
                users.setdefault(source, []).append(at)
        depths: dict[str, int] = {}
        while ready:
            at = ready.popleft()
            nested = (depths.get(source, 0) for source in self._function_sources(at))
            depth = 1 + max(nested, default=0)
            if self._sheet.uses.get(at) == 1 and depth <= _MOST_NESTED:
                depths[at] = depth
                inside = ", ".join(f"{pin} := {said}" for pin, said in self.inputs(at))
                self._inlined[at] = f"{label(self._sheet.nodes[at])}({inside})"
            for user in users.get(at, ()):
                waiting[user] -= 1
                if waiting[user] == 0:
                    ready.append(user)

    def _function_sources(self, at: str) -> list[str]:
        wires = self._sheet.into.get(at, ())
        return [wire.source for wire in wires if wire.source in self._digests]

    def _all_digests(self) -> dict[str, str]:
        """Return a digest of each function: its type and, as far as it goes, what flows in.

        Every round looks one function further back. Two functions that are alike as far as that
        get one name, whatever their ids.
        """
        nodes = self._sheet.nodes
        kinds = {at: label(nodes[at]) for at in self._functions}
        digests = {at: _digest(kind) for at, kind in kinds.items()}
        for _ in range(_LOOKS_BACK):
            digests = {at: _digest(kinds[at], *self._tokens(at, digests)) for at in digests}
        return digests

    def _tokens(self, at: str, digests: dict[str, str]) -> list[str]:
        tokens = []
        for wire in self._sheet.into.get(at, ()):
            node = self._sheet.nodes.get(wire.source)
            source = digests.get(wire.source) or ("?" if node is None else label(node))
            tokens.append(repr((wire.target_pin, wire.source_pin, source, wire.feedback)))
        return sorted(tokens)


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()
