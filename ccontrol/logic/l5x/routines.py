"""Routines → parts, each language by its own reader; pending edits of a routine as parts beside it.

An encoded routine, or one that an export only names, is a part that says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ccontrol.logic import chart as charts
from ccontrol.logic.file import SealText
from ccontrol.logic.l5x import fbd, sfc
from ccontrol.logic.l5x.elements import name_attribute
from ccontrol.logic.l5x.noise import is_cosmetic
from ccontrol.logic.l5x.record import record
from ccontrol.logic.l5x.st import st_lines
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.ladder.model import Rung
from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.parts import Parts
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import by_name, text_of
from ccontrol.model.aspect import Aspect

_PROTECTED = "source protected: its text is encrypted, nobody can tell whether it changed"
_NAMED_ONLY = "the export only names it"
_RUNG = frozenset({"Number", "Type", "Use", "Text", "Comment"})
_EMPTY = "// no logic"


@dataclass(frozen=True, slots=True)
class Body:
    """The logic of a routine as its language's reader tells it."""

    lines: tuple[str, ...]
    unread: int = 0
    chart: charts.Chart | None = None


_Reader: TypeAlias = Callable[[Element, SealText], Body]


def add_routine(
    parts: Parts, element: Element, under: tuple[str, ...], where: str, seal: SealText
) -> None:
    """Add a Routine (or an EncodedData in its place); `where` says what it belongs to."""
    path = (*under, "routines", name_attribute(element))
    name = f"{printable(name_attribute(element))}"
    contents = [each for each in element if name_of(each) in _LANGUAGES]
    if not contents:
        _add_bare(parts, element, path, f"ROUTINE {name} {where}", seal)
    head = list(record(element, seal, without={"Name", "Type", *_LANGUAGES}))
    for content in contents:
        word, language, read = _LANGUAGES[name_of(content)]
        edit = content.get("OnlineEditType", "Original")
        title = f"ROUTINE {name} ({word}) {where}"
        title, at = (title, path) if edit == "Original" else (f"{title}, {edit}", (*path, edit))
        body = read(content, seal)
        lines = (title, *head, *_extra(content, seal), *body.lines)
        parts.add(at, language, Aspect.PROGRAM, lines, unread=body.unread)
        if body.chart is not None:
            drawn = charts.render(body.chart).splitlines()
            layout = (f"LAYOUT of {title}", *drawn)
            parts.add(at, Language.LAYOUT, Aspect.PROGRAM, layout)


def _add_bare(
    parts: Parts, element: Element, path: tuple[str, ...], title: str, seal: SealText
) -> None:
    """Add a routine without logic: encoded, named only, or of a kind that is not known."""
    opaque = _PROTECTED if name_of(element) == "EncodedData" else ""
    opaque = opaque or (_NAMED_ONLY if element.get("Use") == "Reference" else "")
    lines = [title, *record(element, seal, without={"Name"})]
    known = _BY_TYPE.get(element.get("Type", ""))
    if known is None or opaque:
        parts.add(path, Language.RECORD, Aspect.PROGRAM, lines, opaque=opaque)
    else:
        parts.add(path, known, Aspect.PROGRAM, [*lines, _EMPTY])


def _extra(content: Element, seal: SealText) -> Iterator[str]:
    """Yield what the element around the logic says beyond the logic and its drawing."""
    known = _INSIDE[name_of(content)]
    cosmetic = {str(name) for name in content.attrib if is_cosmetic(str(name))}
    told = {"OnlineEditType", *cosmetic, *known}
    return record(content, seal, without=told)


def _ladder(content: Element, seal: SealText) -> Body:
    rungs: list[Rung] = []
    more: list[str] = []
    for each in content:
        if name_of(each) == "Rung":
            held = by_name(each)
            said = "\n".join(map(text_of, held.get("Comment", ())))
            neutral = "".join(map(text_of, held.get("Text", ())))
            rungs.append(read_rung(neutral, said, each.get("Type", "N")))
            if not (_RUNG.issuperset(held) and _RUNG.issuperset(each.keys())):
                more += record(each, seal, "rung.", without=_RUNG)
    unread = sum(rung.verbatim is not None for rung in rungs)
    lines = ladder_text.render(rungs).splitlines() or [_EMPTY]
    return Body((*more, *lines), unread)


def _structured(content: Element, seal: SealText) -> Body:
    del seal
    return Body(tuple(st_lines(content)) or (_EMPTY,))


def _blocks(content: Element, seal: SealText) -> Body:
    return Body(tuple(fbd.equations(content, seal)) or (_EMPTY,), chart=fbd.chart(content))


def _steps(content: Element, seal: SealText) -> Body:
    return Body(tuple(sfc.lines(content, seal)) or (_EMPTY,), chart=sfc.chart(content))


_LANGUAGES: Mapping[str, tuple[str, Language, _Reader]] = {
    "RLLContent": ("ladder", Language.LADDER, _ladder),
    "STContent": ("structured text", Language.ST, _structured),
    "FBDContent": ("function blocks", Language.FBD, _blocks),
    "SFCContent": ("sequential function chart", Language.SFC, _steps),
}
_BY_TYPE = {
    "RLL": Language.LADDER,
    "ST": Language.ST,
    "FBD": Language.FBD,
    "SFC": Language.SFC,
}
_INSIDE: Mapping[str, frozenset[str]] = {
    "RLLContent": frozenset({"Rung"}),
    "STContent": frozenset({"Line"}),
    "FBDContent": frozenset({"Sheet"}),
    "SFCContent": frozenset(sfc.KNOWN),
}
