"""Numbers of variable length as S7CommPlus writes them. Pure."""


def vlq(data: bytes, at: int, longest: int = 5) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where it ends. Raises IndexError at the end.

    The ninth byte of a 64-bit number has eight bits. One that is longer than allowed ends there.
    """
    value = 0
    for count in range(longest):
        byte = data[at]
        at += 1
        if count == 8:  # noqa: PLR2004 — the ninth
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 — the last one has no continuation bit
            break
    return value, at
