"""TC6 XML → parts: each POU's interface and bodies, types, variables, configurations."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from ccontrol.errors import BadFileError
from ccontrol.logic import chart as charts
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import lines_of
from ccontrol.logic.plcopen import fbd, sfc
from ccontrol.logic.plcopen.declarations import (
    SECTIONS,
    documentation,
    interface_lines,
    section_lines,
    type_lines,
)
from ccontrol.logic.plcopen.ladder import ladder
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.xml import Element, name_of, read_tree
from ccontrol.logic.xml_record import children, record
from ccontrol.logic.xml_words import child
from ccontrol.model.aspect import Aspect

_NAMESPACE = b"plcopen.org/xml/tc6"
_HOLDERS = frozenset({"action", "transition", "Method", "Property", "GetAccessor", "SetAccessor"})
_UNITS = frozenset({*_HOLDERS, "pou"})
"""What is told in parts of its own, wherever it stands."""
_NOISE = frozenset({"globalId", "localId", "documentation", "addData"})
_FACTS = (
    ("company", "fileHeader", "companyName"),
    ("software", "fileHeader", "productName"),
    ("software version", "fileHeader", "productVersion"),
    ("created", "fileHeader", "creationDateTime"),
    ("project", "contentHeader", "name"),
    ("version", "contentHeader", "version"),
    ("author", "contentHeader", "author"),
    ("last modified", "contentHeader", "modificationDateTime"),
)
_Body: TypeAlias = tuple[list[str], int]


class PlcOpen:
    """PLCopen TC6 XML of OpenPLC, Beremiz, CODESYS, TwinCAT and others."""

    name = "plcopen"
    version = 1
    title = "PLCopen TC6 XML"
    suffixes: tuple[str, ...] = (".xml", ".plcopen")

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the namespace at the root, whichever version's it is."""
        del name
        return _NAMESPACE in head.replace(b"\0", b"")

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it whole. Raises BadFileError for what is no TC6 XML."""
        root = read_tree(file)
        if name_of(root) not in {"project", "pou"}:
            raise BadFileError(f"{printable(file.name)}: its root element is no project")
        parts = Parts()
        for each in root.iter("{*}dataType"):
            lines = [*type_lines(each, seal), *_comment(each)]
            path = ("types", each.get("name", ""))
            parts.add(path, Language.DATA, Aspect.PROGRAM, lines)
        for each in root.iter("{*}pou"):
            _add_pou(parts, each, seal)
        for each in root.iter("{*}globalVars"):
            _add_variables(parts, each, seal)
        for each in root.iter("{*}configuration"):
            lines = [
                f"CONFIGURATION {printable(each.get('name', ''))}",
                *record(each, seal, without={*_NOISE, "name", *SECTIONS}),
            ]
            path = ("configurations", each.get("name", ""))
            parts.add(path, Language.RECORD, Aspect.CONFIGURATION, lines)
        facts = tuple(_facts(root))
        return parts.project(
            f"{self.name}/{self.version}",
            dict(facts).get("project") or file.name,
            facts,
        )


FORMAT = PlcOpen()


def _add_pou(parts: Parts, pou: Element, seal: SealText) -> None:
    kind = {"functionBlock": "FUNCTION_BLOCK"}.get(
        pou.get("pouType", ""), pou.get("pouType", "POU").upper()
    )
    name = pou.get("name", "")
    _add_unit(parts, pou, ("pous", name), f"{printable(kind)} {printable(name)}", seal)
    for each in pou.iter():
        if name_of(each) in _HOLDERS and _is_unit(each) and _is_of(each, pou):
            word, own = name_of(each).upper(), each.get("name") or name_of(each)
            title = f"{word} {printable(own)} of {printable(name)}"
            path = ("pous", name, f"{name_of(each).lower()}s", own)
            _add_unit(parts, each, path, title, seal)
    extra = list(_extra(pou, seal))
    if extra:
        lines = (f"VENDOR DATA of {printable(name)}", *extra)
        parts.add(("pous", name, "vendor data"), Language.RECORD, Aspect.PROGRAM, lines)


def _is_unit(element: Element) -> bool:
    """Tell an action that is declared from one that a step names."""
    return child(element, "body") is not None or child(element, "interface") is not None


def _is_of(element: Element, pou: Element) -> bool:
    """Tell whether no other POU lies between: that one tells it."""
    return next(element.iterancestors("{*}pou"), None) is pou


def _add_unit(
    parts: Parts, unit: Element, path: tuple[str, ...], title: str, seal: SealText
) -> None:
    """Add the interface and the bodies of a POU, method, action or transition."""
    interface = child(unit, "interface")
    declared = [] if interface is None else list(interface_lines(interface, seal))
    if declared or _comment(unit):
        lines = (f"INTERFACE of {title}", *_comment(unit), *declared)
        parts.add((*path, "interface"), Language.DATA, Aspect.PROGRAM, lines)
    for body in unit:
        for content in body if name_of(body) == "body" else ():
            _add_body(parts, content, path, title, seal)


def _add_body(
    parts: Parts, content: Element, path: tuple[str, ...], title: str, seal: SealText
) -> None:
    known = _LANGUAGES.get(name_of(content))
    if known is None:
        _add_stored(parts, content, path, title, seal)
        return
    word, language, read = known
    lines, unread = read(content)
    heading = f"{title} ({word})"
    body = (heading, *(lines or ["// no logic"]))
    parts.add(path, language, Aspect.PROGRAM, body, unread=unread)
    if language in {Language.FBD, Language.SFC}:
        drawn = charts.render(fbd.chart(content)).splitlines()
        parts.add(path, Language.LAYOUT, Aspect.PROGRAM, (f"LAYOUT of {heading}", *drawn))


def _add_stored(
    parts: Parts, content: Element, path: tuple[str, ...], title: str, seal: SealText
) -> None:
    """Add what stands in a body and is in no language of TC6 (CODESYS: CFC), setting by setting."""
    held = list(content) if name_of(content) == "addData" else [content]
    lines = list(children([each for each in held if not _is_copy(each)], seal))
    if lines:
        told = (f"BODY of {title} as stored", *lines)
        unread = int(name_of(content) != "documentation")
        parts.add((*path, "as stored"), Language.RECORD, Aspect.PROGRAM, told, unread=unread)


def _add_variables(parts: Parts, section: Element, seal: SealText) -> None:
    owners = [
        each.get("name", "")
        for each in reversed(list(section.iterancestors()))
        if name_of(each) in {"configuration", "resource"}
    ]
    path = ("variables", *owners, section.get("name") or "global")
    lines = (f"VARIABLES {printable('/'.join(path[1:]))}", *section_lines(section, seal))
    parts.add(path, Language.DATA, Aspect.PROGRAM, lines)


def _comment(element: Element) -> list[str]:
    return [f"// {line}".rstrip() for line in documentation(element)]


def _extra(pou: Element, seal: SealText) -> Iterator[str]:
    """Yield what a vendor's own data say of a POU, without ids, plain copies, and units."""
    for data in pou.iter("{*}data"):
        name = data.get("name", "")
        if _is_copy(data) or any(name_of(each) in _UNITS for each in data):
            continue
        if not _is_of(data, pou):
            continue
        if any(name_of(each) in {"body", "LD", "FBD", "SFC"} for each in data.iterancestors()):
            continue
        yield from record(data, seal, f"{printable(name)}: ", without={"name", "handleUnknown"})


def _is_copy(data: Element) -> bool:
    return data.get("name", "").endswith(_COPIES)


_COPIES = ("/objectid", "/interfaceasplaintext", "/projectstructure", "/libraries")
"""CODESYS: ids; the interface once more as text; the editor's tree."""


def _facts(root: Element) -> Iterator[tuple[str, str]]:
    for fact, holder, attribute in _FACTS:
        found = child(root, holder)
        value = "" if found is None else found.get(attribute, "")
        if value:
            yield fact, value


def _ladder(content: Element) -> _Body:
    rungs = ladder(content)
    unread = sum(rung.verbatim is not None for rung in rungs)
    return ladder_text.render(rungs).splitlines(), unread


def _equations(content: Element) -> _Body:
    return list(fbd.equations(content)), 0


def _steps(content: Element) -> _Body:
    return sfc.lines(content)


def _plain(content: Element) -> _Body:
    return lines_of("".join(str(text) for text in content.itertext())), 0


_Reader: TypeAlias = Callable[[Element], _Body]
_LANGUAGES: Mapping[str, tuple[str, Language, _Reader]] = {
    "LD": ("ladder", Language.LADDER, _ladder),
    "FBD": ("function blocks", Language.FBD, _equations),
    "SFC": ("sequential function chart", Language.SFC, _steps),
    "ST": ("structured text", Language.ST, _plain),
    "IL": ("instruction list", Language.ST, _plain),
}
