"""Beckhoff TwinCAT 3 objects (TcPOU, TcGVL, TcDUT, TcIO, TcTTO): one part a declaration or method.

Declarations and structured text stand as their author laid them out. Graphical bodies are a
serialised object graph of the editor: a part of its own lists their settings, undrawn.
"""

from collections.abc import Iterator

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import lines_of
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.xml import Element, name_of, read_tree
from ccontrol.logic.xml_record import record
from ccontrol.logic.xml_words import child
from ccontrol.model.aspect import Aspect

_ROOT = "TcPlcObject"
_FOLDERS = {"DUT": "types", "GVL": "variables", "Itf": "interfaces", "Task": "tasks"}
_HOLDERS = frozenset({"Method", "Action", "Transition", "Property", "Get", "Set"})
"""Objects that lie within another and have a declaration or body of their own."""
_TOLD = frozenset({"Declaration", "Implementation", *_HOLDERS})
_NOISE = frozenset({"LineIds", "Folder", "Id", "ObjectProperties"})
"""Line ids and object ids change with every edit elsewhere; folders order the editor's tree."""
_IDS = frozenset({"Id", "UId"})


class TwinCat:
    """One object of a TwinCAT PLC project, as it lies in the project's folder."""

    name = "twincat"
    version = 1
    title = "Beckhoff TwinCAT 3 objects"
    suffixes: tuple[str, ...] = (".tcpou", ".tcgvl", ".tcdut", ".tcio", ".tctto")

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the root element, or by the ending for a file that begins like XML."""
        plain = head.replace(b"\0", b"")
        return b"<TcPlcObject" in plain or (
            name.lower().endswith(self.suffixes) and b"<" in plain[:64]
        )

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Return its parts. Raises BadFileError for what is no such XML."""
        root = read_tree(file)
        if name_of(root) != _ROOT:
            raise BadFileError(f"{printable(file.name)}: its root element is not {_ROOT}")
        parts = Parts()
        for each in root:
            folder = _FOLDERS.get(name_of(each), "blocks")
            _add(parts, each, (folder, _name(each)), "", seal)
        return parts.project(
            f"{self.name}/{self.version}",
            next((_name(each) for each in root), file.name),
            tuple(
                (fact, root.get(key, ""))
                for fact, key in (("schema", "Version"), ("software", "ProductVersion"))
                if root.get(key)
            ),
        )


FORMAT = TwinCat()


def _add(parts: Parts, element: Element, path: tuple[str, ...], of: str, seal: SealText) -> None:
    """Add an object, then those that lie within it."""
    name = _name(element)
    title = f"{name_of(element).upper()} {printable(name)}{f' of {printable(of)}' if of else ''}"
    lines = [title, *_settings(element, seal)]
    declaration = child(element, "Declaration")
    if declaration is not None:
        lines += lines_of(declaration.text or "")
    body = child(element, "Implementation")
    for each in () if body is None else body:
        code = lines_of(each.text or "") if name_of(each) == "ST" else []
        if name_of(each) != "ST":
            graph = (f"BODY of {title} ({name_of(each)})", *record(each, seal, without=_IDS))
            parts.add((*path, "body"), Language.RECORD, Aspect.PROGRAM, graph, unread=1)
        lines += ["", *code] if code else []
    parts.add(path, Language.ST, Aspect.PROGRAM, lines)
    for each in element:
        if name_of(each) in _HOLDERS:
            _add(parts, each, (*path, _name(each)), name if not of else f"{of}.{name}", seal)


def _settings(element: Element, seal: SealText) -> Iterator[str]:
    without = {*_TOLD, *_NOISE, *_IDS, "Name", "FolderPath"}
    for line in record(element, seal, without=without):
        if line != "SpecialFunc = None":
            yield line


def _name(element: Element) -> str:
    return element.get("Name", "") or name_of(element)
