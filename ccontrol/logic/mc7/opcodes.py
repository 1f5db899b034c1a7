"""The instruction set of the S7-300/400: the first word of an instruction → what it is.

Plain instructions stand here as data, one by one; families of addressed ones come from `addressed`.
An instruction whose first word is not in the table is not known, and its bytes stay bytes.
Sources: the public vectors of rz-libmc7, the corpus of real blocks, and the regularity of the code:
an area is the same digit everywhere, and its high bit makes an instruction's counterpart. That the
word of JL counts the jumps of its list: all 102 lists in the blocks of Siemens' own libraries.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple, TypeAlias

from ccontrol.logic.mc7 import addressed, constants
from ccontrol.logic.mc7.addressed import Form, Opcode, Place, Row
from ccontrol.logic.mc7.constants import Constant
from ccontrol.logic.mc7.mnemonics import Spelling

Speller: TypeAlias = Callable[[int, Spelling], Constant]

SIZES = {
    Form.NOTHING: 2, Form.NUMBER: 4, Form.OFFSET: 4, Form.PARAMETER: 4, Form.WORD: 4,
    Form.DOUBLE: 6, Form.JUMP: 4, Form.JUMP_LIST: 4, Form.BYTE: 2, Form.LOW_BITS: 2,
}  # fmt: skip
"""Bytes of an instruction by what follows its first word."""
_SPANS = {Form.BYTE: 256, Form.LOW_BITS: 128}
"""First words that are one kind of instruction, where the number is in them: so many numbers."""


class Instruction(NamedTuple):
    """One kind of instruction as one language spells it."""

    op: str
    operand: str
    """With a `%d` for each number that follows."""
    size: int
    form: Form
    place: Place | None
    spell: Speller | None
    calls: bool
    number: int
    """Which bits of the first word are the number; 0 where none is in it."""


_PLAIN = {
    0x0000: "NOP 0", 0xFFFF: "NOP 1", 0x0100: "INVI", 0x0500: "BEC", 0x0900: "NEGI",
    0x4100: "AW", 0x4900: "OW", 0x5100: "XOW", 0x5900: "-I", 0x7900: "+I",
    0x6000: "/I", 0x6001: "MOD", 0x6002: "ABS", 0x6003: "/R", 0x6004: "*I", 0x6006: "NEGR",
    0x6007: "*R", 0x6008: "ENT", 0x6009: "-D", 0x600A: "*D", 0x600B: "-R", 0x600D: "+D",
    0x600E: "/D", 0x600F: "+R", 0x6010: "SIN", 0x6011: "COS", 0x6012: "TAN", 0x6013: "LN",
    0x6014: "SQRT", 0x6018: "ASIN", 0x6019: "ACOS", 0x601A: "ATAN", 0x601B: "EXP", 0x601C: "SQR",
    0x6500: "BE", 0x6501: "BEU", 0x6806: "DTR", 0x6807: "NEGD", 0x6808: "ITB", 0x680A: "DTB",
    0x680C: "BTI", 0x680D: "INVD", 0x680E: "BTD", 0x6812: "SLW", 0x6813: "SLD", 0x6817: "RLD",
    0x6818: "RLDA", 0x681A: "CAW", 0x681B: "CAD", 0x681C: "CLR", 0x681D: "SET", 0x681E: "ITD",
    0x6822: "SRW", 0x6823: "SRD", 0x6824: "SSI", 0x6825: "SSD", 0x6827: "RRD", 0x6828: "RRDA",
    0x682C: "SAVE", 0x682D: "NOT", 0x682E: "PUSH", 0x6837: "AD", 0x683A: "MCRA", 0x683B: "MCRD",
    0x683C: "MCR(", 0x683D: ")MCR", 0x683E: "POP", 0x6847: "OD", 0x684E: "LEAVE", 0x6857: "XOD",
    0x685C: "RND", 0x685D: "RND-", 0x685E: "RND+", 0x685F: "TRUNC", 0x7002: "TAK",
    0x7006: "L STW", 0x7007: "T STW", 0xBA00: "A(", 0xBB00: "O(", 0xBF00: ")", 0xFB00: "O",
    0xFB3C: "L DBLG", 0xFB3D: "L DILG", 0xFB4C: "L DBNO", 0xFB4D: "L DINO", 0xFB7C: "CDB",
    0xFE01: "LAR1 AR2", 0xFE04: "LAR1", 0xFE05: "TAR1", 0xFE06: "+AR1", 0xFE08: "CAR",
    0xFE09: "TAR1 AR2", 0xFE0C: "LAR2", 0xFE0D: "TAR2", 0xFE0E: "+AR2", 0xFFF1: "AN(",
    0xFFF3: "ON(", 0xFFF4: "X(", 0xFFF5: "XN(",
}  # fmt: skip
_COMPARED = {0x20: ">", 0x40: "<", 0x60: "<>", 0x80: "==", 0xA0: ">=", 0xC0: "<="}
_STATUS = {
    0x00: "OS", 0x10: "OV", 0x20: ">0", 0x40: "<0", 0x50: "UO", 0x60: "<>0", 0x80: "==0",
    0xA0: ">=0", 0xC0: "<=0", 0xE0: "BR",
}  # fmt: skip
_STATUS_LOGIC = ("A", "AN", "O", "ON", "X", "XN")
_JUMPS = {
    0x7008: "LOOP", 0x700B: "JU", 0xFF08: "JOS", 0xFF18: "JO", 0xFF28: "JP",
    0xFF48: "JM", 0xFF58: "JUO", 0xFF68: "JN", 0xFF78: "JNBI", 0xFF88: "JZ", 0xFF98: "JNB",
    0xFFA8: "JPZ", 0xFFB8: "JCN", 0xFFC8: "JMZ", 0xFFD8: "JCB", 0xFFE8: "JBI", 0xFFF8: "JC",
}  # fmt: skip
_COUNTED = {
    0x10: ("BLD", 255), 0x11: ("INC", 255), 0x19: ("DEC", 255), 0x29: ("SLD", 32),
    0x61: ("SLW", 15), 0x64: ("RLD", 32), 0x69: ("SRW", 15), 0x71: ("SSD", 32), 0x74: ("RRD", 32),
}  # fmt: skip
"""Operation and largest count, by first byte; the count is the second."""
_LITERALS = {
    0x3000: ("L", Form.WORD, "hex"), 0x3002: ("L", Form.WORD, "binary"),
    0x3003: ("L", Form.WORD, "integer"),
    0x3005: ("L", Form.WORD, "characters"), 0x3006: ("L", Form.WORD, "bytes"),
    0x3007: ("L", Form.WORD, "hex"), 0x3008: ("L", Form.WORD, "counter"),
    0x300A: ("L", Form.WORD, "day"), 0x300C: ("L", Form.WORD, "S5 time"),
    0x3801: ("L", Form.DOUBLE, "real"), 0x3802: ("L", Form.DOUBLE, "double binary"),
    0x3803: ("L", Form.DOUBLE, "double integer"), 0x3804: ("L", Form.DOUBLE, "pointer"),
    0x3805: ("L", Form.DOUBLE, "double characters"), 0x3806: ("L", Form.DOUBLE, "double bytes"),
    0x3807: ("L", Form.DOUBLE, "double hex"), 0x3809: ("L", Form.DOUBLE, "time"),
    0x380B: ("L", Form.DOUBLE, "time of day"), 0x5800: ("+", Form.WORD, "integer"),
    0x6005: ("+", Form.DOUBLE, "double integer"), 0x6834: ("AW", Form.WORD, "hex"),
    0x6844: ("OW", Form.WORD, "hex"), 0x6854: ("XOW", Form.WORD, "hex"),
    0x6836: ("AD", Form.DOUBLE, "double hex"), 0x6846: ("OD", Form.DOUBLE, "double hex"),
    0x6856: ("XOD", Form.DOUBLE, "double hex"), 0xFE02: ("+AR1", Form.WORD, "offset"),
    0xFE0A: ("+AR2", Form.WORD, "offset"), 0xFE03: ("LAR1", Form.DOUBLE, "pointer"),
    0xFE0B: ("LAR2", Form.DOUBLE, "pointer"),
}  # fmt: skip
SPELLERS: Mapping[str, Speller] = {
    "binary": lambda value, _: constants.binary(value, 16),
    "integer": lambda value, _: constants.integer(value),
    "characters": lambda value, _: constants.characters(value.to_bytes(2, "big")),
    "bytes": lambda value, _: constants.byte_list(value.to_bytes(2, "big")),
    "hex": lambda value, _: Constant(f"W#16#{value:X}"),
    "counter": lambda value, _: constants.counter(value),
    "day": lambda value, _: constants.day(value),
    "S5 time": lambda value, _: constants.s5_time(value),
    "offset": lambda value, _: Constant(f"P#{value >> 3}.{value & 7}"),
    "real": lambda value, _: constants.real(value),
    "double binary": lambda value, _: constants.binary(value, 32),
    "double integer": lambda value, _: constants.double_integer(value),
    "pointer": constants.pointer,
    "double characters": lambda value, _: constants.characters(value.to_bytes(4, "big")),
    "double bytes": lambda value, _: constants.byte_list(value.to_bytes(4, "big")),
    "double hex": lambda value, _: Constant(f"DW#16#{value:X}"),
    "time": lambda value, _: constants.time(value),
    "time of day": lambda value, _: constants.time_of_day(value),
}
"""How each kind of constant is written; no two values of one kind alike, remarks included."""


@cache
def instructions(spelling: Spelling) -> tuple[Instruction | None, ...]:
    """Return the instruction of every first word, None where none is known."""
    table: list[Instruction | None] = [None] * 0x1_0000
    for word, opcode in (*addressed.rows(), *_plain_rows()):
        spell = SPELLERS[opcode.constant] if opcode.constant else None
        span = _SPANS.get(opcode.form, 1)
        known = Instruction(
            spelling.operation(opcode.op),
            spelling.area(opcode.area) + opcode.rest,
            SIZES[opcode.form],
            opcode.form,
            opcode.place,
            spell,
            opcode.calls,
            span - 1,
        )
        table[word : word + span] = [known] * span
    return tuple(table)


def _plain_rows() -> Iterator[Row]:
    for word, text in _PLAIN.items():
        op, _, operand = text.partition(" ")
        yield word, Opcode(op, operand)
    for first, kind in ((0x21, "I"), (0x31, "R"), (0x39, "D")):
        for low, sign in _COMPARED.items():
            yield first << 8 | low, Opcode(sign + kind)
    for low, bit in _STATUS.items():
        for number, op in enumerate(_STATUS_LOGIC):
            yield 0xFF00 | low | number, Opcode(op, bit)
    for word, op in _JUMPS.items():
        yield word, Opcode(op, form=Form.JUMP)
    yield 0x7009, Opcode("JL", form=Form.JUMP_LIST)
    for word, (op, form, constant) in _LITERALS.items():
        yield word, Opcode(op, form=form, constant=constant)
    yield from _counted_rows()


def _counted_rows() -> Iterator[Row]:
    for first, (op, most) in _COUNTED.items():
        for count in range(most + 1):
            yield first << 8 | count, Opcode(op, "", str(count))
    for count in range(16):
        yield 0x6801 | count << 4, Opcode("SSI", "", str(count))
    for count in range(33):
        yield 0xFEC0 + count, Opcode("SRD", "", str(count))
    for value in range(256):
        yield 0x2800 | value, Opcode("L", "", f"B#16#{value:X}")
