"""Which rung is which: two lists of rungs → pairs. Knows of likeness, not of what a change means.

Equal rungs in order first (`lines.align`), then equal logic under other comments and names of
instructions, then what is most alike within each gap (Needleman-Wunsch 1970), last what moved.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.likeness import Bag, rung_bag, rungs_alike, with_one_name
from ccontrol.diff.programs.lines import Pair, align
from ccontrol.logic.ladder.model import Rung
from ccontrol.logic.ladder.outputs import driven

ALIKE = 0.4
"""Less alike than this, two rungs in the same place are one removed and one added."""
MOVED_ALIKE = 0.8
"""Less alike than this, two rungs in different places are."""
MOVED_DRIVING_ALIKE = 0.5
"""The same where both drive the same."""
EXACT = 0.5
"""What equal logic counts more than likeness does: a copy wins over a rung that resembles."""
MOST_CELLS = 62_500
"""Larger gaps (250 rungs by 250) are cut by their likest rungs first."""
FEW_CELLS = 16
"""Smaller gaps are not looked through for equal logic first: likeness finds it."""
EFFORT = 32
"""How many comparisons of the budget the comparison of two rungs is, beside one per word."""
RARE = 12
"""A word in no more rungs than this points at them; and no more candidates are looked at."""

_Asked: TypeAlias = Callable[[int], Hashable]


class RungPair(NamedTuple):
    """A rung's index before and after; None: there was, is none."""

    before: int | None
    after: int | None
    moved: bool = False
    same: bool = False
    """Known to be equal; other pairs may be, too."""


class _Side:
    """One version's rungs, with what is asked of them again and again."""

    def __init__(self, rungs: Sequence[Rung]) -> None:
        self.rungs = rungs
        self._bags: dict[int, Bag] = {}
        self._logic: dict[int, Hashable] = {}

    def bag(self, index: int) -> Bag:
        """Return a rung's bag."""
        if index not in self._bags:
            self._bags[index] = rung_bag(self.rungs[index])
        return self._bags[index]

    def logic(self, index: int) -> Hashable:
        """Return what a rung does: equal for equal logic, whatever else is said of it."""
        if index not in self._logic:
            rung = self.rungs[index]
            self._logic[index] = (with_one_name(rung.elements), rung.verbatim)
        return self._logic[index]


def pair_rungs(
    before: Sequence[Rung], after: Sequence[Rung], effort: Effort
) -> tuple[RungPair, ...]:
    """Return every rung of both sides once, by their order after; removed ones where they stood.

    Where the effort does not reach, rungs that only resemble each other stay apart.
    """
    pairing = _Pairing(before, after, effort)
    same, in_place = pairing.in_place()
    ours, theirs = {i for i, _ in in_place}, {j for _, j in in_place}
    left = [i for i in range(len(before)) if i not in ours]
    right = [j for j in range(len(after)) if j not in theirs]
    moved = pairing.moved(left, right)
    pairs = {j: RungPair(i, j) for i, j in in_place}
    pairs |= {j: RungPair(i, j, moved=True) for i, j in moved}
    pairs |= {j: RungPair(i, j, same=True) for i, j in same}
    return tuple(_in_order(pairs, len(before), len(after)))


def _in_order(pairs: Mapping[int, RungPair], height: int, width: int) -> Iterator[RungPair]:
    kept = {pair.before for pair in pairs.values()}
    removed = deque(i for i in range(height) if i not in kept)
    for j in range(width):
        pair = pairs.get(j) or RungPair(None, j)
        while pair.before is not None and not pair.moved and removed and removed[0] < pair.before:
            yield RungPair(removed.popleft(), None)
        yield pair
    yield from (RungPair(i, None) for i in removed)


class _Pairing:
    def __init__(self, before: Sequence[Rung], after: Sequence[Rung], effort: Effort) -> None:
        self._before, self._after, self._effort = _Side(before), _Side(after), effort

    def in_place(self) -> tuple[Sequence[Pair], Sequence[Pair]]:
        """Return pairs that rise on both sides: of equal rungs, and all of them."""
        whole = align(self._before.rungs, self._after.rungs, self._effort)
        pairs = list(whole.pairs)
        for gap in whole.gaps:
            if len(gap.before) * len(gap.after) <= FEW_CELLS:
                pairs.extend(self._alike(gap.before, gap.after))
                continue
            logic = self._aligned(gap.before, gap.after, self._before.logic, self._after.logic)
            pairs.extend(logic)
            for ours, theirs in _between(gap.before, gap.after, logic):
                pairs.extend(self._alike(ours, theirs))
        return whole.pairs, sorted(pairs)

    def moved(self, left: Sequence[int], right: Sequence[int]) -> list[Pair]:
        """Return pairs of what is left on both sides: equal logic first, then what is alike."""
        where: dict[Hashable, list[int]] = {}
        for j in reversed(right):
            where.setdefault(self._after.logic(j), []).append(j)
        found = [(i, js.pop()) for i in left if (js := where.get(self._before.logic(i)))]
        ours, theirs = {i for i, _ in found}, {j for _, j in found}
        likest = self._likest(
            [i for i in left if i not in ours], [j for j in right if j not in theirs]
        )
        found.extend((i, j) for alike, i, j in likest if alike >= self._moved_alike(i, j))
        return found

    def _moved_alike(self, i: int, j: int) -> float:
        outputs = driven(self._before.rungs[i])
        is_same = outputs and outputs == driven(self._after.rungs[j])
        return MOVED_DRIVING_ALIKE if is_same else MOVED_ALIKE

    def _aligned(self, ours: range, theirs: range, before: _Asked, after: _Asked) -> list[Pair]:
        found = align(list(map(before, ours)), list(map(after, theirs)), self._effort)
        return [(ours[i], theirs[j]) for i, j in found.pairs]

    def _alike(self, ours: range, theirs: range) -> list[Pair]:
        """Return the pairs of a gap that are most alike in all."""
        if not ours or not theirs:
            return []
        cells = len(ours) * len(theirs)
        words = sum(len(self._before.bag(i)) for i in ours) * len(theirs)
        if cells <= MOST_CELLS and self._effort.spend(EFFORT * cells + words):
            return self._most_alike(ours, theirs)
        likest = {i: (i, j) for alike, i, j in self._likest(ours, theirs) if alike >= ALIKE}
        names = {j: (i, j) for i, j in likest.values()}
        pairs = self._aligned(
            ours, theirs, lambda i: likest.get(i, (i, None)), lambda j: names.get(j, (None, j))
        )
        for fewer, others in _between(ours, theirs, pairs) if pairs else ():
            pairs = pairs + self._alike(fewer, others)
        return pairs

    def _most_alike(self, ours: range, theirs: range) -> list[Pair]:
        scores = [[self._score(i, j) for j in theirs] for i in ours]
        best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
        for i in reversed(range(len(ours))):
            row, below, score = best[i], best[i + 1], scores[i]
            for j in reversed(range(len(theirs))):
                row[j] = max(below[j], row[j + 1], below[j + 1] + score[j] if score[j] else 0.0)
        return [(ours[i], theirs[j]) for i, j in _path(best, scores)]

    def _score(self, i: int, j: int) -> float:
        """Return how alike two rungs are; 0 where they are not."""
        alike = self._rungs_alike(i, j)
        if alike < ALIKE:
            return 0.0
        if alike < 1.0 or self._before.logic(i) != self._after.logic(j):
            return alike
        return alike + EXACT

    def _rungs_alike(self, i: int, j: int) -> float:
        before, after = self._before, self._after
        return rungs_alike(before.rungs[i], after.rungs[j], before.bag(i), after.bag(j))

    def _likest(self, ours: Sequence[int], theirs: Sequence[int]) -> list[tuple[float, int, int]]:
        """Return for each rung at most one other, the likest first, by the rare words in common.

        Looks at few candidates per rung, so that it takes about linear time.
        """
        holders: dict[tuple[str, int], list[int]] = {}
        for j in theirs:
            for token in self._after.bag(j):
                holders.setdefault(token, []).append(j)
        found: list[tuple[float, int, int]] = []
        for i in ours:
            votes = Counter(
                j
                for token in self._before.bag(i)
                if len(js := holders.get(token, ())) <= RARE
                for j in js
            )
            candidates = [j for j, _ in votes.most_common(RARE)]
            words = len(self._before.bag(i))
            if not self._effort.spend((EFFORT + words) * (len(candidates) + 1)):
                break
            found.extend((self._rungs_alike(i, j), i, j) for j in candidates)
        return list(_one_to_one(found))


def _one_to_one(
    found: list[tuple[float, int, int]],
) -> Iterator[tuple[float, int, int]]:
    ours: set[int] = set()
    theirs: set[int] = set()
    for alike, i, j in sorted(found, key=lambda one: (-one[0], abs(one[1] - one[2]), one[1:])):
        if i not in ours and j not in theirs:
            ours.add(i)
            theirs.add(j)
            yield alike, i, j


def _path(best: list[list[float]], scores: list[list[float]]) -> Iterator[Pair]:
    i = j = 0
    while i < len(scores) and j < len(scores[i]):
        if scores[i][j] and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1


def _between(ours: range, theirs: range, pairs: Iterable[Pair]) -> Iterator[tuple[range, range]]:
    """Yield what lies between rising pairs, before the first and behind the last."""
    at, to = ours.start, theirs.start
    for i, j in pairs:
        yield range(at, i), range(to, j)
        at, to = i + 1, j + 1
    yield range(at, ours.stop), range(to, theirs.stop)
