"""Declarations → lines: `name : type (attributes) := value // what it is for`. Tags apart."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.noise import is_default, is_noise
from ccontrol.logic.l5x.record import children
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, attributes, name_of
from ccontrol.logic.xml_words import by_name, sealed, text_of

Held: TypeAlias = Mapping[str, list[Element]]
"""What lies in an element, by name."""
_SPELLED = frozenset({"Name", "DataType", "Dimension", "Dimensions", "AliasFor"})
_TOLD = frozenset({"Description", "DefaultData", "Data", "Comments", "ForceData"})


def declaration(element: Element, held: Held, seal: SealText, word: str = "") -> Iterator[str]:
    """Yield the line of a tag, parameter or member, then what is said of what lies in it.

    `held` is what lies in it, `by_name`; `word` stands before the name ("PARAMETER"). A default
    value follows, in the line where it is one value, below it where it has members. What fits no
    line is told by settings_of().
    """
    name = printable(element.get("Name", "?"))
    start = f"{word} {name}" if word else name
    defaults = _defaults(held, name, seal)
    value = ""
    if len(defaults) == 1 and defaults[0].startswith(f"{name} ="):
        value = f" :={defaults.pop()[len(name) + 2 :]}"
    yield f"{start} : {_type(element)}{_attributes(element, seal)}{value}{_comment(held)}"
    yield from (f"{word} {line}" if word else line for line in defaults)
    for comments in held.get("Comments", ()):
        yield from _comments(comments, start)


def settings_of(element: Element, held: Held, seal: SealText) -> Iterator[str]:
    """Yield what a declaration holds beyond its line: how a tag is produced, an axis, a limit."""
    if not _TOLD.issuperset(held):
        others = [each for each in element if name_of(each) not in _TOLD]
        yield from children(others, seal, f"{printable(element.get('Name', '?'))}/")


def declared(element: Element, seal: SealText, word: str = "") -> Iterator[str]:
    """Yield both."""
    held = by_name(element)
    yield from declaration(element, held, seal, word)
    yield from settings_of(element, held, seal)


def _type(element: Element) -> str:
    alias = element.get("AliasFor")
    name = element.get("DataType", "")
    size = element.get("Dimensions") or element.get("Dimension") or "0"
    dimensions = "" if size == "0" else f"[{','.join(size.replace(',', ' ').split())}]"
    of_type = printable(f"{name}{dimensions}")
    if alias is None:
        return of_type
    return f"alias of {printable(alias)}{f', {of_type}' if of_type else ''}"


def _attributes(element: Element, seal: SealText) -> str:
    tag = name_of(element)
    said = [
        _attribute(name, value, seal)
        for name, value in attributes(element)
        if not _is_left_out(tag, name, value)
    ]
    return f" ({', '.join(said)})" if said else ""


@lru_cache(maxsize=16_384)
def _is_left_out(tag: str, name: str, value: str) -> bool:
    return name in _SPELLED or is_noise(tag, name) or is_default(name, value)


def _attribute(name: str, value: str, seal: SealText) -> str:
    return printable(name) if value == "true" else f"{printable(name)}={sealed(name, value, seal)}"


def _comment(held: Held) -> str:
    text = "\n".join(text_of(each) for each in held.get("Description", ()))
    return f" // {printable(text)}" if text else ""


def _comments(comments: Element, start: str) -> Iterator[str]:
    """Yield what is said of members and bits, each by its operand."""
    for each in comments:
        yield f"{start}{printable(each.get('Operand', '?'))} // {printable(text_of(each))}"


def _defaults(held: Held, name: str, seal: SealText) -> list[str]:
    datas = held.get("DefaultData")
    best, _ = values.chosen(datas) if datas else (None, [])
    return [] if best is None else values.lines(name, best, seal)


def sorted_key(name: str) -> tuple[str, str]:
    """Return what names are ordered by: letters alike whatever their case, then as spelled."""
    return name.casefold(), name
