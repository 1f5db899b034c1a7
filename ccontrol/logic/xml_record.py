"""Any element → `name = value` lines: attributes by name, children in their order. Drops nothing.

What no rule of a format knows is written by this module, and so is everything that is settings
only. What a format does know of its elements it hands over as a `Dialect`. What a name calls a
secret is sealed: the value itself, and what lies in an element of such a name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ccontrol.logic.file import SealText
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, attributes, name_of
from ccontrol.logic.xml_words import assignment, is_secret, text_of, told

TellData: TypeAlias = Callable[[Sequence[Element], SealText, str], Iterator[str]]
"""Yields the lines of elements that hold data, with a prefix before each name."""
Hides: TypeAlias = Callable[[str], bool]
"""Tells by the name of an attribute or element whether its value is to be sealed."""
_KEYS = ("Name", "Id", "Operand", "Index", "Specifier", "Port", "Lang")
"""Which attribute tells one of several alike elements from the others, in this order."""
_NAMES = frozenset({"Name", "name", "Key", "key", "n"})
"""In which attribute the name of a setting stands."""
_VALUES = frozenset(
    {"value", "val", "data", "default", "defaultvalue", "initialvalue", "startvalue"}
)
"""What the value is called of an element that has a name: <Parameter Name="Pwd" Value="x"/>."""


def _nothing_is_noise(_element: str, _attribute: str) -> bool:
    return False


def _no_data(_elements: Sequence[Element], _seal: SealText, _prefix: str) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a format knows of its elements. By default that is nothing, and all is told."""

    is_noise: Callable[[str, str], bool] = _nothing_is_noise
    """Takes names of element and attribute: does it say nothing of the project?"""
    unsaid: frozenset[str] = frozenset()
    """Elements whose own text says nothing; their attributes and children are told."""
    data: frozenset[str] = frozenset()
    """Elements that hold values of variables; `tell_data` writes them, before other children."""
    tell_data: TellData = _no_data


_ANY = Dialect()


def _all(_name: str) -> bool:
    return True


def _values(name: str) -> bool:
    return is_secret(name) or name.lower() in _VALUES


def record(
    element: Element,
    seal: SealText,
    prefix: str = "",
    without: Collection[str] = (),
    dialect: Dialect = _ANY,
    *,
    hides: Hides = is_secret,
) -> Iterator[str]:
    """Yield the lines of an element: its attributes, then its children with what lies in them.

    `without` names attributes and children of the element itself that are told elsewhere.
    """
    tag = name_of(element)
    for name, value in attributes(element):
        if name not in without and not dialect.is_noise(tag, name):
            yield assignment(f"{prefix}{_name(name)}", told(value, seal, hidden=hides(name)))
    kept = [each for each in element if name_of(each) not in without]
    if kept:
        data = [each for each in kept if name_of(each) in dialect.data]
        yield from dialect.tell_data(data, seal, prefix)
        others = [each for each in kept if name_of(each) not in dialect.data] if data else kept
        yield from children(others, seal, prefix, dialect, hides)


def children(
    elements: Sequence[Element],
    seal: SealText,
    prefix: str = "",
    dialect: Dialect = _ANY,
    hides: Hides = is_secret,
) -> Iterator[str]:
    """Yield the lines of elements that stand side by side; alike ones are told apart by a key.

    Two frames of the stack a level, here and in record(): 256 levels must not exhaust it.
    """
    met = Counter(map(name_of, elements)) if len(elements) > 1 else Counter()
    ordinals: Counter[str] = Counter()
    for each in elements:
        tag = name_of(each)
        ordinals[tag] += 1
        names = each.keys()
        key = next((key for key in _KEYS if key in names), None)
        is_text = not names and _is_text(each)
        said = "" if tag in dialect.unsaid else _said(each, is_text)
        if key is not None and len(names) == 1 and len(each) == 0 and not said:
            said = told(each.get(key, ""), seal, hidden=hides(tag))
            yield assignment(f"{prefix}{_name(tag)}", said)
            continue
        name = f"{prefix}{_name(tag)}"
        if key is not None:
            name = f"{name}[{printable(each.get(key, ''))}]"
        elif met[tag] > 1:
            name = f"{name}[#{ordinals[tag]}]"
        is_named_so = any(is_secret(each.get(one, "")) for one in _NAMES.intersection(names))
        if said:
            yield assignment(name, told(said, seal, hidden=hides(tag) or is_named_so))
        if not is_text:
            without = () if key is None else (key,)
            inside = _all if hides(tag) else _values if is_named_so else hides
            yield from record(each, seal, f"{name}.", without, dialect, hides=inside)


def _said(element: Element, is_text: bool) -> str:
    return text_of(element) if is_text else (element.text or "").strip()


def _is_text(element: Element) -> bool:
    """Tell whether an element without attributes is text in one or several languages alone."""
    return all(name_of(each).startswith("Localized") and len(each) == 0 for each in element)


def _name(name: str) -> str:
    return printable(name.rpartition("}")[2])
