"""Calls with parameters: what a compiler makes of one CALL, folded back into one line.

Folded is only what is exactly a compiler's pattern, with no label, jump or network inside: all that
it does then stands in the CALL and its parameters, but for the scratch bytes of the local stack;
and those may be no variable, nor named by anything else in the network. Whatever is otherwise stays
instruction by instruction. Names of parameters are not in the caller: those of a FC are numbered
(#1, #2 …), those of a FB are the bytes of its instance DB.
Patterns that were seen: BLD 1 … 2 (FC), 7 … 8 (SFC), 3 … 4 (FB), 9 … 10 (SFB). How parameters are
put in place is read by `moves`; multi-instances stay unfolded.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from math import inf
from typing import NamedTuple

from ccontrol.logic.mc7.lines import NO_TARGET, UNKNOWN, Line
from ccontrol.logic.mc7.moves import BITS, Frame, Move, Words, any_pointer, fetched, placed
from ccontrol.logic.mc7.scratch import VIA_LOCAL, local_bytes

_CLOSED_BY = {0x1001: 0x1002, 0x1007: 0x1008, 0x1003: 0x1004, 0x1009: 0x100A}
"""The BLD that opens a call, and the one that closes it."""
_OF_INSTANCE = frozenset({0x1003, 0x1009})
_BLD, _UC_FC, _UC_FB = 0x10, 0x3D, 0x75
_UC_FC_LONG, _UC_FB_LONG, _UC_SFC, _UC_SFB = 0xFB70, 0xFB72, 0xFB74, 0xFB76
_SWAP, _OPEN_DI = 0xFB7C, 0xFB79
_SAVE_AR2, _RESTORE_AR2, _SET_AR2 = 0xFE6F, 0xFE6B, 0xFE0B
_WHOLE_DB = (0x8400, 0x0000)
_KEPT_RLO, _FROM_LOCAL_BIT = 0x4160, 0x0060
_INTO_LOCAL, _FROM_LOCAL = (0x7E65, 0x7E66, 0x7E67), (0x7E61, 0x7E62, 0x7E63)


class _Call(NamedTuple):
    """What may be folded: its lines, first to last excluded, and the bytes of the local stack."""

    first: int
    end: int
    line: Line
    scratch: set[int]
    named: set[int]
    """Those that its parameters name."""


def folded(
    lines: Sequence[Line], words: Words, starts: Sequence[int], temp_bytes: int
) -> list[Line]:
    """Return the lines with each call that is exactly one as a single line. Linear.

    The first `temp_bytes` of the local stack are the block's own variables, and never scratch.
    """
    calls = list(_candidates(lines, words, frozenset(starts)))
    named: dict[int, set[int]] = defaultdict(set)
    for call in calls:
        named[bisect_right(starts, call.line.at)].update(call.named)
    edges = [0, *(edge for call in calls for edge in (call.first, call.end)), len(lines)]
    between = [lines[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
    for line in chain.from_iterable(between) if calls else ():
        if touched := local_bytes(line, words):
            named[bisect_right(starts, line.at)].update(touched)
    out = list(between[0])
    for call, rest in zip(calls, between[1:], strict=True):
        taken = call.scratch & named[bisect_right(starts, call.line.at)]
        is_free = not taken and min(call.scratch, default=temp_bytes) >= temp_bytes
        out.extend((call.line,) if is_free else lines[call.first : call.end])
        out.extend(rest)
    return out


def _candidates(lines: Sequence[Line], words: Words, cuts: frozenset[int]) -> Iterator[_Call]:
    whole = lines[:-1] if lines and lines[-1].size == 1 else lines
    openings = [at for at, line in enumerate(whole) if words[line.at // 2] in _CLOSED_BY]
    done = 0
    for at in openings:
        end = _end(lines, words, at, cuts) if at >= done else at
        if _head(words, lines[end]) != _CLOSED_BY[_head(words, lines[at])]:
            continue
        call = _call(lines[at : end + 1], words)
        if call:
            done = end + 1
            yield _Call(at, done, call, *_bytes(lines[at:done], words))


def _bytes(lines: Sequence[Line], words: Words) -> tuple[set[int], set[int]]:
    """Tell the bytes that a call needs for itself from those that its parameters name."""
    heads = [_head(words, line) for line in lines]
    at = next(index for index, head in enumerate(heads) if _is_function(head) or _is_block(head))
    scratch: set[int] = set()
    named: set[int] = set()
    for index, line in enumerate(lines):
        if index != at:
            own = _is_own(heads[index], before=index < at)
            (scratch if own else named).update(local_bytes(line, words))
    return scratch, named | set(local_bytes(lines[at], words)) - scratch


def _end(lines: Sequence[Line], words: Words, at: int, cuts: frozenset[int]) -> int:
    """Return the next BLD, or `at` where something comes first that is no part of a call."""
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if line.label or line.target != NO_TARGET or line.op == UNKNOWN or line.at in cuts:
            return at
        if _head(words, line) >> BITS == _BLD:
            return index
    return at


def _call(lines: Sequence[Line], words: Words) -> Line | None:
    """Return what stands between two BLD as a call, None where it is not exactly one."""
    opened, *body, closed = lines
    heads = [_head(words, line) for line in body]
    saves = bool(heads) and heads[0] & 0xFFF8 == _KEPT_RLO
    if saves:
        body, heads = body[1:], heads[1:]
    if _head(words, opened) in _OF_INSTANCE:
        found = _of_instance(body, heads, words, fresh=saves)
    else:
        found = _of_function(body, heads, words, fresh=saves)
    if found is None:
        return None
    operand, parameters = found
    size = closed.at + closed.size - opened.at
    return opened._replace(size=size, op="CALL", operand=operand, parameters=parameters)


def _of_function(
    body: Sequence[Line], heads: Sequence[int], words: Words, *, fresh: bool
) -> tuple[str, tuple[str, ...]] | None:
    calls = [at for at, head in enumerate(heads) if _is_function(head)]
    if len(calls) != 1:
        return None
    at = calls[0]
    frame = Frame(words, "L")
    before = placed(body[:at], frame, fresh=fresh)
    after = fetched(body[at + 1 :], frame)
    if before is None or after is None:
        return None
    parameters = _numbered(body[at].parameters, before, after) if _apart(before) else None
    return None if parameters is None else (body[at].operand, parameters)


def _apart(moves: Sequence[Move]) -> bool:
    """Tell whether no value was put over another."""
    ordered = sorted(moves, key=lambda move: move.bits)
    return all(one.bits + one.width <= other.bits for one, other in pairwise(ordered))


def _numbered(
    pointers: Sequence[str], before: Sequence[Move], after: Sequence[Move]
) -> tuple[str, ...] | None:
    """Put to each pointer what was placed where it points; None where anything is left over."""
    via = sorted({_place(one) for one in pointers if one.startswith(VIA_LOCAL)})
    ends = dict(pairwise((*via, inf)))
    texts: list[str] = []
    used = 0
    for number, pointer in enumerate(pointers, 1):
        start = _place(pointer) if pointer.startswith(VIA_LOCAL) else -1
        end = ends.get(start, -1)
        here = [move for move in before if start <= move.bits < end]
        there = [move for move in after if start <= move.bits < end]
        value = _value(here, there, start)
        if value is None:
            return None
        used += len(here) + len(there)
        texts.append(f"#{number} {value or ':= ' + pointer}")
    return tuple(texts) if used == len(before) + len(after) else None


def _value(here: Sequence[Move], there: Sequence[Move], start: int) -> str | None:
    """Return what goes in and comes out at one place: "" for nothing, None where it is unclear."""
    if len(there) > 1 or any(move.bits != start for move in there):
        return None
    if len(here) > 1:
        whole = any_pointer(here, start)
        if whole is None:
            return None
        words = [f":= {whole}"]
    elif any(move.bits != start for move in here):
        return None
    else:
        words = [f":= {move.value}" for move in here]
    return ", ".join((*words, *(f"=> {move.value}" for move in there)))


def _place(pointer: str) -> int:
    byte, _, bit = pointer.removeprefix(VIA_LOCAL).partition(".")
    return int(byte) * BITS + int(bit)


def _of_instance(
    body: Sequence[Line], heads: Sequence[int], words: Words, *, fresh: bool
) -> tuple[str, tuple[str, ...]] | None:
    calls = [at for at, head in enumerate(heads) if _is_block(head)]
    if len(calls) != 1 or not _frames(body, heads, calls[0], words):
        return None
    at = calls[0]
    frame = Frame(words, "DI")
    before = placed(body[3 : at - 1], frame, fresh=fresh)
    after = fetched(body[at + 2 : -1], frame)
    if before is None or after is None:
        return None
    operand = f"{body[at].operand}, {body[1].operand.replace('DI', 'DB', 1)}"
    given = (f"{move.place} := {move.value}" for move in before)
    taken = (f"{move.place} => {move.value}" for move in after)
    return operand, (*given, *taken)


def _frames(body: Sequence[Line], heads: Sequence[int], at: int, words: Words) -> bool:
    """Tell whether registers are saved, the whole DB called, and registers brought back."""
    order = (_SWAP, _OPEN_DI, _SAVE_AR2)
    if len(body) < 7 or tuple(heads[:3]) != order or at < 4:  # noqa: PLR2004 — so many lines
        return False
    if heads[at - 1] != _SET_AR2 or heads[at + 1 : at + 2] != [_RESTORE_AR2]:
        return False
    pointer, saved, restored = (body[index].at // 2 for index in (at - 1, 2, at + 1))
    return (
        heads[-1] == _SWAP
        and at + 1 < len(body) - 1
        and words[pointer + 1 : pointer + 3] == _WHOLE_DB
        and words[saved + 1] == words[restored + 1]
    )


def _is_own(head: int, *, before: bool) -> bool:
    """Tell a transfer into the local stack before the call, or a load from it after."""
    if before:
        return head & 0xFFF8 == _KEPT_RLO or head in (*_INTO_LOCAL, _SAVE_AR2)
    return head & 0xFFF8 == _FROM_LOCAL_BIT or head in (*_FROM_LOCAL, _RESTORE_AR2)


def _is_function(head: int) -> bool:
    return head >> BITS == _UC_FC or head in (_UC_FC_LONG, _UC_SFC)


def _is_block(head: int) -> bool:
    return head >> BITS == _UC_FB or head in (_UC_FB_LONG, _UC_SFB)


def _head(words: Words, line: Line) -> int:
    """Return the word that a line begins with; 0 for a byte at the end of odd code."""
    return words[line.at // 2] if line.at // 2 < len(words) else 0
