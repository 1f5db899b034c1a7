"""The checksum in the footer of an S7 block. Pure.

CRC-16, polynomial 0x9003, initial value 0, most significant bit first, over the type byte, the two
bytes of the body's length, and the body: ten of ten blocks captured from a CPU 315-2 PN/DP and an
IM151-8, and ten of ten code blocks of the public .bin corpus. The long way is 60 ns a byte in
Python; since the checksum is linear, halves of the data are folded onto each other with
`bytes.translate` first, which leaves a few bytes to walk.
"""

from functools import cache

_POLYNOMIAL = 0x19003
_SHORT = 32
"""Bytes below which walking is quicker than folding."""


def block_crc(block_type: int, body: bytes) -> int:
    """Return the checksum of a block of that type code (byte 5 of its image: 0x08 is an OB)."""
    return crc16(bytes((block_type, *len(body).to_bytes(2, "big"))) + body)


def crc16(data: bytes) -> int:
    """Return the CRC-16/0x9003 of any bytes."""
    if len(data) % 2:
        data = b"\0" + data  # with an initial value of 0, leading zeros change nothing
    while len(data) > _SHORT:
        data = _folded(data, 1 << (len(data) // 2 - 1).bit_length() - 1)
    remainder, table = 0, _walk_table()
    for byte in data:
        remainder = (remainder << 8 & 0xFFFF) ^ table[remainder >> 8 ^ byte]
    return remainder


def _folded(data: bytes, words: int) -> bytes:
    """Return that many 16-bit words with the same checksum: the words above are folded down."""
    cut = len(data) - 2 * words
    even, odd = data[:cut:2], data[1:cut:2]
    tables = _fold_tables(words)
    out = bytearray(2 * words)
    for at, (of_even, of_odd) in enumerate(tables):
        down = int.from_bytes(even.translate(of_even), "big") ^ int.from_bytes(
            odd.translate(of_odd), "big"
        )
        kept = int.from_bytes(data[cut + at :: 2], "big")
        out[at::2] = (down ^ kept).to_bytes(words, "big")
    return bytes(out)


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
