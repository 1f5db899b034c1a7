"""Modules of the I/O tree → parts: what is configured, and apart the values that come and go."""

from collections.abc import Iterator

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.elements import name_attribute
from ccontrol.logic.l5x.record import record
from ccontrol.logic.parts import Parts
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, name_of
from ccontrol.model.aspect import Aspect

_MOVING = frozenset({"InputTag", "OutputTag", "InAliasTag", "OutAliasTag"})


def add_module(parts: Parts, element: Element, under: tuple[str, ...], seal: SealText) -> None:
    """Add a Module. Its configuration tag is hardware; inputs and outputs are values."""
    name = name_attribute(element)
    actual = list(_take_values(element, seal))
    lines = [f"MODULE {printable(name)}", *record(element, seal, without={"Name"})]
    parts.add((*under, "modules", name), Language.RECORD, Aspect.HARDWARE, lines)
    if actual:
        lines = [f"VALUES of module {printable(name)}", *actual]
        parts.add((*under, "values", "modules", name), Language.DATA, Aspect.VALUES, lines)


def _take_values(element: Element, seal: SealText) -> Iterator[str]:
    """Yield the values of inputs and outputs, and take them out of the module."""
    moving = [each for each in element.iter() if name_of(each) in _MOVING]
    for each in moving:
        datas = [data for data in each if name_of(data) == "Data"]
        best, _ = values.chosen(datas)
        if best is None:
            continue
        holder = each.getparent()
        connection = "" if holder is None else holder.get("Name", name_of(holder))
        yield from values.lines(f"{printable(connection)}.{name_of(each)}", best, seal)
        for data in datas:
            each.remove(data)
