"""Trees with every id replaced by its shadow, many of them: what verification spends its time on.

From one commit to the next nearly all of a tree stays, so only what differs is translated. Single
trees are translated by objects. Pure.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

from ccontrol.errors import StoreTamperedError
from ccontrol.store.objects import GROWTH, split_tree, translate_lines

_BYTES_KEPT = 64 << 20


class _Translated(NamedTuple):
    """A tree and its other form; `ends` is where each of its lines ends."""

    content: bytes
    ends: list[int]
    other: bytes


class Translator:
    """Turns trees into what a SHA-256 repository would hold.

    A tree is held against the last one of its length that begins with the same name, which most
    often is the same folder a commit earlier. Its equal ends are not translated again; `shadow_of`
    is asked for the rest, and its KeyError passes through.
    """

    def __init__(self, shadow_of: Callable[[bytes], bytes]) -> None:
        self._shadow_of = shadow_of
        self._earlier: dict[tuple[bytes, int], _Translated] = {}
        self._bytes_kept = 0

    def translate(self, content: bytes) -> bytes:
        """Return one tree in its other form. Raises StoreTamperedError as `parse_tree` does."""
        likeness = content.partition(b"\0")[0], len(content)
        earlier = self._earlier.get(likeness)
        done = self._whole(content) if earlier is None else self._changed(content, earlier)
        if earlier is None:
            self._make_room(len(content))
        self._earlier[likeness] = done
        return done.other

    def _whole(self, content: bytes) -> _Translated:
        lines = split_tree(content)
        ends = list(accumulate(map(len, lines)))
        return _Translated(content, ends, translate_lines(lines, self._shadow_of))

    def _changed(self, content: bytes, earlier: _Translated) -> _Translated:
        """Translate the lines from the first that differs to the last."""
        before, ends, other = earlier
        if content == before:
            return earlier
        first = bisect_right(ends, _common_start(content, before))
        last = bisect_right(ends, _last_difference(content, before))
        start, end = ends[first - 1] if first else 0, ends[last]
        try:
            lines = split_tree(content[start:end])
        except StoreTamperedError:
            return self._whole(content)  # where its lines end is for all of it to say
        if list(accumulate(map(len, lines), initial=start))[1:] != ends[first : last + 1]:
            return self._whole(content)  # other names of the same length in all
        middle = translate_lines(lines, self._shadow_of)
        head, tail = other[: start + first * GROWTH], other[end + (last + 1) * GROWTH :]
        return _Translated(content, ends, head + middle + tail)

    def _make_room(self, size: int) -> None:
        self._bytes_kept += size
        if self._bytes_kept > _BYTES_KEPT:
            self._earlier.clear()
            self._bytes_kept = size


def _common_start(one: bytes, other: bytes) -> int:
    """Return where two different contents of one length differ first."""
    low, high = 0, len(one)
    while high - low > 1:  # the first difference is in one[low:high]
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _last_difference(one: bytes, other: bytes) -> int:
    """Return where two different contents of one length differ last."""
    low, high = 0, len(one)
    while high - low > 1:
        middle = (low + high) // 2
        if one[middle:high] == other[middle:high]:
            high = middle
        else:
            low = middle
    return low
