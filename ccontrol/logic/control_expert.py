"""Schneider Control Expert: exchange files (.xef, .xst, .xld, .xbd …) and the .zef that packs one.

Text stands as written, ladders of contacts and coils become rungs, FBD becomes sorted equations.
Ladders with blocks, and SFC, stand setting by setting as they are stored, and are counted.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ccontrol.errors import BadFileError
from ccontrol.logic.archives import chunks, opened
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import lines_of
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.wiring import END, RAIL, Edge, reduced, rungs
from ccontrol.logic.xml import Element, name_of, read_tree
from ccontrol.logic.xml_record import record
from ccontrol.logic.xml_words import child, hushed, is_secret, text_of
from ccontrol.model.aspect import Aspect

_ROOTS = (b"<FEFExchangeFile", b"<ZEFExchangeFile", b"ExchangeFile>")
_SOURCES = ("STSource", "ILSource", "LDSource", "FBDSource", "SFCSource", "chartSource")
_PROGRAMS = frozenset({"program", "SFCProgram", "FBProgram", "SRProgram", "macroStep"})
_NOISE = frozenset({"objPosition", "dateTime", "fileHeader", "contentHeader"})
_UNITS = frozenset({*_PROGRAMS, "FBSource", "DDTSource", "dataBlock", *_SOURCES})
_DECLARING = frozenset({"DDTSource", "dataBlock"})
_CONTACTS = {
    "openContact": "Contact",
    "closedContact": "I_Contact",
    "PContact": "P_Contact",
    "NContact": "N_Contact",
}
_COILS = {
    "coil": "Coil",
    "notCoil": "I_Coil",
    "setCoil": "S_Coil",
    "resetCoil": "R_Coil",
    "PCoil": "P_Coil",
    "NCoil": "N_Coil",
    "callCoil": "Call",
    "jumpCoil": "JMP",
    "retCoil": "RET",
    "haltCoil": "Halt",
}
_MOST_CELLS = 1000
_MOST_CHARS = 1_000_000
_PACKED = "unitpro.xef"


class ControlExpert:
    """Exchange files of Control Expert and Unity Pro."""

    name = "control-expert"
    version = 1
    title = "Schneider Control Expert exchange files"
    suffixes: tuple[str, ...] = (".xef", ".zef", ".xst", ".xld", ".xbd", ".xsf", ".xil", ".xdb")

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the root element, or by the ending of a packed file."""
        if name.lower().endswith(".zef") and head.startswith(b"PK"):
            return True
        plain = head.replace(b"\0", b"")
        return b"<" in plain[:64] and any(root in plain for root in _ROOTS)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it. Raises BadFileError for a file that is none, or too much of it."""
        parts = Parts()
        is_packed = file.stream.read(2) == b"PK"
        file.stream.seek(0)
        root = read_tree(_unpacked(file, parts) if is_packed else file)
        if not name_of(root).endswith("ExchangeFile"):
            raise BadFileError(f"{printable(file.name)}: its root element is no ExchangeFile")
        found = _found(root)
        for each in root.iter():
            _add(parts, each, found, seal)
        settings = [
            line
            for each in root
            if name_of(each) not in {*_UNITS, *_NOISE}
            for line in (name_of(each), *record(each, seal, "  ", without=_NOISE))
        ]
        if settings:
            lines = ("CONFIGURATION of the project", *settings)
            parts.add(("configuration",), Language.RECORD, Aspect.CONFIGURATION, lines)
        facts = tuple(_facts(root))
        return parts.project(
            f"{self.name}/{self.version}",
            dict(facts).get("project") or file.name,
            facts,
        )


FORMAT = ControlExpert()


@dataclass(frozen=True, slots=True)
class _Found:
    """What is looked for once in the whole file."""

    idents: Mapping[Element, Element | None]
    """What says the name of a program and its task, by the program."""
    variables: Mapping[Element, list[Element]]
    """By what declares them: a block of data, a type, a section of a block."""


def _found(root: Element) -> _Found:
    programs = (each for each in root.iter() if name_of(each) in _PROGRAMS)
    idents = {each: child(each, "identProgram") for each in programs}
    variables: dict[Element, list[Element]] = {}
    for each in root.iter("{*}variables"):
        holder = next((above for above in each.iterancestors() if _declares(above)), None)
        if holder is not None:
            variables.setdefault(holder, []).append(each)
    return _Found(idents, variables)


def _declares(element: Element) -> bool:
    parent = element.getparent()
    in_block = parent is not None and name_of(parent) == "FBSource"
    return in_block or name_of(element) in _DECLARING


def _unpacked(file: ProjectFile, parts: Parts) -> ProjectFile:
    """Return the exchange file of a .zef; list what lies beside it."""
    with opened(file) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        inner = [one for one in members if one.filename.lower().endswith(_PACKED)]
        if len(inner) != 1:
            raise BadFileError(f"{printable(file.name)}: it holds no {_PACKED}, or several")
        lines = ["OTHER MEMBERS"]
        for member in sorted(members, key=lambda one: one.filename):
            data = b"".join(chunks(file, archive, member)) if member not in inner else b""
            digest = hashlib.sha256(data).hexdigest()
            if member not in inner:
                name = printable(member.filename)
                lines.append(f"{name} = {member.file_size} bytes, sha256 {digest}")
        data = b"".join(chunks(file, archive, inner[0]))
    parts.add(("other members",), Language.LISTING, Aspect.CONFIGURATION, lines)
    return replace(file, name=inner[0].filename, size=len(data), stream=io.BytesIO(data))


def _add(parts: Parts, element: Element, found: _Found, seal: SealText) -> None:
    """Add one unit, wherever it stands."""
    tag = name_of(element)
    if tag in _SOURCES:
        _add_source(parts, element, _place(element, found), seal)
    elif tag == "DDTSource":
        name = element.get("DDTName", "")
        lines = [f"TYPE {printable(name)}", *_variables(element, found, seal)]
        parts.add(("types", name), Language.DATA, Aspect.PROGRAM, lines)
    elif tag == "FBSource":
        name = element.get("nameOfFBType", "")
        lines = [f"FUNCTION_BLOCK {printable(name)}"]
        for section in element:
            if name_of(section) not in _PROGRAMS:
                told = _variables(section, found, seal)
                lines += [name_of(section), *(f"  {line}" for line in told)]
        parts.add(("blocks", name, "interface"), Language.DATA, Aspect.PROGRAM, lines)
    elif tag == "dataBlock":
        lines = ["VARIABLES", *sorted(_variables(element, found, seal))]
        parts.add(("variables",), Language.DATA, Aspect.PROGRAM, lines)


def _add_source(
    parts: Parts, source: Element, place: tuple[tuple[str, ...], str], seal: SealText
) -> None:
    """Add the code of a section."""
    path, title = place
    tag = name_of(source)
    if tag in {"STSource", "ILSource"}:
        lines = [f"{title} (text)", *lines_of(source.text or "")]
        parts.add(path, Language.ST, Aspect.PROGRAM, lines)
        return
    if tag == "FBDSource":
        lines = [f"{title} (function blocks)", *sorted(_equations(source))]
        parts.add(path, Language.FBD, Aspect.PROGRAM, lines)
        return
    made = _ladder(source) if tag == "LDSource" else None
    if made is not None:
        unread = sum(rung.verbatim is not None for rung in made)
        lines = [f"{title} (ladder)", *ladder_text.render(made).splitlines()]
        parts.add(path, Language.LADDER, Aspect.PROGRAM, lines, unread=unread)
        return
    lines = [f"{title} ({tag} as stored)", *record(source, seal, without=_NOISE)]
    parts.add(path, Language.RECORD, Aspect.PROGRAM, lines, unread=1)


def _place(source: Element, found: _Found) -> tuple[tuple[str, ...], str]:
    """Return the path of a section and what it is: its name, its task, whose it is."""
    names, task = [source.get("name", "")] if source.get("name") else [], ""
    folder = "sections"
    for each in source.iterancestors():
        ident = found.idents.get(each)
        if ident is not None:
            names.insert(0, ident.get("name", ""))
            task = task or ident.get("task", "")
        elif name_of(each) == "FBProgram" and each.get("name"):
            names.insert(0, each.get("name", ""))
        if name_of(each) == "FBSource":
            names.insert(0, each.get("nameOfFBType", ""))
            folder = "blocks"
    more = f" of task {printable(task)}" if task else ""
    return (folder, *(names or ["code"])), f"SECTION {printable('/'.join(names))}{more}"


def _variables(holder: Element, found: _Found, seal: SealText) -> Iterator[str]:
    """Yield variables or members: name, address, type, attributes, what it is for."""
    for each in found.variables.get(holder, ()):
        comment, value = child(each, "comment"), child(each, "variableInit")
        address = each.get("topologicalAddress")
        place = f" AT {address}" if address else ""
        hidden = is_secret(each.get("name", ""))
        initial = "" if value is None else hushed(value.get("value", ""), seal, hidden=hidden)
        start = "" if value is None else f" := {initial}"
        held = ((one.get("name", ""), one) for one in each if name_of(one) == "attribute")
        more = "".join(
            f" {{{name} {hushed(one.get('value', ''), seal, hidden=is_secret(name))}}}"
            for name, one in held
        )
        said = "" if comment is None else f" // {' '.join(text_of(comment).split())}"
        kind = each.get("typeName", "?")
        yield printable(f"{each.get('name', '')}{place} : {kind}{start}{more}{said}")


def _equations(source: Element) -> Iterator[str]:
    """Yield what goes in and out of each block, and the links between them."""
    for block in source.iter("{*}FFBBlock"):
        name, kind = block.get("instanceName", "?"), block.get("typeName", "?")
        for described in block.iter("{*}descriptionFFB"):
            after = described.get("execAfter")
            order = f" {{after {after}}}" if after else ""
            yield printable(f"{name} : {kind}{order}")
            for pin in described:
                yield from _pin(name, pin)
    for link in source.iter("{*}linkFB"):
        start, end = child(link, "linkSource"), child(link, "linkDestination")
        yield printable(f"{_end(end)} := {_end(start)}")
    for box in source.iter("{*}textBox"):
        yield printable(f"// {_said(box)}")


def _pin(name: str, pin: Element) -> Iterator[str]:
    said = pin.get("effectiveParameter")
    words = "NOT " if pin.get("invertedPin") == "true" else ""
    sign = "=>" if name_of(pin) == "outputVariable" else ":="
    if said or words:
        yield printable(
            f"{name}.{pin.get('formalParameter', '?')} {sign} {words}{said or ''}"
        ).strip()


def _said(box: Element) -> str:
    return " ".join("".join(str(one) for one in box.itertext()).split())


def _end(end: Element | None) -> str:
    if end is None:
        return "?"
    return f"{end.get('parentObjectName', '?')}.{end.get('pinName', '?')}"


def _ladder(source: Element) -> tuple[Rung, ...] | None:
    """Return the rungs of a grid of contacts and coils; None where anything else stands in it."""
    edges: list[Edge] = []
    links: dict[tuple[int, int], tuple[int, int]] = {}
    row = 0
    try:
        for line in source.iter("{*}typeLine"):
            row += _row(line, row, edges, links)
    except ValueError:
        return None
    known = {"networkLD", "typeLine", "textBox", *_NOISE}
    inside = [each for network in source for each in network]
    if any(name_of(each) not in known for each in (*source, *inside)):
        return None
    notes = [_said(box) for box in source.iter("{*}textBox")]

    for lower in sorted(links, key=lambda at: at[1]):
        links[lower] = links.get(links[lower], links[lower])

    def head(point: str) -> str:
        if point in {RAIL, END}:
            return point
        column, line = map(int, point.split())
        column, line = links.get((column, line), (column, line))
        return RAIL if column == 0 else f"{column} {line}"

    joined = [Edge(head(one.source), head(one.target), one.series, one.place) for one in edges]
    found = sorted(rungs(joined), key=lambda held: min(one.place for one in held))
    made = [_rung(held) for held in found if any(one.series for one in held)]
    return tuple([Rung((), "\n".join(sorted(notes)))] * bool(notes) + made)


def _rung(edges: list[Edge]) -> Rung:
    series = reduced(edges)
    if series is not None:
        return Rung(series)
    told = (
        f"{edge.source} -> {edge.target}: {ladder_text.one_line(edge.series, _MOST_CHARS)}"
        for edge in edges
        if edge.series
    )
    return Rung((), verbatim="\n".join(told))


def _row(
    line: Element, row: int, edges: list[Edge], links: dict[tuple[int, int], tuple[int, int]]
) -> int:
    """Take one line of cells; return how many rows it is. Raises ValueError for another cell."""
    column = 0
    for cell in line:
        tag = name_of(cell)
        if tag == "emptyLine":
            return max(1, _cells(cell, "nbRows"))
        if tag == "emptyCell":
            column += _cells(cell, "nbCells")
            continue
        inner = [cell]
        if tag == "shortCircuit":
            inner = [each for each in cell if name_of(each) != "VLink"]
        for each in inner:
            width = _cells(each, "nbCells") if name_of(each) == "HLink" else 1
            series = _element(each)
            source = RAIL if column == 0 else f"{column} {row}"
            is_coil = name_of(each) == "coil"
            target = END if is_coil else f"{column + width} {row}"
            edges.append(Edge(source, target, series, (row, column)))
            column += width
        if tag == "shortCircuit":
            links[column, row + 1] = (column, row)
    return 1


def _element(cell: Element) -> tuple[Instruction, ...]:
    tag = name_of(cell)
    if tag == "HLink":
        return ()
    kinds = {"contact": ("typeContact", _CONTACTS), "coil": ("typeCoil", _COILS)}
    if tag not in kinds:
        raise ValueError(tag)
    attribute, names = kinds[tag]
    operand = cell.get(f"{tag}VariableName", "")
    kind = cell.get(attribute, "")
    return (Instruction(names.get(kind, kind or "?"), (operand,) if operand else ()),)


def _cells(cell: Element, attribute: str) -> int:
    count = int(cell.get(attribute, "1"))
    if not 0 <= count <= _MOST_CELLS:
        raise ValueError("no such number of cells")
    return count


def _facts(root: Element) -> Iterator[tuple[str, str]]:
    wanted = (
        ("software", "fileHeader", "product"),
        ("exported", "fileHeader", "dateTime"),
        ("project", "contentHeader", "name"),
        ("version", "contentHeader", "version"),
        ("last modified", "contentHeader", "dateTime"),
    )
    for fact, holder, attribute in wanted:
        found = child(root, holder)
        value = "" if found is None else found.get(attribute, "")
        if value:
            yield fact, value
