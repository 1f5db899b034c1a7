r"""The structured data of RFC 5424: `[id name="value" …][…]`, with `\"`, `\\` and `\]` escaped.

Total and bounded: what is torn or too much is left in the text, where a person can read it.
"""

import re
from dataclasses import dataclass
from typing import Final

from ccontrol.sources.wire.text import printable

MOST_ELEMENTS: Final = 16
MOST_PARAMETERS: Final = 64
"""Of one element."""
LONGEST_VALUE: Final = 255
_BEGIN: Final = re.compile(rb"\[([^\s=\]\"]{1,255})")
_PARAMETER: Final = re.compile(rb' ([^\s=\]"]{1,255})="((?:[^"\\\]]|\\.)*+)"', re.DOTALL)
_ESCAPED: Final = re.compile(rb'\\(["\\\]])')


@dataclass(frozen=True, slots=True)
class Element:
    """One bracket: its id, and its parameters in their order."""

    id: str
    parameters: tuple[tuple[str, str], ...]


def split_elements(rest: bytes) -> tuple[tuple[Element, ...], bytes]:
    """Return the elements at the beginning, and what comes after them."""
    if rest.startswith(b"-"):
        return (), rest[1:].removeprefix(b" ")
    elements: list[Element] = []
    at = 0
    while len(elements) < MOST_ELEMENTS:
        found = _element(rest, at)
        if found is None:
            break
        element, at = found
        elements.append(element)
    return tuple(elements), rest[at:].removeprefix(b" ")


def _element(rest: bytes, at: int) -> tuple[Element, int] | None:
    """Return the element that begins there and where it ends; None where none does."""
    begin = _BEGIN.match(rest, at)
    if begin is None:
        return None
    parameters: list[tuple[str, str]] = []
    at = begin.end()
    while len(parameters) <= MOST_PARAMETERS:
        found = _PARAMETER.match(rest, at)
        if found is None:
            break
        parameters.append((printable(found[1]), _value(found[2])))
        at = found.end()
    if not rest.startswith(b"]", at):
        return None
    return Element(printable(begin[1]), tuple(parameters)), at + 1


def _value(raw: bytes) -> str:
    return printable(_ESCAPED.sub(rb"\1", raw))[:LONGEST_VALUE]
