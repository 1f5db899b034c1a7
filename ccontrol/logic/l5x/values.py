"""Data of tags → `name = value` lines, one a leaf, runs of equal elements folded. No definitions.

Of several forms of the same data the readable one is written: Decorated or String, else L5K, else
the raw bytes. Studio writes those that the export options name, and all say the same.
"""

from collections.abc import Iterable
from functools import lru_cache

from ccontrol.logic.file import SealText
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, is_empty
from ccontrol.logic.xml_words import assignment, is_secret, shown

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
    hide = seal if is_secret(name) else None
    if is_empty(data):
        into.append(_line(name, " ".join((data.text or "").split()), hide))
    for each in data:
        _take(each, name, into, seal, hide)
    return into


def _take(
    element: Element, name: str, into: list[str], seal: SealText, hide: SealText | None
) -> None:
    """Write one node, a leaf or what lies in it; `hide` seals what a name above calls a secret."""
    value = element.get("Value")
    if value is not None:
        into.append(_line(name, value, hide))
    elif is_empty(element):
        text = (element.text or "").strip()
        if text or "DataType" not in element.attrib or "Radix" in element.attrib:
            into.append(_line(name, text, hide))
    elif "Dimensions" in element.attrib:
        _elements(element, name, into, seal, hide)
    else:
        _members(element, name, into, seal, hide)


def _members(
    structure: Element, name: str, into: list[str], seal: SealText, hide: SealText | None
) -> None:
    """Write a structure. Most of the time of reading a project goes by in this loop."""
    for member in structure:
        shown_name, is_hidden = _member(member.get("Name", "?"))
        value, inner = member.get("Value"), f"{name}.{shown_name}"
        inner_hide = seal if is_hidden else hide
        if value and inner_hide is None:
            into.append(f"{inner} = {_shown(value)}")
        elif value is None:
            _take(member, inner, into, seal, inner_hide)
        else:
            into.append(_line(inner, value, inner_hide))


def _elements(
    array: Element, name: str, into: list[str], seal: SealText, hide: SealText | None
) -> None:
    """Write an array: neighbours of one value in one line, structures each by itself."""
    first, last, run = "", "", None
    for element in array:
        index, value = element.get("Index", "[?]"), element.get("Value")
        if value is not None and value == run:
            last = index
            continue
        if run is not None:
            into.append(_line(_range(name, first, last), run, hide))
        first, last, run = index, index, value
        if value is None:
            inner = f"{name}{printable(index)}"
            for structure in element:
                _take(structure, inner, into, seal, hide)
            if is_empty(element):
                into.append(_line(inner, (element.text or "").strip(), hide))
    if run is not None:
        into.append(_line(_range(name, first, last), run, hide))


def _range(name: str, first: str, last: str) -> str:
    if first == last:
        return f"{name}{printable(first)}"
    return f"{name}{printable(first)}..{printable(last)}"


@lru_cache(maxsize=4096)
def _member(name: str) -> tuple[str, bool]:
    """Return a member's name as it is shown, and whether it is the name of a secret."""
    return printable(name), is_secret(name)


@lru_cache(maxsize=16_384)
def _shown(value: str) -> str:
    """Return a value as it is shown; most of the values of a project are a few, over and over."""
    return shown(value)


def _line(name: str, value: str, hide: SealText | None) -> str:
    if hide is not None and value:
        return assignment(name, shown(hide(value)))
    return f"{name} = {_shown(value)}" if value else f"{name} ="
