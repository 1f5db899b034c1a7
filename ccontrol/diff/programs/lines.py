"""Two sequences of lines held against each other: which line is which, and what to show of them.

Patience first (what stands once on both sides is the same), then the longest common subsequence by
machine words, in space that does not grow with its square. Knows no language. The standard
library's differ is not used: 20 % of the lines of 1 MB changed took it more than two minutes.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ccontrol.diff.programs.changes import LineDiff
from ccontrol.diff.programs.effort import Effort

CONTEXT_LINES = 3
Pair: TypeAlias = tuple[int, int]

_BITS_PER_COMPARISON = 1024
"""How many bits Python adds and masks in about the time in which it compares two items."""
_MOST_BITS_KEPT = 1 << 26
"""Larger squares are halved (Hirschberg 1975) before their rows are kept: 8 MiB at most."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Stretches of both sides that have nothing in common, first to last excluded, from 0."""

    before: range
    after: range
    compared: bool = True
    """False: the effort did not reach to look for common lines."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which item is which: rising pairs of indices, and between them gaps."""

    pairs: tuple[Pair, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Square:
    """A stretch of each side that is still to be aligned."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> int:
        """Return how many items it holds."""
        return self.bottom - self.top + self.right - self.left


def align(before: Sequence[Hashable], after: Sequence[Hashable], effort: Effort) -> Alignment:
    """Find equal items in the same order on both sides, within the effort."""
    ids: dict[Hashable, int] = {}
    old = [ids.setdefault(item, len(ids)) for item in before]
    new = [ids.setdefault(item, len(ids)) for item in after]
    pairs: list[Pair] = []
    refused: list[_Square] = []
    open_squares = [_Square(0, len(old), 0, len(new))]
    while open_squares:
        square = _trimmed(open_squares.pop(), old, new, pairs)
        if square.top == square.bottom or square.left == square.right:
            continue
        if not effort.spend(square.size):
            refused.append(square)
            continue
        anchors = _anchors(square, old, new)
        pairs.extend(anchors)
        if anchors:
            open_squares.extend(_between(square, anchors))
        elif not _common(square, old, new, pairs, effort):
            refused.append(square)
    pairs.sort()
    return Alignment(tuple(pairs), tuple(_gaps(pairs, len(old), len(new), refused)))


def line_diffs(
    before: Sequence[str], after: Sequence[str], pairs: Iterable[Pair]
) -> tuple[LineDiff, ...]:
    """Return the changed lines with CONTEXT_LINES around each; a pair with other text is changed.

    Raises no error for any pairs that rise on both sides.
    """
    lines: list[LineDiff] = []
    at, to = 0, 0
    for i, j in (*pairs, (len(before), len(after))):
        lines.extend(LineDiff("-", before[n], n + 1, None) for n in range(at, i))
        lines.extend(LineDiff("+", after[n], None, n + 1) for n in range(to, j))
        at, to = i + 1, j + 1
        if i == len(before):
            break
        if before[i] == after[j]:
            lines.append(LineDiff(" ", after[j], i + 1, j + 1))
        else:
            lines.append(LineDiff("-", before[i], i + 1, None))
            lines.append(LineDiff("+", after[j], None, j + 1))
    return _near_changes(lines)


def _near_changes(lines: Sequence[LineDiff]) -> tuple[LineDiff, ...]:
    near = bytearray(len(lines))
    for index, line in enumerate(lines):
        if line.sign != " ":
            first = max(0, index - CONTEXT_LINES)
            last = min(len(lines), index + CONTEXT_LINES + 1)
            near[first:last] = b"\1" * (last - first)
    return tuple(line for line, wanted in zip(lines, near, strict=True) if wanted)


def _trimmed(square: _Square, old: list[int], new: list[int], pairs: list[Pair]) -> _Square:
    """Return a square without its equal beginning and end, which become pairs."""
    top, bottom, left, right = square.top, square.bottom, square.left, square.right
    while top < bottom and left < right and old[top] == new[left]:
        pairs.append((top, left))
        top, left = top + 1, left + 1
    while top < bottom and left < right and old[bottom - 1] == new[right - 1]:
        bottom, right = bottom - 1, right - 1
        pairs.append((bottom, right))
    return _Square(top, bottom, left, right)


def _anchors(square: _Square, old: list[int], new: list[int]) -> list[Pair]:
    """Return items that stand exactly once on each side, the longest rising series of them."""
    ours = Counter(old[square.top : square.bottom])
    theirs = Counter(new[square.left : square.right])
    where = {
        new[j]: j for j in range(square.left, square.right) if theirs[new[j]] == ours[new[j]] == 1
    }
    return _rising(
        [(i, where[old[i]]) for i in range(square.top, square.bottom) if old[i] in where]
    )


def _rising(pairs: list[Pair]) -> list[Pair]:
    """Return the longest series of pairs whose second numbers rise (patience sorting)."""
    tops: list[int] = []
    holders: list[int] = []
    previous: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        previous.append(holders[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        holders[pile : pile + 1] = [index]
    chain: list[Pair] = []
    at = holders[-1] if holders else -1
    while at >= 0:
        chain.append(pairs[at])
        at = previous[at]
    return chain[::-1]


def _between(square: _Square, anchors: list[Pair]) -> Iterator[_Square]:
    top, left = square.top, square.left
    for i, j in anchors:
        yield _Square(top, i, left, j)
        top, left = i + 1, j + 1
    yield _Square(top, square.bottom, left, square.right)


def _common(
    square: _Square, old: list[int], new: list[int], pairs: list[Pair], effort: Effort
) -> bool:
    """Add the longest common subsequence of a square to the pairs; False: more than is allowed."""
    height, width = square.bottom - square.top, square.right - square.left
    if not effort.spend(2 * height * (width // _BITS_PER_COMPARISON + 1)):
        return False
    halves = [square]
    while halves:
        part = halves.pop()
        height, width = part.bottom - part.top, part.right - part.left
        if height == 0 or width == 0:
            continue
        if height == 1 or height * width <= _MOST_BITS_KEPT:
            pairs.extend(_subsequence(part, old, new))
        else:
            halves.extend(_halved(part, old, new))
    return True


def _subsequence(square: _Square, old: list[int], new: list[int]) -> Iterator[Pair]:
    """Yield the pairs of a longest common subsequence, from the end."""
    rows = list(_rows(old[square.top : square.bottom], new[square.left : square.right]))
    i, j = square.bottom, square.right
    while i > square.top and j > square.left:
        if old[i - 1] == new[j - 1]:
            i, j = i - 1, j - 1
            yield i, j
        elif rows[i - 1 - square.top] >> (j - 1 - square.left) & 1:
            j -= 1
        else:
            i -= 1


def _rows(ours: Sequence[int], theirs: Sequence[int]) -> Iterator[int]:
    """Yield, per item of ours, where the common length of the prefixes grows: a bit that is 0.

    Hyyrö 2004, "Bit-parallel LCS-length computation revisited".
    """
    full = (1 << len(theirs)) - 1
    places = _places(theirs)
    row = full
    for item in ours:
        hits = row & places.get(item, 0)
        row = ((row + hits) | (row - hits)) & full
        yield row


def _places(items: Sequence[int]) -> dict[int, int]:
    """Return per item a number with a bit set wherever it stands."""
    where: dict[int, list[int]] = {}
    for index, item in enumerate(items):
        where.setdefault(item, []).append(index)
    size = len(items) // 8 + 1
    places: dict[int, int] = {}
    for item, indices in where.items():
        bits = bytearray(size)
        for index in indices:
            bits[index >> 3] |= 1 << (index & 7)
        places[item] = int.from_bytes(bits, "little")
    return places


def _halved(square: _Square, old: list[int], new: list[int]) -> tuple[_Square, _Square]:
    """Cut a square where a longest common subsequence passes the middle of its height."""
    middle = (square.top + square.bottom) // 2
    theirs = new[square.left : square.right]
    upper = _lengths(old[square.top : middle], theirs)
    lower = _lengths(old[middle : square.bottom][::-1], theirs[::-1])[::-1]
    sums = [one + other for one, other in zip(upper, lower, strict=True)]
    cut = square.left + sums.index(max(sums))
    return (
        _Square(square.top, middle, square.left, cut),
        _Square(middle, square.bottom, cut, square.right),
    )


def _lengths(ours: Sequence[int], theirs: Sequence[int]) -> list[int]:
    """Return the common length of ours and each prefix of theirs, the empty one first."""
    row = (1 << len(theirs)) - 1
    for row in _rows(ours, theirs):  # noqa: B007 — only the last one is wanted
        pass
    lengths = [0]
    for bit in reversed(f"{row:0{len(theirs)}b}"):
        lengths.append(lengths[-1] + (bit == "0"))
    return lengths


def _gaps(
    pairs: Sequence[Pair], height: int, width: int, refused: Sequence[_Square]
) -> Iterator[Gap]:
    unseen = {(square.top, square.left) for square in refused}
    at, to = 0, 0
    for i, j in (*pairs, (height, width)):
        if at < i or to < j:
            yield Gap(range(at, i), range(to, j), (at, to) not in unseen)
        at, to = i + 1, j + 1
