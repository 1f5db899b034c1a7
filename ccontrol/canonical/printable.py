"""Text that came from a controller → text that can be shown: one line, nothing that steers.

For people only; files that are read back escape in their own way (`canonical.toml`).
"""

import unicodedata

from ccontrol.model.secret import Sealed
from ccontrol.model.unit import Value

# Frozen by Python for ever: a code point assigned later stays escaped under every version.
_category = unicodedata.ucd_3_2_0.category
_SEALED_DIGITS = 17  # the seal's id, and enough of the secret's


def printable(text: str) -> str:
    r"""Return the text with controls, bidi marks, odd spaces and unassigned code points as \xNN."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _shows(char) else _escape(char) for char in text)


def shortened(text: str, most: int) -> str:
    """Return the text, cut to that many characters with an ellipsis where it is longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def spoken(value: Value | None) -> str:
    """Return a field's value as a person reads it, printable and on one line."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sealed):
        return f"sealed {printable(value.digest)[:_SEALED_DIGITS]}"
    if isinstance(value, tuple):
        return ", ".join(printable(item) for item in value) or "(none)"
    return printable(value) or '""' if isinstance(value, str) else str(value)


def _shows(char: str) -> bool:
    return char == " " or (char.isprintable() and _category(char)[0] not in "CZ")


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
