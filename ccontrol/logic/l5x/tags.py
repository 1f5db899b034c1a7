"""The tags of one scope (controller or program): definitions, actual values, forces, each apart."""

from collections.abc import Iterator, Sequence

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.declarations import declaration, sorted_key
from ccontrol.logic.l5x.parts import Parts, name_attribute
from ccontrol.logic.l5x.record import children
from ccontrol.logic.l5x.words import by_name
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, name_of
from ccontrol.model.aspect import Aspect


class Tags:
    """Takes tags as they come and tells them sorted by name; holds text, no elements."""

    def __init__(self) -> None:
        self._definitions: list[tuple[tuple[str, str], str]] = []
        self._values: list[tuple[tuple[str, str], str]] = []
        self._forces: list[tuple[tuple[str, str], str]] = []

    def take(self, tag: Element, seal: SealText) -> None:
        """Take one Tag."""
        key = sorted_key(name_attribute(tag))
        name = printable(name_attribute(tag) or "?")
        held_by_name = by_name(tag)
        best, settings = values.chosen(held_by_name.get("Data", ()))
        held = [] if best is None else values.lines(name, best, seal)
        defined = list(declaration(tag, seal))
        for each in settings:
            actual, set_once = _by_use(each)
            defined += children(set_once, seal, f"{name}/")
            held += children(actual, seal, f"{name}/")
        self._definitions.append((key, "\n".join(defined)))
        if held:
            self._values.append((key, "\n".join(held)))
        forces = list(_forces(held_by_name.get("ForceData", ()), name, seal))
        if forces:
            self._forces.append((key, "\n".join(forces)))

    def tell(self, parts: Parts, scope: tuple[str, ...], where: str) -> None:
        """Add the parts of this scope; `where` follows the word in their first lines."""
        kinds = (
            (self._definitions, scope, "tags", Aspect.PROGRAM, "TAGS"),
            (self._values, ("values", *scope), "tags", Aspect.VALUES, "VALUES"),
            (self._forces, scope, "forces", Aspect.PROGRAM, "FORCES"),
        )
        for told, path, name, aspect, word in kinds:
            if told:
                told.sort()
                texts = [f"{word} {where}", *(text for _, text in told)]
                told.clear()
                parts.add((*path, name), Language.DATA, aspect, texts)


def _by_use(settings: Element) -> tuple[list[Element], list[Element]]:
    """Part data that is not plain values: what moves as the controller runs, what was set.

    The parameters of an alarm hold its inputs and acknowledgements beside its limits.
    """
    moves = settings.get("Format") == "Alarm"
    actual = [each for each in settings if moves and name_of(each).endswith("Parameters")]
    return actual, [each for each in settings if each not in actual]


def _forces(datas: Sequence[Element], name: str, seal: SealText) -> Iterator[str]:
    best, settings = values.chosen(datas)
    if best is not None:
        yield from values.lines(name, best, seal)
    for each in settings:
        yield from children(list(each), seal, f"{name}/")
