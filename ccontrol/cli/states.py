"""What is known of a controller at some commit, read from the signed history."""

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import folders
from ccontrol.canonical.project_files import PROJECT
from ccontrol.cli.plant import Watched
from ccontrol.model.state import State
from ccontrol.poll import stored_state
from ccontrol.store.repository import Repository


def state_at(repository: Repository, watched: Watched, commit: str | None = None) -> State | None:
    """Return a controller's state at a commit (default: the newest); None when it holds none."""
    controller = watched.controller
    home = home_of(repository, controller.id, controller.area, commit)
    return stored_state.state_at(repository, home, commit)


def folders_of(
    repository: Repository, watched: Watched, commit: str | None = None
) -> tuple[str, ...]:
    """Return the folders of a controller: what is approved, its views, what moves, project files.

    They lie where it was stored first, whatever area is configured now.
    """
    controller = watched.controller
    home = home_of(repository, controller.id, controller.area, commit)
    return *folders(home.area, controller.id), home.folder(PROJECT)
