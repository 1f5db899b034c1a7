"""MC7 code → statement list. Table-driven, total and linear: whatever the bytes are, it answers.

Holds what all lines of a block make together; the walk along the words is in `decode`, the
instruction set in `opcodes`, the folding of calls in `calls`, the names of labels in `labels`. What
is not known stays in its place as bytes, and is counted.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from ccontrol.logic.mc7.calls import folded
from ccontrol.logic.mc7.decode import Words, decoded
from ccontrol.logic.mc7.labels import labelled
from ccontrol.logic.mc7.lines import NO_TARGET, UNKNOWN, WORD_BYTES, Line, Listing, Network
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.names import Names, OutsideInstance

_BE = 0x6500
"""With which every block ends; STEP 7 does not show that one."""
_LEAVING = frozenset({
    0xFB79, 0xFB39, 0xFB49, 0xFB59, 0xFB69, 0xFBD9,  # OPN DI
    0xFB7C, 0xFE08, 0xFE0A, 0xFE0E,  # CDB, CAR, +AR2
    0xFE0B, 0xFE0C, 0xFE3B, 0xFE4B, 0xFE5B, 0xFE6B,  # LAR2
})  # fmt: skip
_AT, _OP, _TARGET = attrgetter("at"), attrgetter("op"), attrgetter("target")


def disassemble(
    code: bytes,
    starts: Sequence[int] = (0,),
    *,
    names: Names | None = None,
    spelling: Spelling = Spelling.ENGLISH,
    fold: bool = True,
    temp_bytes: int = 0,
) -> Listing:
    """Return the statement list of the code of one block.

    `starts` are the bytes at which networks begin, rising (see `networks`); `names` those of its
    interface. Calls are shown as CALL where the code is exactly what a compiler makes of one, else,
    and without `fold`, instruction by instruction; `temp_bytes` of the local stack are declared as
    TEMP, where no compiler puts what a call needs. The BE at the end is left out, as in STEP 7.
    """
    words = struct.unpack_from(f">{len(code) // WORD_BYTES}H", code)
    lines = decoded(words, names, spelling)
    closed = bool(lines) and words[lines[-1].at // 2] == _BE and lines[-1].size == WORD_BYTES
    if len(code) % WORD_BYTES:
        lines.append(Line(len(code) - 1, 1, UNKNOWN, f"16#{code[-1]:02X}"))
    elif closed and lines[-1].at not in set(map(_TARGET, lines)):
        lines.pop()
    places, lost = _mark(lines)
    unread = lost + list(map(_OP, lines)).count(UNKNOWN)
    told = folded(lines, words, starts, temp_bytes, places)
    if names is not None and names.of_instance and _leaves(told, words):
        return disassemble(
            code,
            starts,
            names=OutsideInstance(names),
            spelling=spelling,
            fold=fold,
            temp_bytes=temp_bytes,
        )
    problems = () if closed else ("the code does not end with BE",)
    named = labelled(told if fold else lines, code, places)
    return Listing(tuple(_networks(named, starts)), unread, problems)


def _leaves(lines: Sequence[Line], words: Words) -> bool:
    """Tell whether anything but a whole call opens an instance DB or moves AR2."""
    return any(words[line.at // 2] in _LEAVING for line in lines if line.size > 1)


def _mark(lines: list[Line]) -> tuple[set[int], int]:
    """Return the places that jumps lead to, as bytes; mark jumps to nowhere, and count them."""
    jumps = [at for at, target in enumerate(map(_TARGET, lines)) if target != NO_TARGET]
    if not jumps:
        return set(), 0
    begins = set(map(_AT, lines))
    lost = [at for at in jumps if lines[at].target not in begins]
    for at in lost:
        lines[at] = lines[at]._replace(operand=f"(byte {lines[at].target})")
    return {lines[at].target for at in jumps} & begins, len(lost)


def _networks(lines: Sequence[Line], starts: Sequence[int]) -> Iterator[Network]:
    cuts = [bisect_left(lines, start, key=_AT) for start in starts[1:]]
    bounds = pairwise((0, *cuts, len(lines)))
    for number, (first, last) in enumerate(bounds, 1):
        yield Network(number, tuple(lines[first:last]))
