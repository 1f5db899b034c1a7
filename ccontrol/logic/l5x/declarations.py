"""Declarations → lines: `name : type (attributes) := value // what it is for`. Tags apart."""

from collections.abc import Iterator

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.noise import is_default, is_noise
from ccontrol.logic.l5x.record import children
from ccontrol.logic.l5x.words import description, sealed
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of

_SPELLED = frozenset({"Name", "DataType", "Dimension", "Dimensions", "AliasFor"})
_TOLD = frozenset({"Description", "DefaultData", "Data", "Comments", "ForceData"})


def declaration(element: Element, seal: SealText, word: str = "") -> Iterator[str]:
    """Yield the line of a tag, parameter or member, then what it holds that fits no line.

    `word` stands before the name ("PARAMETER"). A default value follows, in the line where it is
    one value, below it where it has members.
    """
    name = printable(element.get("Name", "?"))
    start = f"{word} {name}" if word else name
    defaults = _defaults(element, name, seal)
    value = ""
    if len(defaults) == 1 and defaults[0].startswith(f"{name} ="):
        value = f" :={defaults.pop()[len(name) + 2 :]}"
    yield f"{start} : {_type(element)}{_attributes(element, seal)}{value}{_comment(element)}"
    yield from (f"{word} {line}" if word else line for line in defaults)
    yield from _comments(element, start)
    yield from children([each for each in element if name_of(each) not in _TOLD], seal, f"{start}/")


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
        for name, value in sorted((str(key), str(value)) for key, value in element.attrib.items())
        if name not in _SPELLED and not is_noise(tag, name) and not is_default(name, value)
    ]
    return f" ({', '.join(said)})" if said else ""


def _attribute(name: str, value: str, seal: SealText) -> str:
    return printable(name) if value == "true" else f"{printable(name)}={sealed(name, value, seal)}"


def _comment(element: Element) -> str:
    text = description(element)
    return f" // {printable(text)}" if text else ""


def _comments(element: Element, start: str) -> Iterator[str]:
    """Yield what is said of members and bits, each by its operand."""
    for comments in element:
        if name_of(comments) == "Comments":
            for each in comments:
                said = printable(_own_text(each))
                yield f"{start}{printable(each.get('Operand', '?'))} // {said}"


def _own_text(element: Element) -> str:
    from_children = " ".join((each.text or "").strip() for each in element)
    return ((element.text or "").strip() or from_children).replace("\r\n", "\n")


def _defaults(element: Element, name: str, seal: SealText) -> list[str]:
    best, _ = values.chosen(each for each in element if name_of(each) == "DefaultData")
    return [] if best is None else values.lines(name, best, seal)


def sorted_key(name: str) -> tuple[str, str]:
    """Return what names are ordered by: letters alike whatever their case, then as spelled."""
    return name.casefold(), name
