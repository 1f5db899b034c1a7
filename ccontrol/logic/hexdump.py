"""Bytes as lines that a person can read. Knows no family; what the bytes mean is not said here."""

BYTES_A_LINE = 16
_DIGITS = 3 * BYTES_A_LINE - 1
_SHOWN = bytes(code if code in range(0x20, 0x7F) else ord(".") for code in range(256))


def hexdump(data: bytes) -> list[str]:
    """Return 16 bytes a line: address from the beginning of `data`, hex, printable ASCII."""
    text = data.translate(_SHOWN).decode("ascii")
    starts = range(0, len(data), BYTES_A_LINE)
    addresses = ["%06x" % at for at in starts]  # noqa: UP031 — half the time of a format string, and this is most of rendering
    digits = hexlines(data)
    if digits:
        digits[-1] = digits[-1].ljust(_DIGITS)
    shown = [text[at : at + BYTES_A_LINE] for at in starts]
    return list(map("  ".join, zip(addresses, digits, shown, strict=True)))


def hexlines(data: bytes) -> list[str]:
    """Return the same bytes as bare hex, 16 a line, for files that are read back."""
    digits = data.hex(" ")
    step = 3 * BYTES_A_LINE
    return [digits[at : at + _DIGITS] for at in range(0, len(digits), step)]
