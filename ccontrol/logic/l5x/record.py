"""Elements of an L5X without a rule of their own → lines, by what L5X alone knows of them."""

from collections.abc import Collection, Iterator, Sequence

from ccontrol.logic import xml_record
from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.noise import is_noise
from ccontrol.logic.xml import Element, name_of


def record(
    element: Element, seal: SealText, prefix: str = "", without: Collection[str] = ()
) -> Iterator[str]:
    """Yield the lines of an element, as `xml_record.record` does."""
    return xml_record.record(element, seal, prefix, without, _L5X)


def children(elements: Sequence[Element], seal: SealText, prefix: str = "") -> Iterator[str]:
    """Yield the lines of elements that stand side by side, as `xml_record.children` does."""
    return xml_record.children(elements, seal, prefix, _L5X)


def _data(elements: Sequence[Element], seal: SealText, prefix: str) -> Iterator[str]:
    """Yield the values; data that holds settings (MSG, axes) is told setting by setting."""
    for name in dict.fromkeys(map(name_of, elements)):
        best, settings = values.chosen(each for each in elements if name_of(each) == name)
        if best is not None:
            yield from values.lines(prefix.removesuffix(".") or name, best, seal)
        for each in settings:
            yield from children(list(each), seal, prefix)


_L5X = xml_record.Dialect(
    is_noise=is_noise,
    unsaid=frozenset({"EncodedData"}),  # encrypted anew by every export; attributes tell it apart
    data=frozenset({"Data", "DefaultData", "ForceData"}),
    tell_data=_data,
)
