"""SIMATIC SD (.s7dcl with .s7res beside it), as TIA Portal V20 and newer write blocks.

Declarations stand as they are; networks in LAD become rungs, those in SCL stand as text. Titles
are keys into the .s7res: joined with both side by side, on one file alone the keys are shown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.ladder.operands import cut
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import decoded, is_text, lines_of, whole
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.sources import FOLDERS, Block, blocks
from ccontrol.logic.wiring import END, RAIL, Edge, reduced, rungs
from ccontrol.logic.xml import name_of, read_tree
from ccontrol.model.aspect import Aspect

_MOST_TEXTS_BYTES = 8 * 1024 * 1024
_SKIPPED = r"\(\*.*?(?:\*\)|\Z)|/\*.*?(?:\*/|\Z)|//[^\n]*|'(?:[^'$\n]|\$.)*'?|\"[^\"\n]*\"?"
_NETWORK = re.compile(
    rf"{_SKIPPED}|(?P<whole>(?P<pragma>\{{[^{{}}]*\}})?\s*+\bNETWORK\b(?P<body>.*?)(?:\bEND_NETWORK\b|\Z))",
    re.DOTALL,
)
_SETTING = re.compile(r"(\w+)\s*:=\s*\"([^\"]*)\"")
_TOKEN = re.compile(
    r"\s*+(?:(?P<comment>//[^\n]*|\(\*.*?\*\))|(?P<pragma>\{[^{}]*\})|(?P<end>END_RUNG\b)"
    r"|(?P<rung>RUNG\b)|wire#(?P<wire>\w+)"
    r"|(?P<op>(?:#?\"[^\"\n]*\"|[\w#%.])++)\s*+(?P<options>\{[^{}]*\})?\s*+\()",
    re.DOTALL,
)
_ENTRY_DEPTH = 3
"""Of an entry in a .s7res in YAML: the file, its list, the entry."""
_TEXT_KEYS = ("S7_NetworkTitle", "S7_NetworkComment", "S7_BlockTitle", "S7_BlockComment")


@dataclass(frozen=True, slots=True)
class _Network:
    language: str
    title: str
    comment: str
    body: str


class SimaticSd:
    """Blocks, data blocks and types that TIA Portal exports as documents."""

    name = "simatic-sd"
    version = 1
    title = "Siemens SIMATIC SD"
    suffixes: tuple[str, ...] = (".s7dcl", ".s7res")

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the ending of a text."""
        return name.lower().endswith(self.suffixes) and is_text(head)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read one of the two files. Raises BadFileError for broken text or resources."""
        del seal
        parts = Parts()
        if file.name.lower().endswith(".s7res"):
            texts = resources(file)
            lines = ["TEXTS", *(f"{key} = {_one_line(said)}" for key, said in texts.items())]
            parts.add(("texts",), Language.DATA, Aspect.PROGRAM, map(printable, lines))
        else:
            add_declarations(parts, file)
        names = {path[1] for path in parts.paths() if len(path) > 1}
        title = names.pop() if len(names) == 1 else file.name
        return parts.project(f"{self.name}/{self.version}", title)


FORMAT = SimaticSd()


def resources(file: ProjectFile) -> dict[str, str]:
    """Return the texts of a .s7res by their keys, sorted; several languages side by side.

    V20 writes XML, V21 YAML. Raises BadFileError for what is neither.
    """
    data = whole(file)
    if len(data) > _MOST_TEXTS_BYTES:
        raise BadFileError(f"{printable(file.name)}: more texts than {_MOST_TEXTS_BYTES} bytes")
    file.stream.seek(0)
    text = decoded(data, file.name)[0]
    said = _xml_texts(file) if text.lstrip().startswith("<") else _yaml_texts(text, file.name)
    return dict(sorted(said.items()))


def add_declarations(parts: Parts, file: ProjectFile) -> None:
    """Add the blocks of a .s7dcl: the declaration, the ladder, the networks in SCL.

    A .s7res beside it that is broken is told, and the keys are shown. Raises BadFileError for text
    that breaks its own encoding.
    """
    text = decoded(whole(file), file.name)[0]
    texts: Mapping[str, str] = {}
    try:
        texts = {} if file.beside is None else resources(file.beside)
    except BadFileError as error:
        parts.problems.append(str(error))
    for block in blocks(text.replace("\r\n", "\n").replace("\r", "\n")):
        _add(parts, block, texts)


def _add(parts: Parts, block: Block, texts: Mapping[str, str]) -> None:
    networks: list[_Network] = []

    def without(found: re.Match[str]) -> str:
        if found["whole"] is None:
            return found.group()
        networks.append(_network(found, texts))
        return ""

    declared = _joined(_NETWORK.sub(without, block.text), texts)
    heading = printable(block.heading)
    before = lines_of(_joined(block.before, texts))
    lines = [heading, *before, *(line for line in lines_of(declared) if line)]
    path: tuple[str, ...] = ("source",)
    if block.word:
        path = (FOLDERS.get(block.word, "blocks"), block.name)
    parts.add(path, Language.ST, Aspect.PROGRAM, lines)
    code = [network for network in networks if network.language == "SCL"]
    if len(code) < len(networks):
        made = [rung for network in networks for rung in _rungs(network)]
        unread = sum(rung.verbatim is not None for rung in made)
        drawn = (f"{heading} (ladder)", *ladder_text.render(made).splitlines())
        parts.add(path, Language.LADDER, Aspect.PROGRAM, drawn, unread=unread)
    if code:
        told = [f"FUNCTION of {heading} (networks in SCL)"]
        for network in code:
            told += [f"// {line}" for line in lines_of(f"{network.title}\n{network.comment}")]
            told += lines_of(network.body)
        parts.add((*path, "networks in SCL"), Language.ST, Aspect.PROGRAM, told)


def _network(found: re.Match[str], texts: Mapping[str, str]) -> _Network:
    said = dict(_SETTING.findall(found["pragma"] or ""))
    title, comment = (said.get(key, "") for key in _TEXT_KEYS[:2])
    return _Network(
        said.get("S7_Language", "LAD"),
        texts.get(title, title),
        texts.get(comment, comment),
        found["body"],
    )


def _joined(text: str, texts: Mapping[str, str]) -> str:
    """Put the texts of a block in the place of their keys."""

    def said(found: re.Match[str]) -> str:
        if found[1] not in _TEXT_KEYS or found[2] not in texts:
            return found.group()
        return f'{found[1]} := "{_one_line(texts[found[2]])}"'

    return _SETTING.sub(said, text)


def _one_line(text: str) -> str:
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def _rungs(network: _Network) -> Iterator[Rung]:
    """Yield the rungs of a network; the first bears its title and comment."""
    title, comment = network.title, network.comment
    if network.language == "SCL":
        yield Rung((), comment, title=f"{title} (in SCL: see networks in SCL)".strip())
        return
    edges = _edges(network.body)
    series = None if edges is None else [reduced(each) for each in rungs(edges)]
    if series is None or None in series:
        yield Rung((), comment, title=title, verbatim="\n".join(lines_of(network.body)))
        return
    yield Rung((series[0] or ()) if series else (), comment, title=title)
    yield from (Rung(each or ()) for each in series[1:])


def _edges(body: str) -> list[Edge] | None:
    """Return what stands between which wires; None for what cannot be read."""
    drawing, at = _Drawing(), 0
    while found := _TOKEN.match(body, at):
        at = found.end()
        if found["op"]:
            operands = cut(body, at)
            if operands is None or not drawing.element(found, operands[0]):
                return None
            at = operands[1]
        else:
            drawing.mark(found)
    return None if body[at:].strip() else drawing.edges


class _Drawing:
    """Follows the rungs of one network from wire to wire."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._number = 0
        self._begins = False
        self._point: str | None = None
        self._pragma = ""

    def mark(self, found: re.Match[str]) -> None:
        """Take the beginning or end of a rung, a wire, or what is said of the next element."""
        self._number += 1
        if found["rung"]:
            self._point, self._begins = f"rung {self._number}", True
        elif found["wire"]:
            self._wire(RAIL if found["wire"] == "powerrail" else f"wire {found['wire']}")
        elif found["end"]:
            if self._point is not None:
                self._join(self._point, END)
            self._point, self._pragma = None, ""
        elif found["pragma"]:
            self._pragma = _pragma(found["pragma"])

    def element(self, found: re.Match[str], operands: tuple[str, ...]) -> bool:
        """Take an element; False where it stands outside a rung, or a wire goes into a pin."""
        self._number += 1
        if self._point is None or any("wire#" in operand for operand in operands):
            return False
        more = (_pragma(found["options"] or ""), self._pragma)
        held = tuple(" ".join(operand.split()) for operand in operands)
        element = Instruction(found["op"], (*held, *(word for word in more if word)))
        onward = f"point {self._number}"
        self.edges.append(Edge(self._point, onward, (element,), (self._number,)))
        self._point, self._pragma, self._begins = onward, "", False
        return True

    def _wire(self, wire: str) -> None:
        if self._point is None:  # behind END_RUNG: where the rung leads to, not to the end
            if self.edges:
                self._join(self.edges.pop().source, wire)
            return
        if not self._begins:
            self._join(self._point, wire)
        self._point, self._begins = wire, False

    def _join(self, source: str, target: str) -> None:
        self.edges.append(Edge(source, target, (), (self._number,)))


def _pragma(text: str) -> str:
    """Return what an instruction's options say, e.g. {SrcType := Int}: they decide what it does."""
    inside = text.strip("{} \t\n")
    inside = re.sub(r"S7_Templates\s*:=\s*\"([^\"]*)\"", r"\1", inside)
    return f"{{{' '.join(inside.split())}}}" if inside else ""


def _xml_texts(file: ProjectFile) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in read_tree(file):
        said = {
            text.get("Lang", ""): (text.text or "").strip()
            for text in each
            if name_of(text) == "MultiLanguageText"
        }
        found[each.get("Id", "")] = _languages(said)
    return found


def _yaml_texts(text: str, name: str) -> dict[str, str]:
    """Return the entries of the list in the outer mapping, without making anything else."""
    import yaml  # noqa: PLC0415 — slow to load, and wanted by these texts alone

    found: dict[str, str] = {}
    try:
        for entry in _entries(text):
            said = dict(zip(entry[::2], entry[1::2], strict=False))
            key = said.pop("id", "")
            if key:
                found[key] = _languages({name: text.strip() for name, text in said.items()})
    except (yaml.YAMLError, ValueError) as error:
        raise BadFileError(f"{printable(name)}: no texts of SIMATIC SD") from error
    return found


def _entries(text: str) -> Iterator[list[str]]:
    """Yield the scalars of each mapping at the third level. Raises for aliases and depth."""
    import yaml  # noqa: PLC0415 — as above

    depth = 0
    entry: list[str] = []
    for event in yaml.parse(text, Loader=yaml.CLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            entry = []
        elif isinstance(event, yaml.CollectionEndEvent):
            if depth == _ENTRY_DEPTH:
                yield entry
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            entry.append(str(event.value))
        if depth > _ENTRY_DEPTH:
            raise yaml.YAMLError("deeper than texts are")


def _languages(said: Mapping[str, str]) -> str:
    """Return the one text there is, or each with its language."""
    filled = {language: text for language, text in sorted(said.items()) if text}
    if len(set(filled.values())) == 1:
        return next(iter(filled.values()))
    return "\n".join(f"[{language}] {text}" for language, text in filled.items())
