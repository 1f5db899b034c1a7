"""Where the nodes of a chart stand in its picture: as in the file, spread until nothing overlaps.

Editors draw in other letters than these, so that what just fits there may overlap here. What the
nodes hold is `fbd`'s and `sfc`'s business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ccontrol.logic.chart import Node

MOST_NODES = 800
"""Of one sheet; a larger one is told as text."""
_MOST_REACH = 30_000.0
"""Pixels; nodes farther apart than that are drawn in rows instead."""
_SCALES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
_PAIRS = sorted(
    ((across, down) for across in _SCALES for down in _SCALES), key=lambda pair: pair[0] * pair[1]
)
_APART = 18.0
"""Between two nodes, for the signs of marks."""
_ROW_WIDTH = 1000.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large a node is drawn."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is drawn: its upper left corner, and how large."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Return the middle between its left and its right edge."""
        return self.x + self.width / 2

    def is_near(self, other: "Place") -> bool:
        """Tell whether the two overlap, or stand closer than signs need."""
        return (
            self.x < other.right + _APART
            and other.x < self.right + _APART
            and self.y < other.bottom + _APART
            and other.y < self.bottom + _APART
        )


def spread(nodes: Sequence[Node], sizes: Mapping[str, Size]) -> Mapping[str, Place]:
    """Return the places of the nodes of one sheet, by name; the first stands near (0, 0).

    By the smallest scales at which nothing overlaps; in rows by their order where none is enough.
    """
    left = min((node.x for node in nodes), default=0)
    top = min((node.y for node in nodes), default=0)
    for across, down in _PAIRS:
        found = {
            node.name: _place((node.x - left) * across, (node.y - top) * down, sizes[node.name])
            for node in nodes
        }
        if _reach(found) <= _MOST_REACH and not _is_crowded(tuple(found.values())):
            return found
    return _in_rows(nodes, sizes)


def _place(x: float, y: float, size: Size) -> Place:
    return Place(x, y, size.width, size.height)


def _reach(found: Mapping[str, Place]) -> float:
    return max((max(place.right, place.bottom) for place in found.values()), default=0.0)


def _is_crowded(places: Sequence[Place]) -> bool:
    ordered = sorted(places, key=lambda place: place.x)
    for index, place in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.x >= place.right + _APART:
                break
            if place.is_near(other):
                return True
    return False


def _in_rows(nodes: Sequence[Node], sizes: Mapping[str, Size]) -> Mapping[str, Place]:
    found: dict[str, Place] = {}
    x = y = high = 0.0
    for node in sorted(nodes, key=lambda node: (node.y, node.x, node.name)):
        size = sizes[node.name]
        if x and x + size.width > _ROW_WIDTH:
            x, y, high = 0.0, y + high + 2 * _APART, 0.0
        found[node.name] = _place(x, y, size)
        x, high = x + size.width + 3 * _APART, max(high, size.height)
    return found
