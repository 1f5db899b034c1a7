"""Bytes as lines that a person can read. Knows no family; what the bytes mean is not said here."""

BYTES_A_LINE = 16
_HEX_WIDTH = 3 * BYTES_A_LINE - 1
_SHOWN = bytes(code if code in range(0x20, 0x7F) else ord(".") for code in range(256))


def hexdump(data: bytes) -> list[str]:
    """Return 16 bytes a line: address from the beginning of `data`, hex, printable ASCII."""
    digits = data.hex(" ")
    text = data.translate(_SHOWN).decode("ascii")
    return [
        f"{at:06x}  {digits[3 * at : 3 * at + _HEX_WIDTH]:<{_HEX_WIDTH}}  "
        f"{text[at : at + BYTES_A_LINE]}"
        for at in range(0, len(data), BYTES_A_LINE)
    ]


def hexlines(data: bytes) -> list[str]:
    """Return the same bytes as bare hex, 16 a line, for files that are read back."""
    digits = data.hex(" ")
    step = 3 * BYTES_A_LINE
    return [digits[at : at + _HEX_WIDTH] for at in range(0, len(digits), step)]
