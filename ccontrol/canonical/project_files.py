"""A dropped project file as the store keeps it: what it was, and its text, one file for each part.

Holds no bytes of the file: those lie in the vault under the same SHA-256. `parse(render(x)) == x`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ccontrol.canonical import toml
from ccontrol.canonical.layout import Home
from ccontrol.canonical.names import encode
from ccontrol.canonical.part_files import part_files
from ccontrol.canonical.reading import Table, read
from ccontrol.errors import ModelError, UnreadableStateError
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

PROJECT = "project"
SENTENCES = "; "
"""Between the sentences of what changed in one part of a project file, the gravest first."""
FORM = 1
_TEXT, _VALUES = "text", "values"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file as it lay in the folder. `name` is without its folder, `size` in bytes."""

    name: str
    sha256: str
    size: int
    owner: str
    """Who owns the file there: of a share that may be everybody's account."""
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectText:
    """What the store knows of one project file of a controller."""

    controller_id: str
    area: str
    file: FileFacts
    """The newest file of this name."""
    taken_at: datetime
    """When the newest file was taken from the folder."""
    project: Project
    text_of: str
    """SHA-256 (hex) of the file that `project` was read from: an older one's when `fault` says so.
    Empty: no file of this name could be read yet, and `project` has no parts."""
    fault: str = ""
    """Why the newest file could not be read."""
    contradicts: str = ""
    """Id of another controller of the site that the newest file says it is for."""


def project_folder(home: Home, files_there: Collection[str], name: str) -> str:
    """Return the folder of one project file; `files_there` are the names of its neighbours.

    A name that differs from a neighbour's by capitals alone is that file: on a share it is the
    same one.
    """
    wanted = encode(name)
    alike = (each for each in sorted(files_there) if each.lower() == wanted.lower())
    found = wanted if wanted in files_there else next(alike, wanted)
    return f"{home.folder(PROJECT)}/{found}"


def facts_path(folder: str) -> str:
    """Return the path of the file that says what a project file was."""
    return f"{folder}/file.toml"


def text_folder(folder: str) -> str:
    """Return the folder of what a project file says, without actual values."""
    return f"{folder}/{_TEXT}"


def render(kept: ProjectText, folder: str) -> dict[str, bytes]:
    """Return every file below `folder`. Raises ModelError for names that no file could hold."""
    places = _places(kept.project.parts)
    index = [
        ["[[part]]", *toml.lines(_part(part, place))]
        for part, place in zip(kept.project.parts, places, strict=True)
    ]
    facts = (
        ["[[fact]]", *toml.lines((("name", name), ("value", value)))]
        for name, value in kept.project.facts
    )
    content = toml.document(toml.lines(_head(kept)), *facts, *index)
    files = {
        f"{folder}/{place}": part.text.encode("utf-8", "surrogatepass")
        for part, place in zip(kept.project.parts, places, strict=True)
    }
    return {facts_path(folder): content, **files}


def parse(files: Mapping[str, bytes], folder: str) -> ProjectText:
    """Return what the files below `folder` say. Raises UnreadableStateError when they do not."""
    path = facts_path(folder)
    if path not in files:
        raise UnreadableStateError(f"{path} is missing")
    table = read(path, files[path])
    if table.integer("form") != FORM:
        raise UnreadableStateError(f"{path} has a form that this version of ccontrol does not know")
    try:
        return _parsed(table, files, folder)
    except (ModelError, UnicodeDecodeError) as error:
        raise UnreadableStateError(f"{path}: {error}") from error


def _parsed(table: Table, files: Mapping[str, bytes], folder: str) -> ProjectText:
    facts = tuple((fact.text("name"), fact.text("value")) for fact in table.tables("fact"))
    project = Project(
        table.text("format"),
        table.text("title"),
        tuple(_parsed_part(entry, files, folder) for entry in table.tables("part")),
        facts,
        table.text("comparable"),
        table.texts("problems"),
    )
    return ProjectText(
        table.text("controller"),
        table.text("area"),
        parsed_facts(table),
        table.time("taken_at"),
        project,
        table.text("text_of"),
        table.text("fault", ""),
        table.text("contradicts", ""),
    )


def parsed_facts(table: Table) -> FileFacts:
    """Return what `file.toml` says of the file itself."""
    return FileFacts(
        table.text("name"),
        table.text("sha256"),
        table.integer("bytes"),
        table.text("owner"),
        table.time("modified_at"),
    )


def _parsed_part(table: Table, files: Mapping[str, bytes], folder: str) -> Part:
    path = f"{folder}/{table.text('file')}"
    if path not in files:
        raise UnreadableStateError(f"{path} is missing")
    return Part(
        table.texts("path"),
        table.word("language", Language),
        table.word("aspect", Aspect),
        files[path].decode("utf-8", "surrogatepass"),
        table.text("opaque", ""),
        table.integer("unread") if "unread" in table else 0,
    )


def _head(kept: ProjectText) -> list[tuple[str, str | int | datetime | tuple[str, ...] | None]]:
    file, project = kept.file, kept.project
    return [
        ("form", FORM),
        ("controller", kept.controller_id),
        ("area", kept.area),
        ("name", file.name),
        ("sha256", file.sha256),
        ("bytes", file.size),
        ("owner", file.owner),
        ("modified_at", file.modified_at),
        ("taken_at", kept.taken_at),
        ("fault", kept.fault or None),
        ("contradicts", kept.contradicts or None),
        ("text_of", kept.text_of),
        ("format", project.format),
        ("title", project.title),
        ("comparable", project.comparable),
        ("problems", project.problems),
    ]


def _part(part: Part, place: str) -> list[tuple[str, str | int | tuple[str, ...] | None]]:
    return [
        ("path", part.path),
        ("language", part.language.value),
        ("aspect", part.aspect.value),
        ("file", place),
        ("opaque", part.opaque or None),
        ("unread", part.unread or None),
    ]


def _places(parts: Sequence[Part]) -> list[str]:
    """Return where each part lies below the folder."""
    roots: dict[str, list[Part]] = {_TEXT: [], _VALUES: []}
    for part in parts:
        roots[_VALUES if part.aspect is Aspect.VALUES else _TEXT].append(part)
    places = {
        (part.path, part.language): f"{root}/{name}"
        for root, held in roots.items()
        for name, part in part_files(held).items()
    }
    return [places[part.path, part.language] for part in parts]
