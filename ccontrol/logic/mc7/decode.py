"""The walk along the words of MC7 code: a line for each instruction, or for a word that is none.

Looks at no other line than its own: what jumps and calls make of several is not known here.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ccontrol.logic.mc7.addressed import Form, Place
from ccontrol.logic.mc7.constants import Constant, parameter
from ccontrol.logic.mc7.lines import UNKNOWN, WORD_BYTES, Line, plain_line
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.names import Area, Names
from ccontrol.logic.mc7.opcodes import Instruction, instructions
from ccontrol.logic.printable import printable

Words: TypeAlias = tuple[int, ...]

_JUMP_OVER = 0x700B
"""JU: over the list of parameters that follows a call, itself counted."""
_JUMP_WORDS, _PARAMETER_WORDS = 2, 2


def decoded(words: Words, names: Names | None, spelling: Spelling) -> list[Line]:
    """Return the line of every instruction, in their order; together they are all of the words."""
    table = instructions(spelling)
    lines: list[Line] = []
    at, end = 0, len(words)
    while at < end:
        word = words[at]
        known = table[word]
        if known is None or at + known.size // WORD_BYTES > end:
            line = plain_line(at * WORD_BYTES, UNKNOWN, f"16#{word:04X}")
        elif known.size == WORD_BYTES and not known.calls:
            operand = known.operand % (word & known.number) if known.number else known.operand
            line = plain_line(at * WORD_BYTES, known.op, operand)
        else:
            lines.append(_whole(words, at, known, names, spelling))
            at += lines[-1].size // WORD_BYTES
            continue
        lines.append(line)
        at += 1
    return lines


def _whole(
    words: Words, at: int, known: Instruction, names: Names | None, spelling: Spelling
) -> Line:
    """Return an instruction with the words behind its first one, and with a call's parameters."""
    name = None
    if names is not None and known.place is not None:
        name = _name(names, known.place, words[at + 1])
    if name:
        mark = known.operand if known.form is Form.PARAMETER else "#"
        line = plain_line(at * WORD_BYTES, known.op, mark + printable(name), known.size)
    else:
        line = _LINES[known.form](words, at, known, spelling)
    return _with_parameters(words, line, spelling) if known.calls else line


def _byte(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    return plain_line(at * WORD_BYTES, known.op, known.operand % (words[at] & known.number))


def _number(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    return plain_line(at * WORD_BYTES, known.op, known.operand % words[at + 1], known.size)


def _offset(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    word = words[at + 1]
    return plain_line(at * WORD_BYTES, known.op, known.operand % (word >> 3, word & 7), known.size)


def _parameter(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    word = words[at + 1]
    operand = f"{known.operand}{word // 2}" if word and not word & 1 else f"#?{word}"
    return plain_line(at * WORD_BYTES, known.op, operand, known.size)


def _jump(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    word = words[at + 1]
    target = at + (word - 0x1_0000 if word & 0x8000 else word)
    return Line(at * WORD_BYTES, known.size, known.op, target=target * WORD_BYTES)


def _jump_list(words: Words, at: int, known: Instruction, _: Spelling) -> Line:
    target = at + _JUMP_WORDS * (1 + words[at + 1])
    return Line(at * WORD_BYTES, known.size, known.op, target=target * WORD_BYTES)


def _word(words: Words, at: int, known: Instruction, spelling: Spelling) -> Line:
    return _constant(at, words[at + 1], known, spelling)


def _double(words: Words, at: int, known: Instruction, spelling: Spelling) -> Line:
    return _constant(at, words[at + 1] << 16 | words[at + 2], known, spelling)


def _constant(at: int, value: int, known: Instruction, spelling: Spelling) -> Line:
    spelled = known.spell(value, spelling) if known.spell else Constant(f"16#{value:X}")
    return Line(at * WORD_BYTES, known.size, known.op, spelled.text, spelled.remark)


_LINES: Mapping[Form, Callable[[Words, int, Instruction, Spelling], Line]] = {
    Form.BYTE: _byte,
    Form.NUMBER: _number,
    Form.OFFSET: _offset,
    Form.PARAMETER: _parameter,
    Form.WORD: _word,
    Form.DOUBLE: _double,
    Form.JUMP: _jump,
    Form.JUMP_LIST: _jump_list,
}
"""How the words of each form are read."""


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
    jump = (call.at + call.size) // WORD_BYTES
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
    return call._replace(size=end * WORD_BYTES - call.at, parameters=parameters)
