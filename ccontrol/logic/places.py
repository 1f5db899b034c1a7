"""Where the elements of a chart stand, and names for them that no running id goes into."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ccontrol.logic.xml import Element

Key: TypeAlias = tuple[int, str]
"""Sheet (counted from 1) and ID: ids run anew on every sheet."""
_FARTHEST = 999_999_999


def coordinate(element: Element, name: str) -> int:
    """Return a coordinate in pixels; 0 where there is none or no number."""
    text = element.get(name, "")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < len(str(_FARTHEST))):
        return 0
    return int(text)


def unique(named: Iterable[tuple[Key, str, Element]]) -> Mapping[Key, str]:
    """Return one name for each node; alike ones are counted from the top left of their sheet."""
    order = sorted(
        named, key=lambda node: (node[0][0], coordinate(node[2], "Y"), coordinate(node[2], "X"))
    )
    met: dict[str, int] = {}
    names: dict[Key, str] = {}
    for key, name, _ in order:
        met[name] = met.get(name, 0) + 1
        names[key] = name if met[name] == 1 else f"{name} ({met[name]})"
    return names
