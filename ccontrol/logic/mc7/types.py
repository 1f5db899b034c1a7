"""Types of data as interfaces and data blocks hold them: names, sizes, and how values are spelled.

Codes and sizes as the interfaces of the S7Blocks corpus have them beside their declarations; those
of parameter types (TIMER … BLOCK_SDB) from DotNetSiemensPLCToolBoxLibrary's "MC7 Block Format".
Values are handed over as big endian bytes, as the CPU holds them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple, TypeAlias

from ccontrol.logic.mc7 import constants
from ccontrol.logic.mc7.mnemonics import Spelling

Speller: TypeAlias = Callable[[bytes], str]

BIT, BYTE, WORD = 1, 8, 16
ARRAY, STRUCT, STRING = 0x10, 0x11, 0x13
MULTI_INSTANCES: Mapping[int, str] = {0x15: "FB", 0x1B: "SFB"}
"""An instance within an instance: the number of its block stands in place of a role."""
POINTER_BITS = 48
"""What an IN_OUT of a compound type takes in an instance: a pointer to it."""
_DT_CENTURY = 90
"""Years from 90 on are 19xx (STEP 7, "Format of the DATE_AND_TIME data type")."""
_DT_BYTES = 8
_PLAIN = {code: chr(code) for code in range(0x20, 0x7F)}


class Elementary(NamedTuple):
    """A type without members."""

    name: str
    bits: int
    spell: Speller | None = None
    """How a value is written; None where nobody gives it one in a declaration."""

    @property
    def value_bytes(self) -> int:
        """How many bytes a value takes among initial values; a BOOL has one of its own."""
        return max(self.bits, BYTE) // BYTE


def spelled_text(data: bytes) -> str:
    """Spell the characters of a CHAR or STRING; `$` in hex for what is no plain one."""
    shown = (
        f"${chr(code)}" if code in b"$'" else _PLAIN.get(code, f"${code:02X}") for code in data
    )
    return f"'{''.join(shown)}'"


def spelled_string(data: bytes) -> str:
    """Spell a STRING from its value: how many it may hold, how many it holds, characters."""
    return spelled_text(data[2:])


def _word(spell: Callable[[int], constants.Constant]) -> Speller:
    def spelled(data: bytes) -> str:
        constant = spell(int.from_bytes(data, "big"))
        return f"{constant.text} {{{constant.remark}}}" if constant.remark else constant.text

    return spelled


def _hex(prefix: str) -> Speller:
    return lambda data: f"{prefix}#16#{int.from_bytes(data, 'big'):X}"


def spelled_pointer(data: bytes) -> str:
    """Spell a POINTER: a block's number, or 0, and an area pointer."""
    number, area = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
    place = constants.pointer(area, Spelling.ENGLISH).text
    return f"P#DB{number}.{place[2:]}" if number else place


def _date_and_time(data: bytes) -> str:
    """Spell BCD: year, month, day, hour, minute, second, milliseconds, day of the week.

    What is no date, or has the weekday of another one, keeps its bytes.
    """
    digits = data.hex()
    try:
        year, month, day, hour, minute, second = (
            int(digits[at : at + 2]) for at in range(0, 12, 2)
        )
        century = 1900 if year >= _DT_CENTURY else 2000
        weekday = date(century + year, month, day).isoweekday() % 7 + 1
    except ValueError:
        return f"DT#16#{digits.upper()}"
    if not digits[12:].isdecimal() or digits[15] != str(weekday):
        return f"DT#16#{digits.upper()}"
    return f"DT#{century + year}-{month}-{day}-{hour}:{minute}:{second}.{digits[12:15]}"


ELEMENTARY: Mapping[int, Elementary] = {
    0x01: Elementary("BOOL", BIT, lambda data: "TRUE" if data[0] else "FALSE"),
    0x02: Elementary("BYTE", BYTE, _hex("B")),
    0x03: Elementary("CHAR", BYTE, spelled_text),
    0x04: Elementary("WORD", WORD, _hex("W")),
    0x05: Elementary("INT", WORD, _word(constants.integer)),
    0x06: Elementary("DWORD", 2 * WORD, _hex("DW")),
    0x07: Elementary("DINT", 2 * WORD, _word(constants.double_integer)),
    0x08: Elementary("REAL", 2 * WORD, _word(constants.real)),
    0x09: Elementary("DATE", WORD, _word(constants.day)),
    0x0A: Elementary("TIME_OF_DAY", 2 * WORD, _word(constants.time_of_day)),
    0x0B: Elementary("TIME", 2 * WORD, _word(constants.time)),
    0x0C: Elementary("S5TIME", WORD, _word(constants.s5_time)),
    0x0E: Elementary("DATE_AND_TIME", _DT_BYTES * BYTE, _date_and_time),
    0x14: Elementary("POINTER", POINTER_BITS, spelled_pointer),
    0x16: Elementary("ANY", 80, lambda data: f"ANY#16#{data.hex().upper()}"),
    0x17: Elementary("BLOCK_FB", WORD),
    0x18: Elementary("BLOCK_FC", WORD),
    0x19: Elementary("BLOCK_DB", WORD),
    0x1A: Elementary("BLOCK_SDB", WORD),
    0x1C: Elementary("COUNTER", WORD),
    0x1D: Elementary("TIMER", WORD),
}
AS_THEY_STAND = frozenset({0x0E, STRING})
"""Types whose initial values are not turned round: bytes in their order."""
COMPOUND = frozenset({"DATE_AND_TIME"})
"""Elementary by its size, compound by STEP 7's rules, as STRING, ARRAY and STRUCT are."""
