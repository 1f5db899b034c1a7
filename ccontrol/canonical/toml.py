"""The one way in which ccontrol writes TOML: pure ASCII, one value a line, always the same.

Standard tomllib reads it back (`canonical.reading`); no other writer would give equal bytes.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from ccontrol.errors import ModelError
from ccontrol.logic.hexdump import hexlines
from ccontrol.model.secret import Sealed
from ccontrol.model.unit import Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_LAST_OF_FOUR_DIGITS = 0xFFFF
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quoted(text: str) -> str:
    r"""Return a basic string on one line; quotes, controls and all that is not ASCII escaped.

    Raises ModelError for a lone surrogate: TOML cannot hold one, and no driver may deliver one.
    """
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(_escaped(char) for char in text) + '"'


def key(name: str) -> str:
    """Return a key, bare where TOML allows that."""
    return name if _BARE.fullmatch(name) else quoted(name)


def line(name: str, value: Value | datetime) -> str:
    """Return one assignment. A tuple is written one item a line, so that a diff names the item."""
    return f"{key(name)} = {written(value)}"


def written(value: Value | datetime) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sealed):
        return f"{{ sealed = {quoted(value.digest)} }}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, tuple):
        return "[\n" + "".join(f"  {quoted(item)},\n" for item in value) + "]" if value else "[]"
    return str(value)


def data(content: bytes) -> list[str]:
    """Return the two assignments that hold bytes: how many, and their hex, 16 a line."""
    lines_of_hex = [hexlines(content)] if content else []
    return [f"bytes = {len(content)}", "hex = '''", *lines_of_hex, "'''"]


def lines(pairs: Iterable[tuple[str, Value | datetime | None]]) -> list[str]:
    """Return an assignment for each pair whose value is not None."""
    return [line(name, value) for name, value in pairs if value is not None]


def document(*parts: Iterable[str]) -> bytes:
    """Return a whole file: its parts, each a list of lines, with an empty line between them."""
    return ("\n\n".join("\n".join(part) for part in parts if part) + "\n").encode("ascii")


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if _PLAIN.fullmatch(char):
        return char
    if unicodedata.category(char) == "Cs":
        raise ModelError("a driver delivered half a character (a lone surrogate)")
    return f"\\U{ord(char):08X}" if ord(char) > _LAST_OF_FOUR_DIGITS else f"\\u{ord(char):04X}"
