"""Data of tags → `name = value` lines, one a leaf, runs of equal elements folded. No definitions.

Of several forms of the same data the readable one is written: Decorated or String, else L5K, else
the raw bytes. Studio writes those that the export options name, and all say the same.
"""

from collections.abc import Iterable

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x.words import assignment, is_secret, shown
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element

_READABLE = ("Decorated", "String")
_PLAIN = ("L5K", None)


def chosen(datas: Iterable[Element]) -> tuple[Element | None, list[Element]]:
    """Return which of the elements tells the values, and those that hold settings (MSG, axes)."""
    by_format = {data.get("Format"): data for data in datas}
    settings = [data for form, data in by_format.items() if form not in (*_READABLE, *_PLAIN)]
    forms = _READABLE if settings else (*_READABLE, *_PLAIN)
    best = next((by_format[form] for form in forms if form in by_format), None)
    return best, settings


def lines(name: str, data: Element, seal: SealText) -> list[str]:
    """Return the lines of one Data element; `name` is the tag's, as it is shown."""
    into: list[str] = []
    if len(data) == 0:
        _add(into, name, " ".join((data.text or "").split()), seal)
    else:
        for each in data:
            _take(each, name, into, seal)
    return into


def _take(element: Element, name: str, into: list[str], seal: SealText) -> None:
    """Write one node: a leaf, or what lies in it."""
    value = element.get("Value")
    if value is not None:
        _add(into, name, value, seal)
    elif len(element) == 0:
        text = (element.text or "").strip()
        if text or not element.attrib:
            _add(into, name, text, seal)
    elif "Dimensions" in element.attrib:
        _elements(element, name, into, seal)
    else:
        for member in element:
            _take(member, f"{name}.{printable(member.get('Name', '?'))}", into, seal)


def _elements(array: Element, name: str, into: list[str], seal: SealText) -> None:
    """Write an array: neighbours of one value in one line, structures each by itself."""
    first, last, run = "", "", None
    for element in array:
        index, value = element.get("Index", "[?]"), element.get("Value")
        if value is not None and value == run:
            last = index
            continue
        if run is not None:
            _add(into, _range(name, first, last), run, seal)
        first, last, run = index, index, value
        if value is None:
            for structure in element:
                _take(structure, f"{name}{printable(index)}", into, seal)
    if run is not None:
        _add(into, _range(name, first, last), run, seal)


def _range(name: str, first: str, last: str) -> str:
    if first == last:
        return f"{name}{printable(first)}"
    return f"{name}{printable(first)}..{printable(last)}"


def _add(into: list[str], name: str, value: str, seal: SealText) -> None:
    if is_secret(name):
        value = seal(value) if value else value
    into.append(assignment(name, shown(value)))
