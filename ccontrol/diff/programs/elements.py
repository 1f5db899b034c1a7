"""Two versions of a rung's elements → what was done to which, with where it stands on each side.

Says nothing of what an edit means: that is `classes`' business. Series are aligned in order
(Needleman-Wunsch 1970 over likeness); a stretch that got a branch around it, or lost one, is still
the same stretch: otherwise a bypass would look like a removal beside an addition.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from operator import itemgetter

from ccontrol.diff.programs.edits import (
    Added,
    Edit,
    LegAdded,
    LegMoved,
    LegRemoved,
    Removed,
    Replaced,
)
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.likeness import bag, bags_alike, elements_alike
from ccontrol.diff.programs.moves import Loose, with_moves
from ccontrol.logic.ladder.model import Branch, ElementPath, Instruction, Series

LEGS_ALIKE = 0.25
"""Less alike than this, one leg was removed and another one added."""
STRETCHES_ALIKE = 0.5
_WRAPPED = 0.97
"""A stretch within a new branch is worth a little less than the same stretch left alone."""
_WORDS_AN_ELEMENT = 3
_MOST_TIMES = 3
"""A stretch with more words than so many times a leg's cannot be STRETCHES_ALIKE."""
_EFFORT = 16
"""How many comparisons of the budget the comparison of two elements is."""
_LONGER = 2
"""How many elements more or fewer than the leg that it went into a stretch may have had."""


def edits(before: Series, after: Series, effort: Effort) -> tuple[Edit, ...] | None:
    """Return what was done to make `after` of `before`, from left to right.

    None: more would have to be compared than the effort allows.
    """
    try:
        return tuple(_series(_Stretch(before), _Stretch(after), False, effort))
    except _TooMuchError:
        return None


class _TooMuchError(Exception):
    """The effort does not reach."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some of a series, and where its first element stands."""

    elements: Series
    at: ElementPath = ()
    first: int = 0

    def path(self, index: int) -> ElementPath:
        return (*self.at, self.first + index)

    def cut(self, first: int, last: int) -> "_Stretch":
        return _Stretch(self.elements[first:last], self.at, self.first + first)

    @property
    def legs(self) -> tuple[Series, ...]:
        """Return the legs of the branch that it begins with."""
        branch = self.elements[0]
        return branch.legs if isinstance(branch, Branch) else ()

    def leg(self, number: int) -> "_Stretch":
        """Return a leg of the branch that it begins with."""
        return _Stretch(self.legs[number], (*self.path(0), number))

    def legs_but(self, number: int) -> Iterator[tuple[Series, ElementPath]]:
        """Yield the other legs, each with where it stands."""
        for other, leg in enumerate(self.legs):
            if other != number:
                yield leg, (*self.path(0), other)


class _Way(Enum):
    PAIR = "pair"
    WRAP = "wrap"
    """A stretch of ours stands in a leg of a branch of theirs."""
    UNWRAP = "unwrap"
    """A leg of a branch of ours became a stretch of theirs."""
    ONLY_OURS = "only ours"
    ONLY_THEIRS = "only theirs"


@dataclass(frozen=True, slots=True)
class _Step:
    """How far an alignment goes on on each side at once."""

    way: _Way
    ours: int
    theirs: int
    leg: int = 0


_ONLY_OURS = _Step(_Way.ONLY_OURS, 1, 0)
_ONLY_THEIRS = _Step(_Way.ONLY_THEIRS, 0, 1)
_PAIR = _Step(_Way.PAIR, 1, 1)


def _series(ours: _Stretch, theirs: _Stretch, followed: bool, effort: Effort) -> Iterator[Edit]:
    ours, theirs, followed = _trimmed(ours, theirs, followed)
    i = j = 0
    loose: list[Loose] = []
    told: list[Edit] = []
    for step in _steps(ours.elements, theirs.elements, effort):
        is_followed = followed or j + step.theirs < len(theirs.elements)
        here, there = ours.cut(i, i + step.ours), theirs.cut(j, j + step.theirs)
        if step.way in {_Way.ONLY_OURS, _Way.ONLY_THEIRS}:
            loose.append(Loose(len(told), i, j))
        told.extend(_edits_of(step, here, there, is_followed, effort))
        i, j = i + step.ours, j + step.theirs
    return with_moves(told, loose, ours.elements, theirs.elements)


def _trimmed(ours: _Stretch, theirs: _Stretch, followed: bool) -> tuple[_Stretch, _Stretch, bool]:
    """Leave out the equal beginning and end."""
    most = min(len(ours.elements), len(theirs.elements))
    head = tail = 0
    while head < most and ours.elements[head] == theirs.elements[head]:
        head += 1
    while tail < most - head and ours.elements[-1 - tail] == theirs.elements[-1 - tail]:
        tail += 1
    ours = ours.cut(head, len(ours.elements) - tail)
    return ours, theirs.cut(head, len(theirs.elements) - tail), followed or tail > 0


def _edits_of(
    step: _Step, ours: _Stretch, theirs: _Stretch, followed: bool, effort: Effort
) -> Iterator[Edit]:
    match step.way:
        case _Way.ONLY_OURS:
            yield Removed(ours.elements[0], ours.path(0))
        case _Way.ONLY_THEIRS:
            yield Added(theirs.elements[0], theirs.path(0))
        case _Way.PAIR:
            yield from _pair(ours, theirs, followed, effort)
        case _Way.WRAP:
            yield from _series(ours, theirs.leg(step.leg), followed, effort)
            beside = (ours.elements,)
            for leg, path in theirs.legs_but(step.leg):
                yield LegAdded(leg, path, beside, followed)
        case _Way.UNWRAP:
            yield from _series(ours.leg(step.leg), theirs, followed, effort)
            for leg, path in ours.legs_but(step.leg):
                yield LegRemoved(leg, path, (theirs.elements,))


def _pair(ours: _Stretch, theirs: _Stretch, followed: bool, effort: Effort) -> Iterator[Edit]:
    one, other = ours.elements[0], theirs.elements[0]
    if one == other:
        return
    if isinstance(one, Instruction) and isinstance(other, Instruction):
        yield Replaced(one, other, ours.path(0), theirs.path(0))
        return
    pairs = _leg_pairs(ours.legs, theirs.legs, effort)
    for i, j in pairs:
        yield from _series(ours.leg(i), theirs.leg(j), followed, effort)
    yield from _other_legs(ours, theirs, pairs, followed)


def _other_legs(
    ours: _Stretch, theirs: _Stretch, pairs: Sequence[tuple[int, int]], followed: bool
) -> Iterator[Edit]:
    left = [i for i in range(len(ours.legs)) if i not in {i for i, _ in pairs}]
    right = [j for j in range(len(theirs.legs)) if j not in {j for _, j in pairs}]
    stayed = tuple(theirs.legs[j] for _, j in pairs)
    for i in left:
        path = (*ours.path(0), i)
        same = next((j for j in right if theirs.legs[j] == ours.legs[i]), None)
        if same is None:
            yield LegRemoved(ours.legs[i], path, stayed)
        else:
            right.remove(same)
            yield LegMoved(ours.legs[i], path, (*theirs.path(0), same))
    for j in right:
        yield LegAdded(theirs.legs[j], (*theirs.path(0), j), ours.legs, followed)


def _leg_pairs(
    ours: Sequence[Series], theirs: Sequence[Series], effort: Effort
) -> list[tuple[int, int]]:
    """Return which leg is which, in their order."""
    _spend(effort, len(ours) * len(theirs))
    our_bags, their_bags = list(map(bag, ours)), list(map(bag, theirs))
    alike = [[bags_alike(one, other) for other in their_bags] for one in our_bags]
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in reversed(range(len(ours))):
        for j in reversed(range(len(theirs))):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= LEGS_ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    pairs, i, j = [], 0, 0
    while i < len(ours) and j < len(theirs):
        if alike[i][j] >= LEGS_ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


class _Line:
    """A series with what its alignment asks of it again and again."""

    def __init__(self, series: Series) -> None:
        self.elements = series
        self.bags = [bag((one,)) for one in series]
        self._sizes = [0, *accumulate(map(len, self.bags))]
        self.leg_bags = [
            [(leg, bag(leg)) for leg in one.legs] if isinstance(one, Branch) else []
            for one in series
        ]

    def stretches(
        self, first: int, other: "_Line", at: int, effort: Effort
    ) -> Iterator[tuple[float, int, int]]:
        """Yield how alike stretches from there are to legs of a branch: score, length, leg."""
        for number, (leg, leg_bag) in enumerate(other.leg_bags[at]):
            longest = min(len(self.elements) - first, len(leg) + _LONGER)
            for count in range(max(1, len(leg) - _LONGER), longest + 1):
                size = self._sizes[first + count] - self._sizes[first]
                if size > _MOST_TIMES * len(leg_bag):
                    break
                _spend(effort, 1 + size // _WORDS_AN_ELEMENT)
                alike = bags_alike(bag(self.elements[first : first + count]), leg_bag)
                if alike >= STRETCHES_ALIKE:
                    yield _WRAPPED * alike * min(count, len(leg)), count, number


def _steps(our_series: Series, their_series: Series, effort: Effort) -> Iterator[_Step]:
    """Yield the alignment of two series that is most alike in all."""
    _spend(effort, len(our_series) * len(their_series))
    ours, theirs = _Line(our_series), _Line(their_series)
    height, width = len(our_series), len(their_series)
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    chosen = [[_ONLY_THEIRS] * width for _ in range(height)]
    for i in reversed(range(height)):
        for j in reversed(range(width)):
            ways = [(best[i + 1][j], _ONLY_OURS), (best[i][j + 1], _ONLY_THEIRS)]
            alike = elements_alike(our_series[i], their_series[j], ours.bags[i], theirs.bags[j])
            if alike:
                ways.append((best[i + 1][j + 1] + alike, _PAIR))
            for alike, count, leg in ours.stretches(i, theirs, j, effort):
                ways.append((best[i + count][j + 1] + alike, _Step(_Way.WRAP, count, 1, leg)))
            for alike, count, leg in theirs.stretches(j, ours, i, effort):
                ways.append((best[i + 1][j + count] + alike, _Step(_Way.UNWRAP, 1, count, leg)))
            best[i][j], chosen[i][j] = max(ways, key=itemgetter(0))
    i = j = 0
    while i < height or j < width:
        step = _ONLY_OURS if j == width else _ONLY_THEIRS
        if i < height and j < width:
            step = chosen[i][j]
        yield step
        i, j = i + step.ours, j + step.theirs


def _spend(effort: Effort, elements: int) -> None:
    if not effort.spend(_EFFORT * elements):
        raise _TooMuchError
