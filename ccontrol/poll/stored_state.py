"""What a store knows of a controller, for whoever only reads: no writer is needed."""

from pathlib import Path

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, STATE
from ccontrol.canonical.parse import parse
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.store.repository import Repository


def read_state(
    git_dir: Path, controller: Controller, kinds: frozenset[str] | None = None
) -> State | None:
    """Return what `Line.state_of` does, from a store opened for reading: no writer is needed.

    What waits for the writer is not in it. Raises StoreError when the store cannot be read.
    """
    with Repository.open(git_dir) as repository:
        home = home_of(repository, controller.id, controller.area)
        everything = (home.folder(PLANT), home.folder(STATE))
        files: dict[str, bytes] = {}
        for path in everything if kinds is None else home.read_back(kinds):
            files |= repository.read(path)
        return parse(files) if files else None
