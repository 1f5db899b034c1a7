"""Text that came from a controller → text that can be shown: one line, nothing that steers.

For people only; files that are read back escape in their own way (`canonical.toml`).
"""

import unicodedata

# Frozen by Python for ever: a code point assigned later stays escaped under every version.
_category = unicodedata.ucd_3_2_0.category
_direction = unicodedata.ucd_3_2_0.bidirectional
_UNSEEN = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xFFF0, 0xFFFC),
            *range(0xE0000, 0xE1000),
        ),
    )
)
"""Printable by their category, and yet nothing is seen: default-ignorable ones, Braille's blank."""
_DIGITS = frozenset({"EN", "AN"})
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def printable(text: str) -> str:
    r"""Return the text with everything that steers, hides or turns round what is read as \xNN.

    That is controls, bidi marks, odd spaces, unassigned and invisible code points, marks without a
    letter to stand on, letters from right to left beside digits (a terminal would turn the digits
    round), and the backslash itself: nothing else can look like an escape.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    turns = any(_direction(char) in _DIGITS for char in text)
    shown: list[str] = []
    on_letter = False
    for char in text:
        is_mark = _category(char)[0] == "M"
        shows = _shows(char) and not (turns and _direction(char) in _RIGHT_TO_LEFT)
        shows = shows and (on_letter or not is_mark)
        shown.append(char if shows else _escape(char))
        on_letter = shows and (is_mark or _category(char)[0] == "L")
    return "".join(shown)


def shortened(text: str, most: int) -> str:
    """Return the text, cut to that many characters with an ellipsis where it is longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _shows(char: str) -> bool:
    if char in _UNSEEN or char == "\\":
        return False
    return char == " " or (char.isprintable() and _category(char)[0] not in "CZ")


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
