"""Ladders that are drawn as wires between points → series and branches, where that is possible.

Knows no format: readers name the points and say what stands between two of them. A bridge (a wire
across two branches) or a loop has no such form; its reader writes the wires down instead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccontrol.logic.ladder.model import Branch, Series
from ccontrol.logic.ladder.neutral import MOST_DEPTH

RAIL, END = "rail", "end"
"""The point where power comes from, and the one where it is used up."""
_MOST_EDGES = 5000


@dataclass(frozen=True, slots=True)
class Edge:
    """What stands between two points: a plain wire when `series` is empty.

    `place` orders the legs of a branch from the top down.
    """

    source: str
    target: str
    series: Series
    place: tuple[int, ...]


@dataclass(slots=True)
class _Path:
    source: str
    target: str
    legs: list[tuple[tuple[int, ...], Series]]
    depth: int

    def series(self) -> Series:
        if len(self.legs) == 1:
            return self.legs[0][1]
        legs = sorted(self.legs, key=lambda leg: leg[0])
        return (Branch(tuple(series for _, series in legs)),)

    def place(self) -> tuple[int, ...]:
        return min(place for place, _ in self.legs)


def rungs(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Return the edges rung by rung: what hangs together without the rails, in their order."""
    held = list(edges)
    heads: dict[str, str] = {}

    def head(point: str) -> str:
        while heads.setdefault(point, point) != point:
            heads[point] = heads[heads[point]]
            point = heads[point]
        return point

    for edge in held:
        if edge.source != RAIL and edge.target != END:
            heads[head(edge.source)] = head(edge.target)
    found: dict[str, list[Edge]] = {}
    for number, edge in enumerate(held):
        inner = next((p for p in (edge.source, edge.target) if p not in {RAIL, END}), None)
        found.setdefault(f"wire {number}" if inner is None else head(inner), []).append(edge)
    return list(found.values())


def reduced(edges: Iterable[Edge]) -> Series | None:
    """Return the one series that runs from RAIL to END; None where there is none.

    A point from which nothing goes on is joined to END.
    """
    held = list(edges)
    if not held or len(held) > _MOST_EDGES:
        return None
    return _Reduction(_with_ends(held)).result()


def _with_ends(edges: list[Edge]) -> Iterator[Edge]:
    yield from edges
    sources = {edge.source for edge in edges}
    for point in dict.fromkeys(edge.target for edge in edges):
        if point != END and point not in sources:
            yield Edge(point, END, (), (0,))


class _Reduction:
    """Joins parallel paths, and paths that meet at a point without branches, until one is left."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._paths: dict[tuple[str, str], _Path] = {}
        self._into: dict[str, dict[str, None]] = {}
        self._out: dict[str, dict[str, None]] = {}
        for edge in edges:
            path = _Path(edge.source, edge.target, [(edge.place, edge.series)], 0)
            self._add(path)

    def result(self) -> Series | None:
        waiting = list(self._out)
        while waiting:
            point = waiting.pop()
            if point in {RAIL, END} or not self._is_plain(point):
                continue
            (before,), (after,) = self._into[point], self._out[point]
            if before == after or point in {before, after}:
                return None
            self._join(before, point, after)
            waiting += (before, after)
        path = self._paths.get((RAIL, END))
        if len(self._paths) != 1 or path is None or path.depth > MOST_DEPTH:
            return None
        return path.series()

    def _is_plain(self, point: str) -> bool:
        return len(self._into.get(point, ())) == 1 == len(self._out.get(point, ()))

    def _join(self, before: str, point: str, after: str) -> None:
        first, second = self._take(before, point), self._take(point, after)
        wires = [path for path in (first, second) if path.series() == ()]
        if wires:
            kept = second if wires[0] is first else first
            legs = kept.legs
        else:
            legs = [(min(first.place(), second.place()), first.series() + second.series())]
        depth = max(first.depth, second.depth)
        self._add(_Path(before, after, legs, depth))

    def _take(self, source: str, target: str) -> _Path:
        del self._out[source][target]
        del self._into[target][source]
        return self._paths.pop((source, target))

    def _add(self, path: _Path) -> None:
        key = (path.source, path.target)
        other = self._paths.get(key)
        if other is None:
            self._paths[key] = path
            self._out.setdefault(path.source, {})[path.target] = None
            self._into.setdefault(path.target, {})[path.source] = None
            return
        other.legs += path.legs
        other.depth = max(other.depth, path.depth) + 1
