"""Omron Sysmac Studio projects (.smc2): programs by the names that the project's tree gives them.

A ladder is one JSON object a rung, its cells on a grid of columns and rows. What the grid does not
join from the left rail to a coil stands as its JSON. Everything else in the file is listed by hash.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ccontrol.errors import BadFileError
from ccontrol.logic.archives import chunks, opened
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import decoded, lines_of
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.wiring import END, RAIL, Edge, reduced
from ccontrol.logic.xml import Element, name_of, read_tree
from ccontrol.logic.xml_record import record
from ccontrol.logic.xml_words import hushed, is_secret
from ccontrol.model.aspect import Aspect

_MOST_BODY_BYTES = 64 * 1024 * 1024
_RUNNING = frozenset({"Ix", "LRI", "RRI"})
"""Ids that run through a section: an inserted rung changes them all."""
_VARIABLES = "[SLWD "
_MOST_GRID = 2000


class Smc2:
    """A Sysmac Studio project, packed."""

    name = "smc2"
    version = 1
    title = "Omron Sysmac Studio"
    suffixes: tuple[str, ...] = (".smc2",)

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the ending of a ZIP archive."""
        return name.lower().endswith(self.suffixes) and head.startswith(b"PK")

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it. Raises BadFileError for a broken archive, or one without a tree."""
        parts = Parts()
        with opened(file) as archive:
            held = [one for one in archive.infolist() if not one.is_dir()]
            trees = [one for one in held if _is_tree(one)]
            if not trees:
                raise BadFileError(f"{printable(file.name)}: it holds no .oem, the project's tree")
            names: dict[str, tuple[tuple[str, ...], str]] = {}
            for tree in sorted(trees, key=lambda one: one.filename):
                names.update(_entities(read_tree(_member(file, archive, tree))))
            others = ["OTHER MEMBERS"]
            bodies = [(*_named(one, names), one) for one in held if not _is_tree(one)]
            for path, kind, member in sorted(bodies, key=lambda body: (body[0], body[1])):
                data = b"".join(chunks(file, archive, member))
                if not _add_body(parts, path, data, replace(file, name=member.filename), seal):
                    digest = hashlib.sha256(data).hexdigest()
                    where = printable("/".join(path))
                    others.append(f"{where} ({printable(kind)}) = {len(data)} bytes, {digest}")
        parts.add(("other members",), Language.LISTING, Aspect.CONFIGURATION, others)
        return parts.project(f"{self.name}/{self.version}", file.name)


FORMAT = Smc2()


def _is_tree(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith(".oem")


def _member(file: ProjectFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> ProjectFile:
    data = b"".join(chunks(file, archive, member))
    return replace(file, name=member.filename, size=len(data), stream=io.BytesIO(data))


def _entities(root: Element) -> Iterator[tuple[str, tuple[tuple[str, ...], str]]]:
    """Yield the entities of a tree by their ids: names from the outside in, type and subtype."""
    paths: dict[Element | None, tuple[str, ...]] = {}
    for each in root.iter():
        key, name, above = each.get("id"), each.get("name"), paths.get(each.getparent(), ())
        if len(each):
            paths[each] = (*above, name) if name else above
        if key and name_of(each) == "Entity":
            kind = f"{each.get('type', '')} {each.get('subtype', '')}".strip()
            yield key.lower(), ((*above, name or kind or "entity"), kind)


def _named(
    member: zipfile.ZipInfo, names: Mapping[str, tuple[tuple[str, ...], str]]
) -> tuple[tuple[str, ...], str]:
    stem = member.filename.rpartition("/")[2].rpartition(".")[0].lower()
    return names.get(stem, ((member.filename.rpartition("/")[2] or "member",), "no entity"))


def _add_body(
    parts: Parts, path: tuple[str, ...], data: bytes, file: ProjectFile, seal: SealText
) -> bool:
    """Add a member that can be read; False for what cannot."""
    if len(data) > _MOST_BODY_BYTES or b"\0" in data[:64]:
        return False
    text = decoded(data, file.name)[0].strip()
    name = printable("/".join(path))
    if text.startswith("{") and '"CLs"' in text[:4096]:
        rungs = tuple(_rungs(text))
        lines = [f"SECTION {name} (ladder)", *ladder_text.render(rungs).splitlines()]
        unread = sum(rung.verbatim is not None for rung in rungs)
        parts.add(path, Language.LADDER, Aspect.PROGRAM, lines, unread=unread)
    elif text.startswith(_VARIABLES):
        lines = [f"VARIABLES {name}", *_variables(text, seal)]
        parts.add(path, Language.DATA, Aspect.PROGRAM, lines)
    elif "<StructuredText" in text[:400] or "<LadderDiagram" in text[:400]:
        root = read_tree(replace(file, size=len(data), stream=io.BytesIO(data)))
        _add_xml(parts, path, root, seal)
    else:
        return False
    return True


def _add_xml(parts: Parts, path: tuple[str, ...], root: Element, seal: SealText) -> None:
    name = printable("/".join(path))
    code = next((one for one in root.iter("{*}Text") if one.text), None)
    if code is not None and "Ladder" not in name_of(root):
        lines = [f"SECTION {name} (structured text)", *lines_of(code.text or "")]
        parts.add(path, Language.ST, Aspect.PROGRAM, lines)
        return
    lines = [f"SECTION {name} as stored", *record(root, seal)]
    parts.add(path, Language.RECORD, Aspect.PROGRAM, lines, unread=1)


def _variables(text: str, seal: SealText) -> Iterator[str]:
    for line in text.splitlines()[1:]:
        fields = dict(
            field.partition("=")[::2] for field in line.lstrip("+").strip().split("\t") if field
        )
        if "N" in fields:
            place = f" AT {fields.pop('AT')}" if fields.get("AT") else ""
            note = f" // {fields.pop('Com')}" if fields.get("Com") else ""
            name = fields.pop("N")
            own, hidden = f"{name}{place} : {fields.pop('D', '?')}", is_secret(name)
            more = "".join(
                f" {{{key} {hushed(said, seal, hidden=hidden)}}}"
                for key, said in sorted(fields.items())
                if said
            )
            yield printable(f"{own}{more}{note}")
        elif line.strip():
            yield printable(line.strip())


def _rungs(text: str) -> Iterator[Rung]:
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            held, end = decoder.raw_decode(text, at)
            rung = _rung(held)
        except (ValueError, RecursionError):
            yield Rung((), verbatim=text[at:])
            return
        yield rung
        at = end


def _rung(held: object) -> Rung:
    fields = held if isinstance(held, dict) else {}
    comment = str(fields.get("CMT") or "").replace("\r\n", "\n")
    try:
        edges = list(_edges(fields))
        series = reduced(edges) if edges else ()
    except (TypeError, ValueError, AttributeError):
        series = None
    if series is None or not isinstance(held, dict):
        kept = {key: value for key, value in fields.items() if key != "CMT"} if fields else held
        stored = json.dumps(_still(kept), ensure_ascii=False, sort_keys=True)
        return Rung((), comment, verbatim=stored)
    return Rung(series, comment)


def _still(value: object) -> object:
    """Return it without ids that run."""
    if isinstance(value, dict):
        return {key: _still(held) for key, held in value.items() if key not in _RUNNING}
    return [_still(held) for held in value] if isinstance(value, list) else value


def _edges(rung: Mapping[str, object]) -> Iterator[Edge]:
    """Yield what stands between the points of the grid. Raises ValueError for what is not known.

    A cell stands between its column and the next; a vertical link joins its row and the one below
    at the left of its column; column 0 begins at the rail.
    """
    if set(rung) - {"CLs", "VLs", "CMT", *_RUNNING}:
        raise ValueError("fields that are not known")
    heads: dict[tuple[int, int], tuple[int, int]] = {}

    def head(point: tuple[int, int]) -> tuple[int, int]:
        while (above := heads.setdefault(point, point)) != point:
            heads[point] = heads[above]
            point = above
        return point

    for link in _dicts(rung.get("VLs")):
        if set(link) - {"X", "Y", *_RUNNING}:
            raise ValueError("a link that is not known")
        x, y = _grid(link, "X"), _grid(link, "Y")
        upper, lower = sorted((head((x, y)), head((x, y + 1))))
        heads[lower] = upper
    for cell in _dicts(rung.get("CLs")):
        x, y = _grid(cell, "X"), _grid(cell, "Y")
        source = RAIL if x == 0 else f"{head((x, y))}"
        kind = cell.get("__type")
        target = END if kind == "ST" else f"{head((x + 1, y))}"
        series = () if kind == "HL" else (_instruction(cell),)
        yield Edge(source, target, series, (y, x))


def _dicts(value: object) -> list[dict[str, object]]:
    held = value if isinstance(value, list) else []
    if not all(isinstance(each, dict) for each in held):
        raise ValueError("no cells")
    return held


def _grid(cell: Mapping[str, object], key: str) -> int:
    at = cell.get(key, 0)
    if not isinstance(at, int) or not 0 <= at < _MOST_GRID:
        raise ValueError("no place on a grid")
    return at


_SIMPLE = {"__type", "Var", "X", "Y", "Not", "Up", "Dwn", "S", "RS", *_RUNNING}
_BOX = {"__type", "Var", "Name", "X", "Y", "In", "Out", *_RUNNING}


def _instruction(cell: Mapping[str, object]) -> Instruction:
    kind = cell.get("__type")
    if kind in {"LD", "ST"} and not set(cell) - _SIMPLE:
        flags = (("Not", "I_"), ("Up", "P_"), ("Dwn", "N_"), ("S", "S_"), ("RS", "R_"))
        prefix = "".join(word for key, word in flags if cell.get(key))
        op = "Contact" if kind == "LD" else "Coil"
        return Instruction(f"{prefix}{op}", (str(cell.get("Var", "")),))
    if kind in {"F", "FB"} and not set(cell) - _BOX:
        pins = [*_pins(cell.get("In"), ":="), *_pins(cell.get("Out"), "=>")]
        instance = f"{cell['Var']}." if cell.get("Var") else ""
        return Instruction(f"{instance}{cell.get('Name', '?')}", tuple(pins))
    raise ValueError("a cell that is not known")


def _pins(held: object, sign: str) -> Iterator[str]:
    flows = 0
    for pin in _dicts(held):
        flows += pin.get("__type") == "PF"
        if flows > 1 or set(pin) - {"__type", "Arg", "Var", "Type", "IO", *_RUNNING}:
            raise ValueError("pins that power flows through, or that are not known")
        if pin.get("__type") == "PRM":
            yield f"{pin.get('Arg', '?')} {sign} {pin.get('Var', '')}".rstrip()
