"""What the history holds of a controller's program at a commit, as a project to compare and draw.

Its blocks' views, the texts of its project files, and the approved facts of its units. What moves
by itself (state/) is left out, as in the text that `diff` prints.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ccontrol.canonical.bindings import binding_path
from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, VIEWS, Home
from ccontrol.canonical.names import encode
from ccontrol.canonical.project_files import PROJECT, ProjectText, parse
from ccontrol.cli.plant import Watched
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.store.repository import Repository

_FORM = "store/1"
_OF_FILE = 2
"""So many steps has the part that says what a project file was; its own parts have more."""
_BY_SUFFIX = {Language.STL.suffix: Language.STL, Language.ST.suffix: Language.ST}


def stored_program(repository: Repository, watched: Watched, commit: str) -> Project:
    """Return every text of a controller as a part; none of a commit that is empty ("")."""
    controller = watched.controller
    if not commit:
        return Project(_FORM, controller.id, ())
    home = home_of(repository, controller.id, controller.area, commit)
    found = [*_units(repository, home, commit), *_project_files(repository, home, commit)]
    parts = {(part.path, part.language): part for part in found}
    return Project(_FORM, controller.id, tuple(parts[key] for key in sorted(parts)))


def stored_project_files(repository: Repository, watched: Watched, commit: str) -> Project:
    """Return the texts of a controller's project files as parts, without the files themselves."""
    found = stored_program(repository, watched, commit).parts
    dropped = tuple(part for part in found if part.path[0] == PROJECT and len(part.path) > _OF_FILE)
    return Project(_FORM, watched.controller.id, dropped)


def _units(repository: Repository, home: Home, commit: str) -> Iterator[Part]:
    """Yield facts and views. Their names in the store are kept: only texts hold the true ones."""
    for root in (PLANT, VIEWS):
        folder = home.folder(root)
        for path, content in repository.read(folder, commit).items():
            if path == home.renderer:
                continue  # who made the views, no fact of the controller
            file = PurePosixPath(path.removeprefix(f"{folder}/"))
            yield Part(
                (root, *file.parts[:-1], file.stem.removesuffix(f".{encode(home.controller_id)}")),
                _BY_SUFFIX.get(file.suffix.removeprefix("."), Language.RECORD),
                Aspect.PROGRAM,
                _lines(content.decode("utf-8", "backslashreplace")),
            )


def _project_files(repository: Repository, home: Home, commit: str) -> Iterator[Part]:
    root = home.folder(PROJECT)
    for name in sorted(repository.names(root, commit)):
        folder = f"{root}/{name}"
        if folder == binding_path(home):
            continue
        kept = parse(repository.read(folder, commit), folder)
        yield _facts(kept)
        for part in kept.project.parts:
            yield replace(part, path=(PROJECT, kept.file.name, *part.path))


def _facts(kept: ProjectText) -> Part:
    file = kept.file
    told = (("sha256", file.sha256), ("bytes", file.size), ("owner", printable(file.owner)))
    text = "".join(f"{name} = {value}\n" for name, value in told)
    return Part((PROJECT, file.name), Language.LISTING, Aspect.PROGRAM, text)


def _lines(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
