"""MC7 code → statement list. Table-driven, total and linear: whatever the bytes are, it answers.

Holds the walk along the bytes and networks; the instruction set is in `opcodes`, the folding of
calls in `calls`, the names of labels in `labels`. What is not known stays in its place as bytes,
and is counted.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from ccontrol.logic.mc7.addressed import Form, Place
from ccontrol.logic.mc7.calls import folded
from ccontrol.logic.mc7.constants import Constant, parameter
from ccontrol.logic.mc7.labels import PLACE, labelled
from ccontrol.logic.mc7.lines import NO_TARGET, UNKNOWN, Line, Listing, Network
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.names import Area, Names, OutsideInstance
from ccontrol.logic.mc7.opcodes import Instruction, instructions
from ccontrol.logic.printable import printable

Words: TypeAlias = tuple[int, ...]

_BE = 0x6500
"""With which every block ends; STEP 7 does not show that one."""
_LEAVING = frozenset({
    0xFB79, 0xFB39, 0xFB49, 0xFB59, 0xFB69, 0xFBD9,  # OPN DI
    0xFB7C, 0xFE08, 0xFE0A, 0xFE0E,  # CDB, CAR, +AR2
    0xFE0B, 0xFE0C, 0xFE3B, 0xFE4B, 0xFE5B, 0xFE6B,  # LAR2
})  # fmt: skip
_JUMP_OVER = 0x700B
"""JU: over the list of parameters that follows a call, itself counted."""
_JUMP_WORDS, _PARAMETER_WORDS = 2, 2
_WORD_BYTES = 2


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
    words = struct.unpack_from(f">{len(code) // 2}H", code)
    lines = _decoded(words, names, spelling)
    closed = bool(lines) and words[lines[-1].at // 2] == _BE and lines[-1].size == _WORD_BYTES
    if len(code) % 2:
        lines.append(Line(len(code) - 1, 1, UNKNOWN, f"16#{code[-1]:02X}"))
    elif closed and lines[-1].at not in {line.target for line in lines}:
        lines.pop()
    lost = _mark(lines)
    unread = lost + [line.op for line in lines].count(UNKNOWN)
    told = folded(lines, words, starts, temp_bytes)
    if names is not None and not isinstance(names, OutsideInstance) and _leaves(told, words):
        return disassemble(
            code,
            starts,
            names=OutsideInstance(names),
            spelling=spelling,
            fold=fold,
            temp_bytes=temp_bytes,
        )
    problems = () if closed else ("the code does not end with BE",)
    named = labelled(told if fold else lines, code)
    return Listing(tuple(_networks(named, starts)), unread, problems)


def _leaves(lines: Sequence[Line], words: Words) -> bool:
    """Tell whether anything but a whole call opens an instance DB or moves AR2."""
    return any(words[line.at // 2] in _LEAVING for line in lines if line.size > 1)


def _decoded(words: Words, names: Names | None, spelling: Spelling) -> list[Line]:
    table = instructions(spelling)
    lines: list[Line] = []
    at, end = 0, len(words)
    while at < end:
        known = table[words[at]]
        if known is None or at + known.size // 2 > end:
            line = Line(at * 2, 2, UNKNOWN, f"16#{words[at]:04X}")
        elif known.form is Form.NOTHING:
            lines.append(_line(at * 2, known.op, known.operand))
            at += 1
            continue
        else:
            line = _with_operand(words, at, known, names, spelling)
            if known.calls:
                line = _with_parameters(words, line, spelling)
        lines.append(line)
        at += line.size // 2
    return lines


def _line(at: int, op: str, operand: str, size: int = _WORD_BYTES) -> Line:
    """Make a plain line in half the time that its own constructor takes."""
    return tuple.__new__(Line, (at, size, op, operand, "", (), NO_TARGET, ""))


def _with_operand(
    words: Words, at: int, known: Instruction, names: Names | None, spelling: Spelling
) -> Line:
    form, remark, target = known.form, "", NO_TARGET
    if known.size == _WORD_BYTES:
        number = words[at] & (0xFF if form is Form.BYTE else 0x7F)
        return _line(at * 2, known.op, known.operand % number)
    word = words[at + 1]
    if names is not None and known.place and (name := _name(names, known.place, word)):
        operand = (known.operand if form is Form.PARAMETER else "#") + printable(name)
    elif form is Form.NUMBER:
        return _line(at * 2, known.op, known.operand % word, known.size)
    elif form is Form.OFFSET:
        return _line(at * 2, known.op, known.operand % (word >> 3, word & 7), known.size)
    elif form is Form.PARAMETER:
        operand = f"{known.operand}{word // 2}" if word and not word & 1 else f"#?{word}"
    elif form is Form.JUMP:
        operand, target = "", 2 * (at + (word - 0x1_0000 if word & 0x8000 else word))
    elif form is Form.JUMP_LIST:
        operand, target = "", 2 * (at + _JUMP_WORDS * (1 + word))
    else:
        operand, remark = _constant(words, at, known, spelling)
    return Line(at * 2, known.size, known.op, operand, remark, (), target)


def _constant(words: Words, at: int, known: Instruction, spelling: Spelling) -> Constant:
    value = words[at + 1]
    if known.form is Form.DOUBLE:
        value = value << 16 | words[at + 2]
    return known.spell(value, spelling) if known.spell else Constant(f"16#{value:X}")


def _name(names: Names, place: Place, word: int) -> str | None:
    if place.area is Area.PARAMETER:
        return names.name_of(Area.PARAMETER, word // 2 - 1, 0, 0) if word and not word & 1 else None
    if place.area is Area.LOCAL:
        return names.name_of(Area.LOCAL, word, place.bit, place.width)
    if place.width > 1 and word & 7:
        return None
    return names.name_of(Area.INSTANCE, word >> 3, word & 7, place.width)


def _with_parameters(words: Words, call: Line, spelling: Spelling) -> Line:
    """Take in the list that follows a call; one that does not fit is a jump, and stays one."""
    jump = (call.at + call.size) // 2
    if jump + 1 >= len(words) or words[jump] != _JUMP_OVER:
        return call
    count, odd = divmod(words[jump + 1] - _JUMP_WORDS, _PARAMETER_WORDS)
    first, end = jump + _JUMP_WORDS, jump + words[jump + 1]
    if count < 0 or odd or end > len(words):
        return call
    parameters = tuple(
        parameter(words[at] << 16 | words[at + 1], spelling).text
        for at in range(first, end, _PARAMETER_WORDS)
    )
    return call._replace(size=end * 2 - call.at, parameters=parameters)


def _mark(lines: list[Line]) -> int:
    """Mark the targets of jumps, which get their names later; count jumps to nowhere."""
    at_line = {line.at: index for index, line in enumerate(lines)}
    jumps = [index for index, line in enumerate(lines) if line.target != NO_TARGET]
    lost = 0
    for index in jumps:
        target = at_line.get(lines[index].target)
        if target is None:
            lines[index] = lines[index]._replace(operand=f"(byte {lines[index].target})")
            lost += 1
        else:
            lines[target] = lines[target]._replace(label=PLACE)
    return lost


def _networks(lines: Sequence[Line], starts: Sequence[int]) -> Iterator[Network]:
    places = [line.at for line in lines]
    cuts = [bisect_left(places, start) for start in starts[1:]]
    bounds = pairwise((0, *cuts, len(lines)))
    for number, (first, last) in enumerate(bounds, 1):
        yield Network(number, tuple(lines[first:last]))
