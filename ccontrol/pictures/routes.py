"""Where the wires of a function block diagram run: around boxes, and not upon each other.

A wire that runs behind a box seems to come out of it, and two wires upon each other seem to be
one. Of some ways with few corners the first is taken that does neither, else the one that does it
least.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from ccontrol.pictures.chart_places import Place
from ccontrol.pictures.shapes import MARGIN, Point

STUB = 10.0
"""A wire leaves and meets its boxes that far straight on."""
_CLEAR = 7.0
"""Between a wire that goes around and the box."""
_MOST_WORK = 60_000
"""Wires times boxes; a larger sheet gets the first way for each wire."""
_MOST_LANES = 12
_BEHIND_A_BOX, _UPON_A_WIRE = 10, 1
_Segment: TypeAlias = tuple[Point, Point]


class Routes:
    """The wires of one sheet, laid one after the other."""

    def __init__(self, places: Iterable[Place], wires: int) -> None:
        self._places = tuple(places)
        self._is_small = wires * len(self._places) <= _MOST_WORK
        self._laid: list[tuple[object, _Segment]] = []

    def route(self, source: object, start: Point, end: Point) -> Sequence[Point]:
        """Return the corners of a wire; those of one source may share their way."""
        ways = self._ways(start, end)
        best = next(ways)
        if self._is_small:
            least = self._cost(source, best)
            for way in ways:
                if least == 0:
                    break
                cost = self._cost(source, way)
                if cost < least:
                    best, least = way, cost
            self._laid += ((source, segment) for segment in pairwise(best))
        return best

    def _ways(self, start: Point, end: Point) -> Iterator[Sequence[Point]]:
        (x, y), (to_x, to_y) = start, end
        out, into = x + STUB, to_x - STUB
        if into >= out:
            for turn in (out, into, (out + into) / 2, out + STUB, into - STUB):
                if out <= turn <= into:
                    yield start, (turn, y), (turn, to_y), end
        else:  # backwards: around the lower edge of both
            below = max(self._bottom(start), self._bottom(end)) + MARGIN / 2
            yield start, (out, y), (out, below), (into, below), (into, to_y), end
        for lane in self._lanes((y + to_y) / 2):
            yield start, (out, y), (out, lane), (into, lane), (into, to_y), end

    def _bottom(self, point: Point) -> float:
        x, y = point
        ends = (
            place.bottom
            for place in self._places
            if place.x <= x <= place.right and place.y <= y <= place.bottom
        )
        return max(ends, default=y)

    def _lanes(self, near: float) -> Sequence[float]:
        """Return where a wire may run across, above or below the boxes, the nearest first."""
        lanes = {place.y - _CLEAR for place in self._places}
        lanes |= {place.bottom + _CLEAR for place in self._places}
        return sorted(lanes, key=lambda lane: (abs(lane - near), lane))[:_MOST_LANES]

    def _cost(self, source: object, way: Sequence[Point]) -> int:
        cost = 0
        for segment in pairwise(way):
            cost += _BEHIND_A_BOX * sum(_passes(segment, place) for place in self._places)
            cost += _UPON_A_WIRE * sum(
                other != source and _lies_upon(segment, laid) for other, laid in self._laid
            )
        return cost


def _passes(segment: _Segment, place: Place) -> bool:
    """Tell whether a straight piece of wire runs through a box; its edge is none of it."""
    (x, y), (to_x, to_y) = segment
    return (
        min(x, to_x) < place.right - 1
        and max(x, to_x) > place.x + 1
        and min(y, to_y) < place.bottom - 1
        and max(y, to_y) > place.y + 1
    )


def _lies_upon(one: _Segment, other: _Segment) -> bool:
    """Tell whether two straight pieces share more than a point, or nearly so."""
    for across, along in ((0, 1), (1, 0)):
        if all(abs(end[across] - one[0][across]) < 2 for end in (*one, *other)):  # noqa: PLR2004 — pixels
            low, high = sorted(end[along] for end in one)
            to_low, to_high = sorted(end[along] for end in other)
            return min(high, to_high) - max(low, to_low) > 1
    return False
