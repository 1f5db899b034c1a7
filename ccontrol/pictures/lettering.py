"""How wide words are in a picture, where they may be broken, and how they are made safe in markup.

All words of pictures are set in a fixed pitch, so that a width can be told without a font. Says
nothing of where words stand.
"""

import unicodedata
from html import escape

from ccontrol.logic.printable import printable

CELL = 7.25
"""Pixels that a character takes at 12 px: 0.602 em is the widest of the usual fixed fonts."""
_ELLIPSIS = "…"
_BREAKS = frozenset(".,_:[]()+-*/ ")


def cells(text: str) -> int:
    """Return how many columns the text takes: two for a wide character, none for an accent."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def width(text: str) -> float:
    """Return how wide the text is, in pixels."""
    return cells(text) * CELL


def escaped(text: str) -> str:
    """Return printable text escaped for XML and HTML, attributes included."""
    return escape(text, quote=True)


def safe(text: str) -> str:
    """Return any text as one printable line, escaped likewise."""
    return escaped(printable(text))


def clipped(text: str, most: int) -> str:
    """Return the text in at most that many columns: what does not fit goes from its middle.

    Names of tags tell themselves apart at both ends.
    """
    if cells(text) <= most:
        return text
    tail = _first(text[::-1], (most - 1) // 2)[::-1]
    return _first(text, most - 1 - cells(tail)) + _ELLIPSIS + tail


def broken(text: str, most: int, lines: int) -> tuple[str, ...]:
    """Return the text as so many lines of so many columns at most, broken where names have joints.

    What fits into no line goes from the middle.
    """
    text = clipped(text, most * lines)
    found: list[str] = []
    while cells(text) > most and len(found) < lines - 1:
        head = _first(text, most)
        at = max((i for i, char in enumerate(head, 1) if char in _BREAKS), default=len(head))
        if at < len(head) // 2:
            at = len(head)
        found.append(head[:at])
        text = text[at:]
    return (*found, clipped(text, most))


def _first(text: str, most: int) -> str:
    if text.isascii():
        return text[:most]
    taken = 0
    for index, char in enumerate(text):
        taken += _cells(char)
        if taken > most:
            return text[:index]
    return text


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
