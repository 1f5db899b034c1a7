"""What an L5X says beside its units: the controller's settings, tasks, programs, and all the rest.

Whatever stands here without a rule is a part of its own: nothing that the file holds is dropped.
"""

from collections.abc import Iterator

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x.elements import name_attribute, titled
from ccontrol.logic.l5x.record import children, record
from ccontrol.logic.parts import Parts
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import assignment, sealed
from ccontrol.model.aspect import Aspect

_PROTECTION = frozenset({"Security", "SafetyInfo"})
_ONE_EACH = {"Tasks": "tasks", "Programs": "programs", "Trends": "trends", "Modules": "modules"}
_ASPECTS = {"Modules": Aspect.HARDWARE, "Programs": Aspect.PROGRAM}
_FIRMWARE = frozenset({"MajorRev", "MinorRev"})


def add_rest(parts: Parts, root: Element, seal: SealText) -> None:
    """Add what is left of the file once its units are taken out."""
    others = []
    for each in root:
        if name_of(each) == "Controller":
            _add_controller(parts, each, seal)
        else:
            others.append(each)
    name = printable(root.get("TargetName", ""))
    kind = printable(root.get("TargetType", "?"))
    lines = [
        f"EXPORT of {kind} {name}".rstrip(),
        *record(root, seal, without={*map(name_of, root)}),
    ]
    parts.add(("export",), Language.RECORD, Aspect.CONFIGURATION, lines)
    for each in others:
        _add_settings(parts, ("other", name_of(each)), each, seal)


def _add_controller(parts: Parts, element: Element, seal: SealText) -> None:
    name = printable(name_attribute(element))
    under = ("context",) if element.get("Use") == "Context" else ()
    tags = {name_of(each) for each in element} - {"Description"}
    told = {"Name", *tags, *_FIRMWARE}
    lines = [f"CONTROLLER {name}", *record(element, seal, without=told)]
    parts.add((*under, "controller"), Language.RECORD, Aspect.CONFIGURATION, lines)
    firmware = list(_only(element, _FIRMWARE, seal))
    if firmware:
        lines = [f"FIRMWARE of controller {name}", *firmware]
        parts.add((*under, "controller", "firmware"), Language.RECORD, Aspect.FIRMWARE, lines)
    for each in element:
        tag = name_of(each)
        if tag in _ONE_EACH:
            _add_each(parts, each, seal)
        elif tag != "Description":
            _add_settings(parts, ("controller", tag), each, seal)


def _only(element: Element, names: frozenset[str], seal: SealText) -> Iterator[str]:
    others = {str(name) for name in element.attrib} | {name_of(each) for each in element}
    return record(element, seal, without=others - names)


def _add_each(parts: Parts, holder: Element, seal: SealText) -> None:
    """Add a part for each task, program or trend; what the holder itself says follows."""
    tag = name_of(holder)
    aspect = _ASPECTS.get(tag, Aspect.CONFIGURATION)
    for each in holder:
        lines = [titled(each, name_of(each).upper()), *_settings(each, seal)]
        under = _under(each)
        if len(lines) > 1 or not under:
            path = (*under, _ONE_EACH[tag], name_attribute(each))
            path = (*path, "program") if tag == "Programs" else path
            parts.add(path, Language.RECORD, aspect, lines)
    lines = list(record(holder, seal, without={name_of(each) for each in holder}))
    if lines:
        title = f"{tag.upper()} as a whole"
        parts.add(("controller", tag), Language.RECORD, aspect, [title, *lines])


def _settings(element: Element, seal: SealText) -> Iterator[str]:
    """Yield the settings of a task or program; empty holders of what was told are passed over."""
    holders = [each for each in element if name_of(each) in {"Tags", "Routines"}]
    yield from record(element, seal, without={"Name", "Tags", "Routines"})
    for each in holders:
        yield from children(list(each), seal, f"{name_of(each)}.")


def _add_settings(parts: Parts, path: tuple[str, ...], element: Element, seal: SealText) -> None:
    tag = name_of(element)
    lines = list(record(element, seal))
    said = (element.text or "").strip()
    if said:
        lines.insert(0, assignment("text", sealed(tag, said, seal)))
    if lines:
        aspect = Aspect.PROTECTION if tag in _PROTECTION else Aspect.CONFIGURATION
        parts.add(
            (*_under(element), *path),
            Language.RECORD,
            aspect,
            [f"SETTINGS {printable(tag)}", *lines],
        )


def _under(element: Element) -> tuple[str, ...]:
    use = next(
        (each.get("Use") for each in (element, *element.iterancestors()) if each.get("Use")), ""
    )
    return ("context",) if use == "Context" else ()
