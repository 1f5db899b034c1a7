"""Names as they stand in packets, made safe to keep. Pure and total."""


def printable(data: bytes, encoding: str = "utf-8") -> str:
    """Return text without control characters; bytes that are none become U+FFFD."""
    text = data.decode(encoding, "replace")
    if text.isprintable():
        return text
    return "".join(sign for sign in text if sign.isprintable())
