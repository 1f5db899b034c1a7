"""The checksum in the footer of an S7 block. Pure.

CRC-16, polynomial 0x9003, initial value 0, most significant bit first, over the type byte, the two
bytes of the body's length, and the body: ten of ten blocks captured from a CPU 315-2 PN/DP and an
IM151-8, and ten of ten code blocks of the public .bin corpus. The long way is 60 ns a byte in
Python; since the checksum is linear, halves of the data are folded onto each other with
`bytes.translate` first, which leaves a few bytes to walk.
"""

from functools import cache

_POLYNOMIAL = 0x19003
_SHORT = 16
"""Words below which walking is quicker than folding."""


def block_crc(block_type: int, body: bytes) -> int:
    """Return the checksum of a block of that type code (byte 5 of its image: 0x08 is an OB)."""
    return crc16(bytes((block_type, *len(body).to_bytes(2, "big"))) + body)


def crc16(data: bytes) -> int:
    """Return the CRC-16/0x9003 of any bytes."""
    if len(data) % 2:
        data = b"\0" + data  # with an initial value of 0, leading zeros change nothing
    high, low = data[::2], data[1::2]
    while len(high) > _SHORT:
        high, low = _folded(high, low, 1 << (len(high) - 1).bit_length() - 1)
    remainder, table = 0, _walk_table()
    for pair in zip(high, low, strict=True):
        for byte in pair:
            remainder = (remainder << 8 & 0xFFFF) ^ table[remainder >> 8 ^ byte]
    return remainder


def _folded(high: bytes, low: bytes, words: int) -> tuple[bytes, bytes]:
    """Return that many 16-bit words with the same checksum: the words above are folded down.

    Words are given and returned as their high bytes and their low bytes.
    """
    above_high, above_low = high[:-words], low[:-words]
    high_tables, low_tables = _fold_tables(words)
    return (
        _xor(above_high, above_low, high_tables, high[-words:]),
        _xor(above_high, above_low, low_tables, low[-words:]),
    )


def _xor(high: bytes, low: bytes, tables: tuple[bytes, bytes], onto: bytes) -> bytes:
    number = int.from_bytes
    down = number(high.translate(tables[0]), "big") ^ number(low.translate(tables[1]), "big")
    return (down ^ number(onto, "big")).to_bytes(len(onto), "big")


@cache
def _fold_tables(words: int) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """What the high and the low byte of a word become that many words further down.

    Two pairs: the parts that go to the high byte there, and those that go to the low byte.
    """
    shift = 2  # x, to be raised to 16 * words by squaring: words is a power of two
    for _ in range((16 * words).bit_length() - 1):
        shift = _times(shift, shift)
    high = [_times(byte << 8, shift) for byte in range(256)]
    low = [_times(byte, shift) for byte in range(256)]
    return (
        (bytes(word >> 8 for word in high), bytes(word >> 8 for word in low)),
        (bytes(word & 0xFF for word in high), bytes(word & 0xFF for word in low)),
    )


@cache
def _walk_table() -> tuple[int, ...]:
    return tuple(_times(byte, 0x9003) for byte in range(256))  # x^16 modulo the polynomial


def _times(left: int, right: int) -> int:
    """Multiply two polynomials over GF(2) modulo ours."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x10000:
            left ^= _POLYNOMIAL
        right >>= 1
    return product
