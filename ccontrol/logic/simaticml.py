"""SimaticML, the XML that TIA Portal Openness exports: blocks, types, tag tables.

simaticml-decoder's one door: it turns networks into SCL. Interfaces, data blocks, types and tag
tables are read here. Whatever the decoder does not handle stands beside as it is stored.
"""

import re
from collections.abc import Iterator

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import decoded, lines_of, whole
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.xml import Element, name_of, read_tree
from ccontrol.logic.xml_record import record
from ccontrol.logic.xml_words import child, hushed, is_secret, sealed, text_of
from ccontrol.model.aspect import Aspect

_KINDS = {
    "FC": "FUNCTION",
    "FB": "FUNCTION_BLOCK",
    "OB": "ORGANIZATION_BLOCK",
    "GlobalDB": "DATA_BLOCK",
    "InstanceDB": "DATA_BLOCK",
    "ArrayDB": "DATA_BLOCK",
    "PlcStruct": "TYPE",
}
_CODE = frozenset({"FC", "FB", "OB"})
_FOLDERS = {"DATA_BLOCK": "data blocks", "TYPE": "types"}
_DATES = re.compile(r"Date$|^(?:Code|Interface|Parameter|Structure|Compile)\w*(?:Modified|Date)$")
_NOISE = frozenset({"Name", "Interface", "IsConsistent", "Namespace", "HeaderAuthor"})
_MOST_BYTES = 32 * 1024 * 1024
_NUMBERED = re.compile(r"^// Network \d+(?=[: ])")
_ASIDE = "// (!) "
_EMPTY = "// (empty network)"
_WORD = re.compile(r"\w+")


class SimaticMl:
    """One object of a TIA project, as Openness writes it."""

    name = "simaticml"
    version = 2
    title = "Siemens SimaticML (Openness XML)"
    suffixes: tuple[str, ...] = (".xml",)

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the root element and what is in it."""
        del name
        plain = head.replace(b"\0", b"")
        return b"<Document" in plain and (b"<Engineering" in plain or b"<SW." in plain)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it. Raises BadFileError for what is no such XML or too much of it."""
        data = whole(file)
        if len(data) > _MOST_BYTES:
            raise BadFileError(f"{printable(file.name)}: more than {_MOST_BYTES} bytes of XML")
        file.stream.seek(0)
        root = read_tree(file)
        if name_of(root) != "Document":
            raise BadFileError(f"{printable(file.name)}: its root element is not Document")
        parts = Parts()
        held = [each for each in root if "." in name_of(each)]
        for each in held:
            _add(parts, each, seal)
        code = [each for each in held if _kind(each) in _CODE]
        if len(code) == 1:
            _add_code(parts, code[0], decoded(data, file.name)[0], seal)
        elif code:
            for each in code:
                _add_stored(parts, each, seal, "the file holds more than one block")
        engineering = child(root, "Engineering")
        version = "" if engineering is None else engineering.get("version", "")
        return parts.project(
            f"{self.name}/{self.version}",
            _name(held[0]) if len(held) == 1 else file.name,
            (("software", version),) if version else (),
        )


FORMAT = SimaticMl()


def _add(parts: Parts, element: Element, seal: SealText) -> None:
    """Add what every object has: its interface or tags, and its settings."""
    kind, path, title = _kind(element), _path(element), _title(element)
    attributes = child(element, "AttributeList")
    interface = None if attributes is None else child(attributes, "Interface")
    if kind == "PlcTagTable":
        lines = [title, *sorted(_tags(element, seal))]
        parts.add(path, Language.DATA, Aspect.PROGRAM, lines)
        return
    declared = [] if interface is None else list(_sections(interface, seal))
    if declared:
        at = (*path, "interface") if kind in _CODE else path
        heading = f"INTERFACE of {title}" if kind in _CODE else title
        parts.add(at, Language.DATA, Aspect.PROGRAM, [heading, *declared])
    settings = [*_settings(element, seal), *_texts(element, "")]
    if settings or not declared:
        lines = [f"SETTINGS of {title}", *settings]
        parts.add((*path, "settings"), Language.RECORD, Aspect.PROGRAM, lines)


def _add_code(parts: Parts, block: Element, text: str, seal: SealText) -> None:
    """Add the networks of a block, decoded."""
    # As slow to load as half of all readers, and wanted by this one alone.
    from simaticml_decoder import emit, fold, parse  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        told = fold.fold_block(parse.parse_document(text))
        lines = str(emit.emit_scl(told)).splitlines()[1:]
    except Exception as error:  # noqa: BLE001 — a decoder of others, on a file of others: whatever
        # it stumbles over, the block is shown as it is stored, and the reason is told.
        _add_stored(parts, block, seal, f"{type(error).__name__}: {error}")
        return
    lines = [_NUMBERED.sub("// Network", line) for line in lines if "JSON sidecar" not in line]
    aside = [line for line in lines if line.startswith(_ASIDE)]
    code = lines_of("\n".join(line for line in lines if not line.startswith(_ASIDE)))
    parts.add(_path(block), Language.ST, Aspect.PROGRAM, [_title(block), *code])
    if aside or told.warnings or not _is_whole(block, code):
        _add_stored(parts, block, seal, "the decoder leaves something out")


def _is_whole(block: Element, code: list[str]) -> bool:
    """Tell whether every name in the networks stands in the code, and none of them was left out.

    The decoder says nothing of what leads nowhere: a contact without a coil, a step chain.
    """
    sources = list(block.iter("{*}NetworkSource"))
    names = {one.get("Name", "") for each in sources for one in each.iter("{*}Component")}
    wanted = {word for name in names for word in _WORD.findall(name)}
    said = {word for line in code for word in _WORD.findall(line)}
    return wanted <= said and code.count(_EMPTY) <= sum(len(each) == 0 for each in sources)


def _add_stored(parts: Parts, block: Element, seal: SealText, why: str) -> None:
    """Add the networks as the file holds them, so that no change of them is lost."""
    units = [each for each in block.iter() if name_of(each) == "SW.Blocks.CompileUnit"]
    lines = [f"NETWORKS as stored of {_title(block)}"]
    for number, unit in enumerate(units, 1):
        lines += record(unit, seal, f"network {number}.", without={"ID", "CompositionName"})
    path = (*_path(block), "as stored")
    parts.add(path, Language.RECORD, Aspect.PROGRAM, lines, unread=max(1, len(units)))
    parts.problems.append(f"{_title(block)}: not all of it is told as SCL: {printable(why)[:200]}")


def _kind(element: Element) -> str:
    return name_of(element).rpartition(".")[2]


def _name(element: Element) -> str:
    attributes = child(element, "AttributeList")
    name = None if attributes is None else child(attributes, "Name")
    return (name.text or "").strip() if name is not None else _kind(element)


def _path(element: Element) -> tuple[str, ...]:
    kind = _KINDS.get(_kind(element), _kind(element))
    folder = "tags" if kind == "PlcTagTable" else _FOLDERS.get(kind, "blocks")
    return (folder, _name(element))


def _title(element: Element) -> str:
    kind = _KINDS.get(_kind(element), _kind(element).upper())
    return f'{"TAG TABLE" if kind == "PLCTAGTABLE" else kind} "{printable(_name(element))}"'


def _sections(interface: Element, seal: SealText) -> Iterator[str]:
    for section in interface.iter("{*}Section"):
        parent = section.getparent()
        if parent is not None and name_of(parent) == "Sections" and not _is_inner(section):
            yield f"SECTION {printable(section.get('Name', ''))}"
            yield from _members(section, "  ", seal, hidden=False)


def _is_inner(section: Element) -> bool:
    return any(name_of(each) == "Member" for each in section.iterancestors())


def _members(holder: Element, indent: str, seal: SealText, *, hidden: bool) -> Iterator[str]:
    """Yield the members within one; `hidden`: what holds them is called a secret."""
    for member in holder:
        tag = name_of(member)
        if tag in {"Sections", "Section"}:
            yield from _members(member, indent, seal, hidden=hidden)
        elif tag == "Member":
            secret = hidden or is_secret(member.get("Name", ""))
            yield indent + _member(member, seal, hidden=secret)
            yield from _members(member, f"{indent}  ", seal, hidden=secret)
        elif tag == "Subelement":
            start = child(member, "StartValue")
            said = "" if start is None else (start.text or "").strip()
            value = printable(hushed(said, seal, hidden=hidden))
            yield f"{indent}[{printable(member.get('Path', ''))}] := {value}".rstrip()


def _member(member: Element, seal: SealText, *, hidden: bool) -> str:
    start, comment = child(member, "StartValue"), child(member, "Comment")
    more = "".join(
        f" {{{printable(name)} {printable(str(member.get(name)))}}}"
        for name in ("Remanence", "Accessibility", "Version")
        if member.get(name)
    )
    initial = "" if start is None else (start.text or "").strip()
    value = f" := {printable(hushed(initial, seal, hidden=hidden))}" if initial else ""
    said = "" if comment is None else " / ".join(text_of(comment).split("\n"))
    note = f" // {printable(said)}" if said else ""
    name, kind = printable(member.get("Name", "")), printable(member.get("Datatype", ""))
    return f"{name} : {kind}{more}{value}{note}"


def _settings(element: Element, seal: SealText) -> Iterator[str]:
    attributes = child(element, "AttributeList")
    for each in () if attributes is None else attributes:
        name = name_of(each)
        if name in _NOISE or _DATES.search(name):
            continue
        if len(each):
            yield from record(each, seal, f"{name}.")
        else:
            yield f"{name} = {sealed(name, (each.text or '').strip(), seal)}".rstrip()


def _texts(element: Element, prefix: str) -> Iterator[str]:
    """Yield the titles and comments of an object in all languages."""
    objects = child(element, "ObjectList")
    for each in () if objects is None else objects:
        if name_of(each) != "MultilingualText":
            continue
        for item in each.iter("{*}MultilingualTextItem"):
            said = {name_of(one): (one.text or "").strip() for one in item.iter() if one.text}
            if said.get("Text"):
                where = f"{each.get('CompositionName', 'Text')}[{said.get('Culture', '')}]"
                text = " / ".join(said["Text"].splitlines())
                yield f"{prefix}{printable(where)} = {printable(text)}"


def _tags(table: Element, seal: SealText) -> Iterator[str]:
    for tag in table.iter():
        if name_of(tag) not in {"SW.Tags.PlcTag", "SW.Tags.PlcUserConstant"}:
            continue
        attributes = child(tag, "AttributeList")
        said = {
            name_of(each): (each.text or "").strip()
            for each in (() if attributes is None else attributes)
        }
        place = said.pop("LogicalAddress", "")
        hidden = is_secret(said.get("Name", ""))
        value = hushed(said.pop("Value", ""), seal, hidden=hidden)
        line = said.pop("Name", "?") + (f" AT {place}" if place else "")
        line += f" : {said.pop('DataTypeName', '?')}" + (f" := {value}" if value else "")
        line += "".join(f" {{{name} {word}}}" for name, word in sorted(said.items()))
        notes = [text.partition(" = ")[2] for text in _texts(tag, "")]
        yield printable(line) + (f" // {' | '.join(notes)}" if notes else "")
