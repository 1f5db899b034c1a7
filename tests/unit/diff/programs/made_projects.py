"""Small projects for the tests of their comparison."""

from ccontrol.diff.programs.changes import LogicChange, LogicKind, ProjectDiff
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect


def part(
    path: str,
    text: str,
    language: Language = Language.ST,
    aspect: Aspect = Aspect.PROGRAM,
    opaque: str = "",
) -> Part:
    return Part(tuple(path.split("/")), language, aspect, text, opaque)


def project(*parts: Part, format: str = "toy/1", comparable: str = "") -> Project:  # noqa: A002 — the field's own name
    ordered = sorted(parts, key=lambda each: (each.path, each.language))
    return Project(format, "toy", tuple(ordered), comparable=comparable)


def kinds(found: ProjectDiff | tuple[LogicChange, ...]) -> list[LogicKind]:
    changes = found.changes if isinstance(found, ProjectDiff) else found
    return [change.kind for change in changes]


def sentences(found: ProjectDiff | tuple[LogicChange, ...]) -> list[str]:
    changes = found.changes if isinstance(found, ProjectDiff) else found
    return [change.sentence for change in changes]
