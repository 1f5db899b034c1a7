"""Calls with parameters: what a compiler makes of one CALL, folded back into one line.

Folded is only what is exactly a compiler's pattern, with no label, jump or network inside: all that
it does then stands in the CALL and its parameters, but for the scratch bytes of the local stack;
and those may be no variable, nor named by anything else in the network. Whatever is otherwise stays
instruction by instruction. Names of parameters are not in the caller: those of a FC are numbered
(#1, #2 …), those of a FB are the bytes of its instance DB.
Patterns that were seen: BLD 1 … 2 (FC), 7 … 8 (SFC), 3 … 4 (FB), 9 … 10 (SFB), and of an instance
within the caller's own DB 14 … 15 (FB), 16 … 17 (SFB). How parameters are put in place is read by
`moves`.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise, zip_longest
from math import inf
from typing import NamedTuple

from ccontrol.logic.mc7.lines import NO_TARGET, UNKNOWN, Line
from ccontrol.logic.mc7.moves import BITS, WITHIN, Frame, Move, Words, any_pointer, fetched, placed
from ccontrol.logic.mc7.scratch import VIA_LOCAL, local_bytes, touching

_CLOSED_BY = {
    0x1001: 0x1002, 0x1007: 0x1008, 0x1003: 0x1004, 0x1009: 0x100A, 0x100E: 0x100F, 0x1010: 0x1011,
}  # fmt: skip
"""The BLD that opens a call, and the one that closes it."""
_OF_INSTANCE = frozenset({0x1003, 0x1009})
_WITHIN_INSTANCE = frozenset({0x100E, 0x1010})
_BLD, _UC_FC, _UC_FB = 0x10, 0x3D, 0x75
_UC_FC_LONG, _UC_FB_LONG, _UC_SFC, _UC_SFB = 0xFB70, 0xFB72, 0xFB74, 0xFB76
_SWAP, _OPEN_DI = 0xFB7C, 0xFB79
_SAVE_AR2, _RESTORE_AR2, _SET_AR2, _MOVE_AR2 = 0xFE6F, 0xFE6B, 0xFE0B, 0xFE0A
_OWN_NUMBER, _KEEP_NUMBER, _OPEN_KEPT = 0xFB4D, 0x7E66, 0xFB69
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
    lines: Sequence[Line],
    words: Words,
    starts: Sequence[int],
    temp_bytes: int,
    places: Collection[int],
) -> list[Line]:
    """Return the lines with each call that is exactly one as a single line. Linear.

    The first `temp_bytes` of the local stack are the block's own variables, and never scratch;
    `places` are the bytes that jumps lead to.
    """
    calls = list(_candidates(lines, words, frozenset((*starts, *places))))
    if not calls:
        return list(lines)
    named: dict[int, set[int]] = defaultdict(set)
    for call in calls:
        named[bisect_right(starts, call.line.at)].update(call.named)
    edges = [0, *(edge for call in calls for edge in (call.first, call.end)), len(lines)]
    between = [lines[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
    for line, touched in touching(chain.from_iterable(between), words):
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
        if line.target != NO_TARGET or line.op == UNKNOWN or line.at in cuts:
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
    elif _head(words, opened) in _WITHIN_INSTANCE:
        found = _within_instance(body, heads, words, fresh=saves)
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
    at, keeps = calls[0], heads[0] == _SAVE_AR2
    if keeps and not _brings_back(body[0], body[at + 1 : at + 2], words):
        return None
    frame = Frame(words, "L")
    before = placed(body[keeps:at], frame, fresh=fresh)
    after = fetched(body[at + 1 + keeps :], frame)
    if before is None or after is None:
        return None
    parameters = _numbered(body[at].parameters, before, after) if _apart(before) else None
    return None if parameters is None else (body[at].operand, parameters)


def _brings_back(save: Line, after: Sequence[Line], words: Words) -> bool:
    """Tell whether AR2, which a called function may spoil, is loaded from where it was saved."""
    return [_two(words, line) for line in after] == [(_RESTORE_AR2, _word(words, save))]


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
    parameters = _told(body[3 : at - 1], body[at + 2 : -1], body[1], frame, fresh=fresh)
    operand = f"{body[at].operand}, {body[1].operand.replace('DI', 'DB', 1)}"
    return None if parameters is None else (operand, parameters)


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


def _within_instance(
    body: Sequence[Line], heads: Sequence[int], words: Words, *, fresh: bool
) -> tuple[str, tuple[str, ...]] | None:
    """Read the call of an instance within the caller's own: its places are told from there."""
    calls = [at for at, head in enumerate(heads) if _is_block(head)]
    if len(calls) != 1 or not _moves(body, heads, calls[0], words):
        return None
    at = calls[0]
    begins = _word(words, body[at - 1])
    frame = Frame(words, WITHIN, begins)
    parameters = _told(body[5 : at - 1], body[at + 2 : -1], body[3], frame, fresh=fresh)
    operand = f"{body[at].operand}, DIX [AR2,P#{begins // BITS}.{begins % BITS}]"
    return None if parameters is None else (operand, parameters)


def _moves(body: Sequence[Line], heads: Sequence[int], at: int, words: Words) -> bool:
    """Tell whether both DB registers become the own DB, AR2 moves on to the instance and back."""
    order = (_OWN_NUMBER, _KEEP_NUMBER, _SWAP, _OPEN_KEPT, _SAVE_AR2)
    if len(body) < 9 or tuple(heads[:5]) != order or at < 6:  # noqa: PLR2004 — so many lines
        return False
    if heads[at - 1] != _MOVE_AR2 or heads[at + 1 : at + 2] != [_RESTORE_AR2]:
        return False
    kept, opened, saved, restored = (_word(words, body[each]) for each in (1, 3, 4, at + 1))
    return heads[-1] == _SWAP and at + 1 < len(body) - 1 and kept == opened and saved == restored


def _with_one_db(lines: Sequence[Line], words: Words, own: tuple[int, ...]) -> list[Line] | None:
    """Leave out what opens the instance's DB again after each operand in another: `own`, two words.

    That other is opened in its place, for one operand. None where it is otherwise.
    """
    opens = [at for at, line in enumerate(lines) if _head(words, line) in (_OPEN_DI, _OPEN_KEPT)]
    for other, back in zip_longest(opens[::2], opens[1::2], fillvalue=-1):
        if back != other + 2 or _head(words, lines[other]) != _OPEN_DI:
            return None
        if _two(words, lines[back]) != own:
            return None
    return [line for at, line in enumerate(lines) if at not in opens[1::2]]


def _told(
    given: Sequence[Line], taken: Sequence[Line], opening: Line, frame: Frame, *, fresh: bool
) -> tuple[str, ...] | None:
    """Return the parameters of an instance, whose DB `opening` opens; None for anything else."""
    words = frame.words
    own = _two(words, opening)
    before, after = (_with_one_db(lines, words, own) for lines in (given, taken))
    into = None if before is None else placed(before, frame, fresh=fresh)
    out = None if after is None else fetched(after, frame)
    if into is None or out is None:
        return None
    return (
        *(f"{move.place} := {move.value}" for move in into),
        *(f"{move.place} => {move.value}" for move in out),
    )


def _is_own(head: int, *, before: bool) -> bool:
    """Tell a transfer into the local stack before the call, or a load from it after."""
    if before:
        return head & 0xFFF8 == _KEPT_RLO or head in (*_INTO_LOCAL, _SAVE_AR2, _OPEN_KEPT)
    return head & 0xFFF8 == _FROM_LOCAL_BIT or head in (*_FROM_LOCAL, _RESTORE_AR2)


def _is_function(head: int) -> bool:
    return head >> BITS == _UC_FC or head in (_UC_FC_LONG, _UC_SFC)


def _is_block(head: int) -> bool:
    return head >> BITS == _UC_FB or head in (_UC_FB_LONG, _UC_SFB)


def _two(words: Words, line: Line) -> tuple[int, ...]:
    return words[line.at // 2 : line.at // 2 + 2]


def _word(words: Words, line: Line) -> int:
    """Return the word after the first of an instruction that has one."""
    return words[line.at // 2 + 1]


def _head(words: Words, line: Line) -> int:
    """Return the word that a line begins with; 0 for a byte at the end of odd code."""
    return words[line.at // 2] if line.at // 2 < len(words) else 0
