"""What the history holds of a controller's program at a commit, as a project to compare and draw.

Its blocks' views, the texts of its project files, and the approved facts of its units. What moves
by itself (state/) is left out, as in the text that `diff` prints.
"""

from pathlib import PurePosixPath

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, VIEWS
from ccontrol.canonical.names import encode
from ccontrol.cli.plant import Watched
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.store.repository import Repository

_PROJECT, _VALUES = "project", "values"
_ROOTS = (PLANT, VIEWS, _PROJECT)
_FORM = "store/1"
_BY_SUFFIX = {
    language.suffix: language
    for language in (
        Language.LADDER,
        Language.STL,
        Language.ST,
        Language.FBD,
        Language.SFC,
        Language.LAYOUT,
        Language.DATA,
    )
}


def stored_program(repository: Repository, watched: Watched, commit: str) -> Project:
    """Return every text of a controller as a part; none of a commit that is empty ("")."""
    controller = watched.controller
    if not commit:
        return Project(_FORM, controller.id, ())
    home = home_of(repository, controller.id, controller.area, commit)
    parts: dict[tuple[tuple[str, ...], Language], Part] = {}
    for root in _ROOTS:
        folder = home.folder(root)
        for path, content in repository.read(folder, commit).items():
            if path == home.renderer:
                continue  # who made the views, no fact of the controller
            part = _part(root, path.removeprefix(f"{folder}/"), controller.id, content)
            parts[part.path, part.language] = part
    ordered = tuple(parts[key] for key in sorted(parts))
    return Project(_FORM, controller.id, ordered)


def _part(root: str, path: str, controller_id: str, content: bytes) -> Part:
    """Return one file as a part. Its name in the store is kept: only texts hold the true names."""
    file = PurePosixPath(path)
    suffix = file.suffix.removeprefix(".")
    language = _BY_SUFFIX.get(suffix, Language.RECORD)
    name = file.stem.removesuffix(f".{encode(controller_id)}")
    where = () if root == VIEWS else (root,)
    text = content.decode("utf-8", "backslashreplace")
    is_values = root == _PROJECT and _VALUES in file.parts[1:2]
    return Part(
        (*where, *file.parts[:-1], name),
        language,
        Aspect.VALUES if is_values else Aspect.PROGRAM,
        text if not text or text.endswith("\n") else f"{text}\n",
    )
