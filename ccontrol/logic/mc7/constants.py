"""Constants in MC7 code, spelled as STEP 7 spells them. Pure and total.

STEP 7's spelling is not always one to one: a real has seven digits there, and a time may be held in
several bases. Where the spelling does not bring back the very bits, they follow as a remark, so
that no change of a constant can hide.
"""

import math
import struct
from datetime import date, timedelta
from typing import NamedTuple

from ccontrol.logic.mc7.mnemonics import Spelling

_FIRST_DAY = date(1990, 1, 1)
_BCD_MOST = 0x999
_S5_BASES_MS = (10, 100, 1_000, 10_000)
_S5_UNITS = ((3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms"))
_TIME_UNITS = ((86_400_000, "d"), *_S5_UNITS)
_BITS_OF_BYTE = 8
_POINTER_AREAS = {
    0x80: "P", 0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DBX", 0x85: "DIX", 0x86: "L", 0x87: "V",
}  # fmt: skip
_DIGITS_OF_EXPONENT = 3
_FIRST_PRINTABLE, _LAST_PRINTABLE = 0x20, 0x7E


class Constant(NamedTuple):
    """How a constant is written, and its bits where that does not tell all."""

    text: str
    remark: str = ""


def integer(value: int) -> Constant:
    """Spell a word as a signed number."""
    return Constant(str(value - 0x1_0000 if value & 0x8000 else value))


def double_integer(value: int) -> Constant:
    """Spell a double word as a signed number."""
    return Constant(f"L#{value - 0x1_0000_0000 if value & 0x8000_0000 else value}")


def real(value: int) -> Constant:
    """Spell a double word as a real: six decimals, three digits of exponent."""
    bits = struct.pack(">I", value)
    (number,) = struct.unpack(">f", bits)
    if not math.isfinite(number):
        return Constant(f"REAL#16#{value:08X}")
    mantissa, exponent = f"{number:.6e}".split("e")
    text = f"{mantissa}e{exponent[0]}{exponent[1:].zfill(_DIGITS_OF_EXPONENT)}"
    return Constant(text, "" if _is_real(text, bits) else f"DW#16#{value:08X}")


def characters(data: bytes) -> Constant:
    """Spell bytes as text between quotes; leading zeros are none of it. `$` escapes, in hex."""
    return Constant("'" + "".join(map(_character, data.lstrip(b"\0"))) + "'")


def counter(value: int) -> Constant:
    """Spell a word as the preset of a counter, which is BCD."""
    text = f"{value:x}"
    if value > _BCD_MOST or not text.isdecimal():
        return Constant(f"C#16#{value:X}")
    return Constant(f"C#{text}")


def day(value: int) -> Constant:
    """Spell a word as days since 1990-01-01."""
    one = _FIRST_DAY + timedelta(days=value)
    return Constant(f"D#{one.year}-{one.month}-{one.day}")


def s5_time(value: int) -> Constant:
    """Spell a word as a time in BCD with its base; remarked where it is not the finest base."""
    digits, base = f"{value & 0x0FFF:03x}", value >> 12
    if not digits.isdecimal() or base >= len(_S5_BASES_MS):
        return Constant(f"S5T#16#{value:X}")
    spelled_ms = int(digits) * _S5_BASES_MS[base]
    finest = next(at for at, unit in enumerate(_S5_BASES_MS) if _holds(spelled_ms, unit))
    text = "S5T#" + _duration(spelled_ms, _S5_UNITS)
    return Constant(text, "" if finest == base else f"W#16#{value:X}")


def time(value: int) -> Constant:
    """Spell a double word as signed milliseconds."""
    signed = value - 0x1_0000_0000 if value & 0x8000_0000 else value
    return Constant(f"T#{'-' if signed < 0 else ''}{_duration(abs(signed), _TIME_UNITS)}")


def time_of_day(value: int) -> Constant:
    """Spell a double word as milliseconds since midnight."""
    seconds, ms = divmod(value, 1_000)
    minutes, second = divmod(seconds, 60)
    return Constant(f"TOD#{minutes // 60}:{minutes % 60}:{second}.{ms:03}")


def byte_list(data: bytes) -> Constant:
    """Spell bytes one by one."""
    return Constant(f"B#({','.join(map(str, data))})")


def binary(value: int, digits: int) -> Constant:
    """Spell bits, in groups of eight."""
    bits = f"{value:0{digits}b}"
    groups = (bits[at : at + _BITS_OF_BYTE] for at in range(0, digits, _BITS_OF_BYTE))
    return Constant("2#" + "_".join(groups))


def pointer(value: int, spelling: Spelling) -> Constant:
    """Spell a double word as a pointer: area, byte and bit; as hex where it is none."""
    area, bits = value >> 24, value & 0xFF_FFFF
    if not area:
        return Constant(f"P#{bits >> 3}.{bits & 7}")
    if area not in _POINTER_AREAS:
        return Constant(f"P#16#{value:08X}")
    return Constant(f"P#{spelling.area(_POINTER_AREAS[area])} {bits >> 3}.{bits & 7}")


def parameter(value: int, spelling: Spelling) -> Constant:
    """Spell what follows a call: a pointer, or in its high word the number of a timer or block."""
    if value >> 24 in _POINTER_AREAS:
        return pointer(value, spelling)
    high, low = divmod(value, 0x1_0000)
    return Constant(f"DW#16#{value:08X}") if low else Constant(f"P#{high >> 3}.{high & 7}")


def _is_real(text: str, bits: bytes) -> bool:
    try:
        return struct.pack(">f", float(text)) == bits
    except OverflowError:  # six decimals of the largest reals round up, beyond a real
        return False


def _holds(milliseconds: int, unit: int) -> bool:
    return milliseconds % unit == 0 and milliseconds // unit <= 999  # noqa: PLR2004 — three digits


def _duration(milliseconds: int, units: tuple[tuple[int, str], ...]) -> str:
    parts = []
    for unit, name in units:
        count, milliseconds = divmod(milliseconds, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0ms"


def _character(code: int) -> str:
    if code in b"$'":
        return f"${chr(code)}"
    return chr(code) if _FIRST_PRINTABLE <= code <= _LAST_PRINTABLE else f"${code:02X}"
