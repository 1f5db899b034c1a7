"""Two project files read and held against each other, down to what is told of them.

Texts and numbers alone: it is worked out in a child (see `cli.bounded`), and told in its parent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ccontrol.cli.picture_files import Drawn
from ccontrol.cli.project_files import SealsInOneCall
from ccontrol.diff.programs.changes import (
    LineDiff,
    LogicChange,
    LogicKind,
    PartDiff,
    ProjectDiff,
    Rename,
)
from ccontrol.diff.programs.projects import compare_projects, differences_of_origin
from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.project import Language
from ccontrol.poll.file_reading import read_file


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part that differs."""

    path: tuple[str, ...]
    language: Language
    renamed: bool
    """It stood under another path before."""
    changes: tuple[LogicChange, ...]
    lines: tuple[LineDiff, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is told of two files."""

    changes_logic: bool
    hidden: int
    """How many changes of values are left out."""
    warnings: tuple[str, ...]
    renames: tuple[Rename, ...]
    parts: tuple[ComparedPart, ...]
    drawn: Drawn

    @property
    def changes(self) -> tuple[LogicChange, ...]:
        """Return the changes of all parts, in their order."""
        return tuple(change for part in self.parts for change in part.changes)


def compare_files(
    old: ProjectFile,
    new: ProjectFile,
    titles: tuple[str, str],
    draw: Callable[[ProjectDiff, str, str], Drawn],
    *,
    values: bool,
    anyway: bool,
) -> Comparison:
    """Read two files and compare them. Raises BadFileError for what cannot be, or only blindly."""
    seal = SealsInOneCall()
    before, after = read_file(old, seal), read_file(new, seal)
    reasons = differences_of_origin(before, after)
    if reasons and not anyway:
        raise BadFileError(
            f"{titles[0]} and {titles[1]} cannot be compared blindly: {'; '.join(reasons)}",
            hint="Export both in the same way, or use --anyway and doubt what it says.",
        )
    whole = compare_projects(before, after)
    diff = whole if values else _without_values(whole)
    return Comparison(
        diff.changes_logic,
        len(whole.changes) - len(diff.changes),
        diff.warnings,
        diff.renames,
        tuple(_told(part) for part in diff.parts),
        draw(diff, *titles),
    )


def _without_values(diff: ProjectDiff) -> ProjectDiff:
    parts = (
        replace(
            part,
            changes=tuple(each for each in part.changes if each.kind is not LogicKind.VALUE),
        )
        for part in diff.parts
    )
    return replace(diff, parts=tuple(part for part in parts if part.changes))


def _told(part: PartDiff) -> ComparedPart:
    renamed = part.before is not None and part.before.path != part.path
    return ComparedPart(part.path, part.language, renamed, part.changes, part.lines)
