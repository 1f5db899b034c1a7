"""Reading one project file in the decoder process, and holding it against what was read before."""

import logging
from collections.abc import Iterator

from ccontrol.diff.programs.changes import NO_LOGIC, PartDiff
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.project import Project
from ccontrol.model.secret import Seal
from ccontrol.poll.file_reading import read_file
from ccontrol.poll.messages import LogicTold, ProjectRead, ReadProject

_log = logging.getLogger(__name__)


def read_project(request: ReadProject) -> ProjectRead:
    """Return what the file says; a file that cannot be read is a fault, never an error."""
    try:
        project = _read(request)
        told, warnings = compared(request.before, project)
    except BadFileError as error:
        return ProjectRead(request.job, None, fault=str(error))
    except Exception as error:  # noqa: BLE001 — supervised border: readers are total
        _log.exception("a project file could not be read job=%s", request.job)
        return ProjectRead(request.job, None, fault=f"{type(error).__name__}: {error}")
    return ProjectRead(request.job, project, told, warnings)


def sealing(seal: Seal) -> SealText:
    """Return what makes the words that stand for a secret of a project file."""
    return lambda secret: f"(sealed {seal.of(secret.encode('utf-8', 'surrogatepass')).digest})"


def _read(request: ReadProject) -> Project:
    size = request.file.stat().st_size
    with request.file.open("rb") as stream:
        return read_file(ProjectFile(request.name, size, stream), sealing(request.seal))


def compared(
    before: Project | None, after: Project
) -> tuple[tuple[LogicTold, ...], tuple[str, ...]]:
    """Return what changed, by the parts of `after` or, of one that is gone, of `before`."""
    if before is None:
        return (), ()
    diff = compare_projects(before, after)
    return tuple(told for part in diff.parts for told in _told(part)), diff.warnings


def _told(part: PartDiff) -> Iterator[LogicTold]:
    became = "added" if part.before is None else "removed" if part.after is None else "changed"
    # Of a part that is gone `part.path` may be one that never was: in names that are new elsewhere.
    path = part.before.path if part.before and not part.after else part.path
    for change in part.changes:
        severity = 0 if change.kind in NO_LOGIC else change.severity
        told = int(severity), change.sentence, became, change.kind.value
        yield LogicTold(path, part.language, *told)
