"""The checksum in the footer of an S7 block. Pure.

CRC-16, polynomial 0x9003, initial value 0, most significant bit first, over the type byte, the two
bytes of the body's length, and the body: ten of ten blocks captured from a CPU 315-2 PN/DP and an
IM151-8, and ten of ten code blocks of the public .bin corpus. The long way is 60 ns a byte in
Python. The polynomial divides x^664 + x^71 + 1, and so for every power of two p the same with all
exponents times p: x^664p may be replaced by x^71p + 1. A whole block is one large number, and each
such step takes away nearly half of its bits, until a few bytes are left to walk.
"""

from functools import cache

_POLYNOMIAL = 0x19003
_HIGH, _LOW = 664, 71


def block_crc(block_type: int, body: bytes) -> int:
    """Return the checksum of a block of that type code (byte 5 of its image: 0x08 is an OB)."""
    return crc16(bytes((block_type, *len(body).to_bytes(2, "big"))) + body)


def crc16(data: bytes) -> int:
    """Return the CRC-16/0x9003 of any bytes."""
    remainder, table = 0, _walk_table()
    for byte in _folded(int.from_bytes(data, "big")).to_bytes(_HIGH // 8, "big"):
        remainder = (remainder << 8 & 0xFFFF) ^ table[remainder >> 8 ^ byte]
    return remainder


def _folded(number: int) -> int:
    """Return a number of at most 664 bits with the same checksum."""
    power = 1 << (number.bit_length() // _HIGH).bit_length()
    while power:
        while above := number >> _HIGH * power:
            number = number & _below(power) ^ above << _LOW * power ^ above
        power >>= 1
    return number


@cache
def _below(power: int) -> int:
    """The mask of what stays where it is: lengths of blocks need no more than eleven of them."""
    return (1 << _HIGH * power) - 1


@cache
def _walk_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        remainder = byte << 8
        for _ in range(8):
            remainder = remainder << 1 ^ (_POLYNOMIAL if remainder & 0x8000 else 0)
        table.append(remainder)
    return tuple(table)
