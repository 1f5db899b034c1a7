"""Which removed statements, or networks, became which added ones: the most alike, in order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import Pair

Words: TypeAlias = Sequence[str]

LEAST_ALIKE = 0.4
"""What shares less of its words is another thing."""
_MOST_CELLS = 250_000
_COMPARISONS_A_PAIR = 50


def alike(before: Words, after: Words) -> float:
    """Return how much of their words two items share, from 0 to 1."""
    if not before and not after:
        return 1.0
    shared = (Counter(before) & Counter(after)).total()
    return 2 * shared / (len(before) + len(after))


def pair_up(before: Sequence[Words], after: Sequence[Words], effort: Effort) -> tuple[Pair, ...]:
    """Pair items of two gaps in their order, so that they are most alike in sum.

    Gaps too large for the effort are paired one to one in their order when they are equally long
    and alike, else not at all: all of one is removed then, and all of the other added.
    """
    cells = len(before) * len(after)
    if not cells:
        return ()
    words = 1 + (sum(map(len, before)) + sum(map(len, after))) // (len(before) + len(after))
    if cells > _MOST_CELLS or not effort.spend(cells * words):
        return tuple(
            (index, index)
            for index in range(min(len(before), len(after)))
            if len(before) == len(after) and alike(before[index], after[index]) >= LEAST_ALIKE
        )
    return _best(_likenesses(before, after))


def likest(
    before: Mapping[int, Words], after: Mapping[int, Words], least: float, effort: Effort
) -> tuple[Pair, ...]:
    """Pair the most alike first, wherever they stand; equal ones only where that is too much."""
    cells = len(before) * len(after)
    if cells > _MOST_CELLS or not effort.spend(cells * _COMPARISONS_A_PAIR):
        least = 1.0
        where = {tuple(words): j for j, words in after.items()}
        found = [(1.0, i, where[tuple(w)]) for i, w in before.items() if tuple(w) in where]
    else:
        found = [(alike(w, other), i, j) for i, w in before.items() for j, other in after.items()]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for like, i, j in sorted(found, key=lambda each: (-each[0], each[1:])):
        if like >= least and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return tuple(sorted(pairs.items()))


def _likenesses(before: Sequence[Words], after: Sequence[Words]) -> list[list[float]]:
    theirs = [(Counter(words), len(words)) for words in after]
    rows: list[list[float]] = []
    for words in before:
        ours, size = Counter(words), len(words)
        rows.append(
            [
                2 * (ours & other).total() / (size + length) if size + length else 1.0
                for other, length in theirs
            ]
        )
    return rows


def _best(likenesses: list[list[float]]) -> tuple[Pair, ...]:
    """Return the pairs of the heaviest way through the table, none below LEAST_ALIKE."""
    width = len(likenesses[0])
    sums = [[0.0] * (width + 1)]
    for row in likenesses:
        above, line = sums[-1], [0.0]
        for j, like in enumerate(row):
            met = above[j] + like if like >= LEAST_ALIKE else 0.0
            line.append(max(above[j + 1], line[j], met))
        sums.append(line)
    pairs: list[Pair] = []
    i, j = len(likenesses), width
    while i and j:
        if sums[i][j] == sums[i - 1][j]:
            i -= 1
        elif sums[i][j] == sums[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return tuple(reversed(pairs))
