"""The tags of one scope (controller or program), in parts: definitions, settings, values, forces.

Settings are what decides more than a type: where a message goes, how a tag is produced, an axis.
"""

from collections.abc import Iterator, Sequence

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import values
from ccontrol.logic.l5x.declarations import declaration, settings_of, sorted_key
from ccontrol.logic.l5x.elements import name_attribute
from ccontrol.logic.l5x.record import children
from ccontrol.logic.parts import Parts
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import by_name
from ccontrol.model.aspect import Aspect


class Tags:
    """Takes tags as they come and tells them sorted by name; holds text, no elements."""

    def __init__(self) -> None:
        self._definitions: list[tuple[tuple[str, str], str]] = []
        self._settings: list[tuple[tuple[str, str], str]] = []
        self._values: list[tuple[tuple[str, str], str]] = []
        self._forces: list[tuple[tuple[str, str], str]] = []

    def take(self, tag: Element, seal: SealText) -> None:
        """Take one Tag."""
        key = sorted_key(name_attribute(tag))
        name = printable(name_attribute(tag) or "?")
        held = by_name(tag)
        best, settings = values.chosen(held.get("Data", ()))
        actual = [] if best is None else values.lines(name, best, seal)
        set_once = list(settings_of(tag, held, seal))
        for each in settings:
            moving, fixed = _by_use(each)
            set_once += children(fixed, seal, f"{name}/")
            actual += children(moving, seal, f"{name}/")
        self._definitions.append((key, "\n".join(declaration(tag, held, seal))))
        forces = list(_forces(held["ForceData"], name, seal)) if "ForceData" in held else []
        for lines, into in (
            (set_once, self._settings),
            (actual, self._values),
            (forces, self._forces),
        ):
            if lines:
                into.append((key, "\n".join(lines)))

    def tell(self, parts: Parts, scope: tuple[str, ...], where: str) -> None:
        """Add the parts of this scope; `where` follows the word in their first lines."""
        data, record, program = Language.DATA, Language.RECORD, Aspect.PROGRAM
        kinds = (
            (self._definitions, (*scope, "tags"), data, program, "TAGS"),
            (self._settings, (*scope, "tag-settings"), record, program, "SETTINGS of tags"),
            (self._values, ("values", *scope, "tags"), data, Aspect.VALUES, "VALUES"),
            (self._forces, (*scope, "forces"), record, program, "FORCES"),
        )
        for told, path, language, aspect, word in kinds:
            if told:
                told.sort()
                texts = [f"{word} {where}", *(text for _, text in told)]
                told.clear()
                parts.add(path, language, aspect, texts)


def _by_use(settings: Element) -> tuple[list[Element], list[Element]]:
    """Part data that is not plain values: what moves as the controller runs, what was set.

    The parameters of an alarm hold its inputs and acknowledgements beside its limits.
    """
    moves = settings.get("Format") == "Alarm"
    by_use: tuple[list[Element], list[Element]] = ([], [])
    for each in settings:
        is_actual = moves and name_of(each).endswith("Parameters")
        by_use[not is_actual].append(each)
    return by_use


def _forces(datas: Sequence[Element], name: str, seal: SealText) -> Iterator[str]:
    best, settings = values.chosen(datas)
    if best is not None:
        yield from values.lines(name, best, seal)
    for each in settings:
        yield from children(list(each), seal, f"{name}/")
