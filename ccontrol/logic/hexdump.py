"""Bytes as lines that a person can read. Knows no family; what the bytes mean is not said here.

Most of the time of writing a controller goes by here: no byte and no line is handled one by one
where Python's own functions can take all of them at once.
"""

BYTES_A_LINE = 16
_DIGITS = 3 * BYTES_A_LINE - 1
_SHOWN = bytes(code if code in range(0x20, 0x7F) else ord(".") for code in range(256))
_ADDRESSES = tuple(f"{at:06x}" for at in range(0, 0x10000, BYTES_A_LINE))


def hexdump(data: bytes) -> list[str]:
    """Return 16 bytes a line: address from the beginning of `data`, hex, printable ASCII."""
    if not data:
        return []
    text = data.translate(_SHOWN).decode("ascii")
    starts = range(0, len(data), BYTES_A_LINE)
    digits = hexlines(data).split("\n")
    digits[-1] = digits[-1].ljust(_DIGITS)
    shown = [text[at : at + BYTES_A_LINE] for at in starts]
    return list(map("  ".join, zip(_addresses(starts), digits, shown, strict=True)))


def hexlines(data: bytes) -> str:
    """Return the same bytes as bare hex, 16 a line, for files that are read back."""
    digits = bytearray(data.hex(" "), "ascii")
    ends = slice(_DIGITS, None, _DIGITS + 1)
    digits[ends] = b"\n" * len(digits[ends])
    return digits.decode("ascii")


def _addresses(starts: range) -> tuple[str, ...]:
    if len(starts) <= len(_ADDRESSES):
        return _ADDRESSES[: len(starts)]
    return tuple(f"{at:06x}" for at in starts)
