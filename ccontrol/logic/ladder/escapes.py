"""What `printable` showed → what it was, exactly. Anything that it does not write is refused."""

import re

_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.?))", re.DOTALL)
_SHORT = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def raw(shown: str) -> str:
    """Return the text as it was before printable(). Raises ValueError where there was none."""
    return _ESCAPE.sub(_char, shown) if "\\" in shown else shown


def _char(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits:
        return chr(int(digits, 16))
    if match[4] not in _SHORT:
        raise ValueError(f"{match.group()!r} is no escape")
    return _SHORT[match[4]]
