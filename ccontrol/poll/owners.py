"""Whose a dropped file is: what the configuration, the folder and the file itself say. Pure."""

import fnmatch
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ccontrol.config.settings import WatchedFolder
from ccontrol.logic import formats
from ccontrol.logic.firmware import is_firmware
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Project
from ccontrol.model.controller import Controller


def means(table: WatchedFolder, name: str) -> bool:
    """Tell whether a table means a file; `name` is relative to the folder.

    A pattern with a "/" is held against all of it, one without against the last step. Without
    patterns every file is meant that lies in the folder itself, and of what lies further down only
    what its ending tells to be a program, or firmware: a project of TIA Portal or STEP 7 as it lies
    on the engineer's disk is hundreds of files, which say nothing one by one.
    """
    folded = PurePosixPath(name.casefold())
    if not table.files:
        return len(folded.parts) == 1 or formats.is_by_name(folded.name) or is_firmware(name)
    return any(
        fnmatch.fnmatchcase(str(folded) if "/" in pattern else folded.name, pattern.casefold())
        for pattern in table.files
    )


def named_owner(
    tables: Sequence[WatchedFolder], name: str, controllers: Iterable[Controller]
) -> Controller | None:
    """Return the controller that the configuration names, else the one that the folder names."""
    ids = {table.controller for table in tables}
    if len(ids) == 1 and "" not in ids:
        return next((each for each in controllers if each.id in ids), None)
    first, *more = PurePosixPath(name).parts
    found = _called(first, _allowed(tables, controllers)) if more else []
    return found[0] if len(found) == 1 else None


def owners_by_content(
    tables: Sequence[WatchedFolder], project: Project | None, controllers: Iterable[Controller]
) -> list[Controller]:
    """Return the controllers whose id or name the file itself says, among those of the tables."""
    return _called(own_name(project), _allowed(tables, controllers))


def own_name(project: Project | None) -> str:
    """Return of which controller a project says that it is; "" when it says nothing.

    An export of a part names its controller beside the part.
    """
    return "" if project is None else dict(project.facts).get("controller") or project.title


def contradiction(
    owner: Controller, project: Project | None, controllers: Iterable[Controller]
) -> str:
    """Return the id of the one other controller that a file calls itself by; "" for none."""
    found = _called(own_name(project), controllers)
    return found[0].id if len(found) == 1 and found[0].id != owner.id else ""


def nobodys(name: str, project: Project | None, found: Sequence[Controller]) -> str:
    """Say why nobody knows whose a file of that name is, and what to do about it."""
    own, last = own_name(project), name.rpartition("/")[2]
    said = f"it calls itself {printable(own)}" if own not in {"", last} else "it says no name"
    whose = "several controllers are called so" if found else "no controller is called so"
    why = said if own in {"", last} else f"{said}, {whose}"
    return f"is nobody's: {why}; drop it into a folder called like its controller"


def _allowed(
    tables: Sequence[WatchedFolder], controllers: Iterable[Controller]
) -> list[Controller]:
    ids = {table.controller for table in tables} - {""}
    return [each for each in controllers if not ids or each.id in ids]


def _called(name: str, controllers: Iterable[Controller]) -> list[Controller]:
    wanted = _bare(name)
    return [each for each in controllers if wanted and wanted in {_bare(each.id), _bare(each.name)}]


def _bare(name: str) -> str:
    """Return letters and digits alone: no project of Rockwell can be called "press-3"."""
    return "".join(char for char in name.casefold() if char.isalnum())
