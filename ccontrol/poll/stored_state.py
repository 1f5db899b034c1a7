"""What a history says of a controller, as a state: now, or after any commit. Writes nothing."""

from collections.abc import Iterable
from pathlib import Path

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, STATE, Home
from ccontrol.canonical.parse import parse
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.store.repository import Repository


def state_at(
    repository: Repository,
    home: Home,
    commit: str | None = None,
    kinds: Iterable[str] | None = None,
) -> State | None:
    """Return a state at a commit (default: the newest); None where nothing was stored.

    With `kinds`: the facts of these only, beside lists, findings and what is unread. Raises
    StoreError, UnreadableStateError.
    """
    whole = home.folder(PLANT), home.folder(STATE)
    files: dict[str, bytes] = {}
    for path in whole if kinds is None else home.read_back(kinds):
        files |= repository.read(path, commit)
    return parse(files) if files else None


def read_state(
    git_dir: Path, controller: Controller, kinds: frozenset[str] | None = None
) -> State | None:
    """Return what `Line.state_of` does, from a store opened for reading: no writer is needed.

    What waits for the writer is not in it. Raises StoreError when the store cannot be read.
    """
    with Repository.open(git_dir) as repository:
        home = home_of(repository, controller.id, controller.area)
        return state_at(repository, home, kinds=kinds)
