"""Text from anywhere as one line in which nothing steers, and its length in bytes. Pure."""

from ccontrol.model.judgement import Severity

SEVERITIES = {severity: severity.word.upper() for severity in Severity}
_STAND_IN = "?"


def one_line(text: str) -> str:
    """Return the text with each character that is not printable replaced: no line can end in it."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _STAND_IN for char in text)


def cut(text: str, most_bytes: int) -> str:
    """Return as much of the text's beginning as has room in so many bytes of UTF-8."""
    raw = text.encode()
    return text if len(raw) <= most_bytes else raw[: max(0, most_bytes)].decode(errors="ignore")
