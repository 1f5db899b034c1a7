"""How many may be asked at once: in all, behind one bridge, whole programs, and suspects.

Counts only; whose turn it is, is the queue's business.
"""

from collections import Counter
from typing import NamedTuple

from ccontrol.model.aspect import Depth
from ccontrol.poll.triage import DEEP
from ccontrol.poll.watched import Watched

BEHIND_ONE_BRIDGE = 2
"""Its pace is shared: more at once would only make each of them slower."""


class Place(NamedTuple):
    """What a poll in hand takes up."""

    alone: bool
    bridge: str
    is_deep: bool


class Admission:
    """The polls in hand, counted."""

    def __init__(self) -> None:
        self._places: Counter[Place] = Counter()
        self.in_hand = 0

    def full(self, most: int) -> frozenset[Depth]:
        """Return the depths at which nobody may be asked now, whoever it is but a suspect."""
        if self.in_hand >= most:
            return frozenset(Depth)
        few = max(1, most // 4)  # whole programs are large
        return DEEP if self._deep() >= few else frozenset()

    def has_room(self, watched: Watched, depth: Depth, most: int) -> bool:
        """Say whether a controller may be asked now; `most` may be asked at once."""
        place = place_of(watched, depth)
        if place.alone:
            return self._none_alone() and not self._behind(place.bridge)
        if depth in self.full(most):
            return False
        neighbours = self._behind(place.bridge)
        if any(other.alone for other in neighbours):
            return False  # in another process, where the pace is counted apart
        if place.is_deep and any(other.is_deep for other in neighbours):
            return False  # at half the pace neither would be done in time
        return sum(self._places[other] for other in neighbours) < BEHIND_ONE_BRIDGE

    def enter(self, watched: Watched, depth: Depth) -> Place:
        """Count a poll in; hand the place back with `leave`."""
        place = place_of(watched, depth)
        self._places[place] += 1
        self.in_hand += 1
        return place

    def leave(self, place: Place) -> None:
        """Count a poll out."""
        self._places -= Counter([place])
        self.in_hand -= 1

    def _behind(self, bridge: str) -> list[Place]:
        every = (Place(alone, bridge, deep) for alone in (True, False) for deep in (True, False))
        return [place for place in every if self._places[place]]

    def _none_alone(self) -> bool:
        return not any(place.alone for place in self._places)

    def _deep(self) -> int:
        return sum(count for place, count in self._places.items() if place.is_deep)


def place_of(watched: Watched, depth: Depth) -> Place:
    """Return what asking a controller would take up."""
    return Place(watched.alone, watched.controller.pace_key, depth in DEEP)
