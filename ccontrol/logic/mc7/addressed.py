"""Families of instructions that name an operand: every one of them, made from its areas.

Holds no plain instruction and no constant (see opcodes). An operand is an area, which has a name in
each language, and the rest of its spelling, with places for the numbers of the second word.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from ccontrol.logic.mc7.names import Area


class Form(IntEnum):
    """What follows the first word of an instruction."""

    NOTHING = 0
    BYTE = 7
    """No word: the number is the second byte of the first."""
    LOW_BITS = 8
    """No word: the number is the lower seven bits of the first."""
    NUMBER = 1
    """A word: the number of a byte, timer or block."""
    OFFSET = 2
    """A word: bits from where an address register points."""
    PARAMETER = 3
    """A word: twice the ordinal, from 1, of a parameter of this block."""
    WORD = 4
    """A constant of 16 bits, for `constants`."""
    DOUBLE = 5
    """A constant of 32 bits, for `constants`."""
    JUMP = 6
    """A word: how many words on from the instruction's own, signed."""
    JUMP_LIST = 9
    """A word: how many jumps follow, a list behind which it leads itself."""


class Place(NamedTuple):
    """What an instruction says of an operand that the block's interface may name."""

    area: Area
    bit: int
    width: int


class Opcode(NamedTuple):
    """One kind of instruction, in English."""

    op: str
    area: str = ""
    rest: str = ""
    form: Form = Form.NOTHING
    place: Place | None = None
    constant: str = ""
    """Which constant it is, a key of `opcodes.CONSTANTS`."""
    calls: bool = False
    """A list of parameters may follow, with a jump over it."""


Row: TypeAlias = tuple[int, Opcode]

_BITS = {1: "I", 2: "Q", 3: "M", 4: "DBX", 5: "DIX", 6: "L"}
_AREAS = {1: "I", 2: "Q", 3: "M", 4: "DB", 5: "DI", 6: "L"}
_WIDTHS = {1: ("B", 8), 2: ("W", 16), 3: ("D", 32)}
_HALVES = {0x00: "I", 0x80: "Q"}
"""Short forms have inputs and outputs share the 256 numbers of a byte."""
_HOLDERS = {3: "M", 4: "DB", 5: "DI", 6: "L"}
"""Areas that may hold the address of a memory-indirect access."""
_NAMED = {"L": Area.LOCAL, "DI": Area.INSTANCE, "DIX": Area.INSTANCE}
_OTHER = 8
"""This bit of an area's digit makes AN of A, R of S, T of L, AR2 of AR1."""
_STORE = 4
"""This bit of a width's digit makes T of L."""
_LOGIC = {0: "A", 1: "AN", 2: "O", 3: "ON", 4: "X", 5: "XN"}
_ASSIGN = {0: "S", 1: "R", 2: "=", 4: "FP", 5: "FN"}
_TIMER = _LOGIC | {
    6: "L", 8: "FR", 9: "LC", 0xA: "SF", 0xB: "SE", 0xC: "SD", 0xD: "SS", 0xE: "SP", 0xF: "R",
}  # fmt: skip
_COUNTER = _LOGIC | {6: "L", 8: "FR", 9: "LC", 0xA: "CD", 0xB: "S", 0xD: "CU", 0xF: "R"}


def rows() -> Iterator[Row]:
    """Yield every addressed instruction with its first word; of many where the number is in it."""
    yield from _direct_bits()
    yield from _short_bits()
    yield from _short_bytes()
    yield from _short_numbers()
    yield from _direct_bytes()
    yield from _bits_by_memory()
    yield from _bytes_by_memory()
    yield from _timers_by_memory()
    yield from _by_register()
    yield from _long_numbers()
    yield from _calls()
    yield from _by_parameter()
    yield from _registers()


def _direct_bits() -> Iterator[Row]:
    pairs = {
        0x00: ("A", "AN"), 0x01: ("O", "ON"), 0x05: ("X", "XN"), 0x09: ("S", "R"),
        0x41: ("=", None), 0x49: ("FP", "FN"),
    }  # fmt: skip
    for first, ops in pairs.items():
        for other, op in enumerate(ops):
            for digit, area in _BITS.items():
                for bit in range(8 if op else 0):
                    word = first << 8 | (digit | other * _OTHER) << 4 | bit
                    place = Place(_NAMED[area], bit, 1) if area == "L" else None
                    yield word, Opcode(op or "", area, f" %d.{bit}", Form.NUMBER, place)


def _short_bits() -> Iterator[Row]:
    groups = {0x80: "A", 0x88: "O", 0x90: "S", 0x98: "=", 0xA0: "AN", 0xA8: "ON", 0xB0: "R"}
    for first, op in groups.items():
        for bit in range(8):
            yield (first | bit) << 8, Opcode(op, "M", f" %d.{bit}", Form.BYTE)
    groups = {0xC0: "A", 0xC8: "O", 0xD0: "S", 0xD8: "=", 0xE0: "AN", 0xE8: "ON", 0xF0: "R"}
    for first, op in groups.items():
        for bit in range(8):
            for half, area in _HALVES.items():
                word = (first | bit) << 8 | half
                yield word, Opcode(op, area, f" %d.{bit}", Form.LOW_BITS)


def _short_bytes() -> Iterator[Row]:
    memory = {0x0A: "MB", 0x12: "MW", 0x1A: "MD"}
    process = {0x4A: "B", 0x52: "W", 0x5A: "D"}
    for load, op in ((0, "L"), (1, "T")):
        for first, area in memory.items():
            yield (first | load) << 8, Opcode(op, area, " %d", Form.BYTE)
        for first, width in process.items():
            for half, area in _HALVES.items():
                word = (first | load) << 8 | half
                yield word, Opcode(op, area + width, " %d", Form.LOW_BITS)


def _short_numbers() -> Iterator[Row]:
    kinds = {
        0x02: ("L", "T"), 0x04: ("FR", "T"), 0x0C: ("LC", "T"), 0x14: ("SF", "T"),
        0x1C: ("SE", "T"), 0x24: ("SD", "T"), 0x2C: ("SS", "T"), 0x34: ("SP", "T"),
        0x3C: ("R", "T"), 0xF8: ("A", "T"), 0xF9: ("O", "T"), 0xFC: ("AN", "T"),
        0xFD: ("ON", "T"), 0x42: ("L", "C"), 0x44: ("FR", "C"), 0x4C: ("LC", "C"),
        0x54: ("CD", "C"), 0x5C: ("S", "C"), 0x6C: ("CU", "C"), 0x7C: ("R", "C"),
        0xB8: ("A", "C"), 0xB9: ("O", "C"), 0xBC: ("AN", "C"), 0xBD: ("ON", "C"),
        0x1D: ("CC", "FC"), 0x3D: ("UC", "FC"), 0x55: ("CC", "FB"), 0x75: ("UC", "FB"),
        0x20: ("OPN", "DB"),
    }  # fmt: skip
    for first, (op, area) in kinds.items():
        yield first << 8, Opcode(op, area, " %d", Form.BYTE, calls=area == "FC")


def _direct_bytes() -> Iterator[Row]:
    for size, (width, bits) in _WIDTHS.items():
        yield 0x7E00 | size, Opcode("L", "PI" + width, " %d", Form.NUMBER)
        yield 0x7E00 | size | _STORE, Opcode("T", "PQ" + width, " %d", Form.NUMBER)
        for digit, area in _AREAS.items():
            place = Place(_NAMED[area], 0, bits) if area == "L" else None
            for store, op in ((0, "L"), (_STORE, "T")):
                word = 0x7E00 | digit << 4 | size | store
                yield word, Opcode(op, area + width, " %d", Form.NUMBER, place)


def _bits_by_memory() -> Iterator[Row]:
    pairs = {
        (0x51, 0): ("A", "AN"), (0x51, _OTHER): ("O", "ON"), (0x58, 0): ("X", "XN"),
        (0x58, _OTHER): ("S", "R"), (0x59, 0): ("=", ""), (0x59, _OTHER): ("FP", "FN"),
    }  # fmt: skip
    for (first, low), ops in pairs.items():
        for other, op in enumerate(ops):
            for holder, where in _HOLDERS.items():
                for digit, area in _BITS.items() if op else ():
                    word = first << 8 | (holder | other * _OTHER) << 4 | digit | low
                    yield word, Opcode(op, area, f" [{where}D %d]", Form.NUMBER)


def _bytes_by_memory() -> Iterator[Row]:
    families = {(0xBA, 0): "B", (0xBB, 0): "W", (0xBB, 8): "D"}
    for (first, low), width in families.items():
        for other, op, outside in ((0, "L", "PI"), (_OTHER, "T", "PQ")):
            for holder, where in _HOLDERS.items():
                for digit, area in ({0: outside} | _AREAS).items():
                    word = first << 8 | (holder | other) << 4 | digit | low
                    yield word, Opcode(op, area + width, f" [{where}D %d]", Form.NUMBER)


def _timers_by_memory() -> Iterator[Row]:
    for other, area, ops in ((0, "T", _TIMER), (_OTHER, "C", _COUNTER)):
        for holder, where in _HOLDERS.items():
            for low, op in ops.items():
                word = 0xBF00 | (holder | other) << 4 | low
                yield word, Opcode(op, area, f" [{where}W %d]", Form.NUMBER)


def _by_register() -> Iterator[Row]:
    for other, register in ((0, "AR1"), (_OTHER, "AR2")):
        rest = f" [{register},P#%d.%d]"
        for low, op in _LOGIC.items():
            yield 0xFB10 | low | other, Opcode(op, "", rest[1:], Form.OFFSET)
        for low, op in _ASSIGN.items():
            yield 0xFB20 | low | other, Opcode(op, "", rest[1:], Form.OFFSET)
        for digit, area in _BITS.items():
            place = Place(_NAMED[area], 0, 1) if area == "DIX" and other else None
            for low, op in _LOGIC.items():
                word = 0x7900 | digit << 4 | low | other
                yield word, Opcode(op, area, rest, Form.OFFSET, place)
            for low, op in _ASSIGN.items():
                word = 0x7900 | (digit | _OTHER) << 4 | low | other
                yield word, Opcode(op, area, rest, Form.OFFSET, place)
        yield from _bytes_by_register(other, rest)


def _bytes_by_register(other: int, rest: str) -> Iterator[Row]:
    for size, (width, bits) in _WIDTHS.items():
        for store, op in ((0, "L"), (_STORE, "T")):
            low = size | store | other
            yield 0xFB00 | low, Opcode(op, width, rest, Form.OFFSET)
            yield 0xBE00 | low, Opcode(op, ("PQ" if store else "PI") + width, rest, Form.OFFSET)
            for digit, area in _AREAS.items():
                place = Place(_NAMED[area], 0, bits) if area == "DI" and other else None
                yield 0xBE00 | digit << 4 | low, Opcode(op, area + width, rest, Form.OFFSET, place)


def _long_numbers() -> Iterator[Row]:
    for first, area, ops in ((0xFBE0, "T", _TIMER), (0xFBF0, "C", _COUNTER)):
        for low, op in ops.items():
            yield first | low, Opcode(op, area, " %d", Form.NUMBER)
    yield 0xFB78, Opcode("OPN", "DB", " %d", Form.NUMBER)
    yield 0xFB79, Opcode("OPN", "DI", " %d", Form.NUMBER)
    for holder, where in _HOLDERS.items():
        yield 0xFB08 | holder << 4, Opcode("OPN", "DB", f" [{where}W %d]", Form.NUMBER)
        yield 0xFB09 | holder << 4, Opcode("OPN", "DI", f" [{where}W %d]", Form.NUMBER)


def _calls() -> Iterator[Row]:
    kinds = {0: ("UC", "FC"), 1: ("CC", "FC"), 2: ("UC", "FB"), 3: ("CC", "FB")}
    for low, (op, area) in kinds.items():
        yield 0xFB70 | low, Opcode(op, area, " %d", Form.NUMBER, calls=area == "FC")
        for holder, where in _HOLDERS.items():
            rest = f" [{where}W %d]"
            word = 0xFB00 | holder << 4 | low
            yield word, Opcode(op, area, rest, Form.NUMBER, calls=area == "FC")
    yield 0xFB74, Opcode("UC", "SFC", " %d", Form.NUMBER, calls=True)
    yield 0xFB76, Opcode("UC", "SFB", " %d", Form.NUMBER)


def _by_parameter() -> Iterator[Row]:
    families = (
        (0x80, _LOGIC), (0x90, _ASSIGN), (0xA0, _TIMER), (0xB0, _COUNTER),
        (0xC0, {1: "L", 2: "L", 3: "L", 5: "T", 6: "T", 7: "T"}),
        (0xD0, {0: "UC", 1: "CC", 2: "UC", 3: "CC", 8: "OPN", 9: "OPN"}),
    )  # fmt: skip
    place = Place(Area.PARAMETER, 0, 0)
    for first, ops in families:
        for low, op in ops.items():
            calls = op in ("UC", "CC") and low in (0, 1)
            yield 0xFB00 | first | low, Opcode(op, "", "#", Form.PARAMETER, place, calls=calls)
    for low in (0xA, 0xB):
        yield 0xFBC0 | low, Opcode("L", "", "P##", Form.PARAMETER, place)


def _registers() -> Iterator[Row]:
    for other, register in ((0, "1"), (_OTHER, "2")):
        for holder, area in _HOLDERS.items():
            for low, op in ((3, "LAR"), (7, "TAR")):
                word = 0xFE00 | holder << 4 | low | other
                yield word, Opcode(op + register, area + "D", " %d", Form.NUMBER)
