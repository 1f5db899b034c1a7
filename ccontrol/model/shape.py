"""What a fact may be made of: checked when a unit is made, so that nothing odd is ever signed.

Every breach is a ModelError: a driver delivered something that its text form could not hold, or
that would look like a change at every poll.
"""

import re
from collections.abc import Iterable

from ccontrol.errors import ModelError
from ccontrol.model.secret import Sealed

LONGEST_KIND = 40
_KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INTEGERS = range(-(2**63), 2**63)
_PLAIN = (bool, Sealed)


def require_kind(kind: str) -> None:
    """Refuse a kind that is not letters, digits and dashes: it names a folder and a TOML table."""
    if len(kind) > LONGEST_KIND or _KIND.fullmatch(kind) is None:
        raise ModelError(f"{kind[:LONGEST_KIND]!a} is no kind of unit: want letters, digits, '-'")


def require_text(what: str, text: str) -> None:
    """Refuse what is no text, and half a character (a lone surrogate), which UTF-8 cannot hold."""
    if type(text) is not str:
        raise ModelError(f"{what} is a {type(text).__name__}, not a text")
    if not text.isascii() and _SURROGATE.search(text):
        raise ModelError(f"{what} holds half a character (a lone surrogate)")


def require_fields(fields: Iterable[tuple[str, object]]) -> None:
    """Refuse fields that are not in order, that stand twice, or whose values no file can hold."""
    before = ""
    for at, (name, value) in enumerate(fields):
        require_text("the name of a field", name)
        if at and name <= before:
            raise ModelError(f"field {name!a} stands twice or after {before!a}: want them sorted")
        _require_value(name, value)
        before = name


def require_names(what: str, names: Iterable[str]) -> None:
    """Refuse a name that stands twice."""
    met: set[str] = set()
    for name in names:
        require_text(what, name)
        if name in met:
            raise ModelError(f"{what} {name!a} stands twice")
        met.add(name)


def _require_value(name: str, value: object) -> None:
    if type(value) is str:
        require_text(f"field {name!a}", value)
    elif type(value) is int:
        if value not in _INTEGERS:
            raise ModelError(f"field {name!a} holds a number of more than 64 bits")
    elif type(value) is tuple:
        for item in value:
            require_text(f"an item of field {name!a}", item)
    elif type(value) not in _PLAIN:
        raise ModelError(f"field {name!a} holds a {type(value).__name__}")
