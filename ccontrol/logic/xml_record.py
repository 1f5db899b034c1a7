"""Any element → `name = value` lines: attributes by name, children in their order. Drops nothing.

What no rule knows is written by this module, and so is everything that is settings only.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.noise import is_noise
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, attributes, name_of
from ccontrol.logic.xml_words import assignment, sealed, text_of

DATA = frozenset({"Data", "DefaultData", "ForceData"})
"""Elements that hold values of tags, in several forms side by side."""
_ENCODED = "EncodedData"
"""Its text is encrypted anew by every export; its attributes tell it from others."""
_KEYS = ("Name", "Id", "Operand", "Index", "Specifier", "Port", "Lang")
"""Which attribute tells one of several alike elements from the others, in this order."""


def record(
    element: Element, seal: SealText, prefix: str = "", without: Collection[str] = ()
) -> Iterator[str]:
    """Yield the lines of an element: its attributes, then its children with what lies in them.

    `without` names attributes and children of the element itself that are told elsewhere.
    """
    tag = name_of(element)
    for name, value in attributes(element):
        if name not in without and not is_noise(tag, name):
            yield assignment(f"{prefix}{_name(name)}", sealed(name, value, seal))
    kept = [each for each in element if name_of(each) not in without]
    if kept:
        data = [each for each in kept if name_of(each) in DATA]
        yield from _data(data, seal, prefix)
        others = [each for each in kept if name_of(each) not in DATA] if data else kept
        yield from children(others, seal, prefix)


def children(elements: Sequence[Element], seal: SealText, prefix: str = "") -> Iterator[str]:
    """Yield the lines of elements that stand side by side; alike ones are told apart by a key.

    Two frames of the stack a level, here and in record(): 256 levels must not exhaust it.
    """
    met = Counter(map(name_of, elements)) if len(elements) > 1 else Counter()
    ordinals: Counter[str] = Counter()
    for each in elements:
        tag = name_of(each)
        ordinals[tag] += 1
        key = next((key for key in _KEYS if key in each.attrib), None)
        said = _said(each)
        if key is not None and _is_key_only(each) and not said:
            yield assignment(f"{prefix}{_name(tag)}", sealed(tag, each.get(key, ""), seal))
            continue
        name = f"{prefix}{_name(tag)}"
        if key is not None:
            name = f"{name}[{printable(each.get(key, ''))}]"
        elif met[tag] > 1:
            name = f"{name}[#{ordinals[tag]}]"
        if said:
            yield assignment(name, sealed(tag, said, seal))
        if not _is_text(each):
            yield from record(each, seal, f"{name}.", without=() if key is None else (key,))


def _said(element: Element) -> str:
    if name_of(element) == _ENCODED:
        return ""
    return text_of(element) if _is_text(element) else (element.text or "").strip()


def _is_key_only(element: Element) -> bool:
    return len(element.attrib) == 1 and len(element) == 0


def _is_text(element: Element) -> bool:
    """Tell whether it is text in one or several languages and nothing else."""
    return not element.attrib and all(
        name_of(each).startswith("Localized") and len(each) == 0 for each in element
    )


def _data(elements: list[Element], seal: SealText, prefix: str) -> Iterator[str]:
    for name in dict.fromkeys(map(name_of, elements)):
        best, settings = values.chosen(each for each in elements if name_of(each) == name)
        if best is not None:
            yield from values.lines(prefix.removesuffix(".") or name, best, seal)
        for each in settings:
            yield from children(list(each), seal, prefix)


def _name(name: str) -> str:
    return printable(name.rpartition("}")[2])
