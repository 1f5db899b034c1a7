"""Binding a dropped file to what runs: after a drop, and after a change of the running program."""

from dataclasses import dataclass
from datetime import datetime

from ccontrol.canonical.bindings import (
    WITHIN,
    Binding,
    Bond,
    binding_path,
    bond,
    parse_binding,
    render_binding,
)
from ccontrol.canonical.layout import PLANT, Home
from ccontrol.canonical.project_files import PROJECT, FileFacts, facts_path, parsed_facts
from ccontrol.canonical.reading import read
from ccontrol.logic.printable import printable
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository

_RUNNING = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION, Aspect.HARDWARE, Aspect.INVENTORY})
_FACTS = frozenset({Kind.ADDED, Kind.REMOVED, Kind.CHANGED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a controller stands to its project files."""

    bond: Bond
    binding: Binding | None
    newest: FileFacts | None
    """The file that was dropped last; None: none ever was."""


def moves_what_runs(changes: ChangeSet) -> bool:
    """Tell whether changes are such that a project file may be the reason for them."""
    return not changes.first and any(
        change.aspect in _RUNNING and change.kind in _FACTS for change in changes.changes
    )


def standing_of(repository: Repository, home: Home) -> Standing:
    """Return how a controller stands to its files. Raises UnreadableStateError, StoreError."""
    path = binding_path(home)
    content = repository.read(path).get(path)
    binding = None if content is None else parse_binding(content)
    newest = newest_file(repository, home)
    running = repository.tree_of(home.folder(PLANT))
    told = bond(binding, running.sha256 if running else "", newest[0].sha256 if newest else "")
    return Standing(told, binding, newest[0] if newest else None)


def newest_file(repository: Repository, home: Home) -> tuple[FileFacts, datetime] | None:
    """Return the file that was dropped last, and when it was taken."""
    folder = home.folder(PROJECT)
    found = []
    for name in repository.names(folder):
        path = facts_path(f"{folder}/{name}")
        content = repository.read(path).get(path)
        if content is not None:
            table = read(path, content)
            found.append((table.time("taken_at"), parsed_facts(table)))
    if not found:
        return None
    taken_at, file = max(found, key=lambda each: each[0])
    return file, taken_at


def after_change(
    repository: Repository, controller: Controller, home: Home, now: datetime
) -> tuple[str, bytes, Message] | None:
    """Return the file and message that bind what runs now to a file that was dropped lately."""
    newest = newest_file(repository, home) if repository.names(home.folder(PROJECT)) else None
    if newest is None or not abs(now - newest[1]) <= WITHIN:
        return None
    return _bound(repository, controller, home, newest[0], now)


def after_drop(
    repository: Repository, controller: Controller, home: Home, now: datetime
) -> tuple[str, bytes, Message] | None:
    """Return what binds the file that was just dropped to what runs, if that changed lately.

    The first sight of a controller is no change of it.
    """
    first_and_change = 2
    changed = repository.history(home.folder(PLANT), limit=first_and_change)
    newest = newest_file(repository, home)
    if len(changed) < first_and_change or newest is None:
        return None
    if abs(now - changed[0].when) > WITHIN:
        return None
    return _bound(repository, controller, home, newest[0], now)


def _bound(
    repository: Repository, controller: Controller, home: Home, file: FileFacts, now: datetime
) -> tuple[str, bytes, Message] | None:
    running = repository.tree_of(home.folder(PLANT))
    if running is None:
        return None
    binding = Binding(file.name, file.sha256, running.sha256, now)
    text = Message(
        f"{printable(controller.title)}: project file {printable(file.name)} goes with what runs",
        "Both moved within a short time of each other. Nobody compared what they say.",
        (
            ("Class", "binding"),
            ("Controller", controller.id),
            ("Site", controller.site),
            ("Area", printable(home.area)),
            ("File-SHA256", file.sha256),
            ("Plant-Tree-SHA256", running.sha256),
        ),
    )
    return binding_path(home), render_binding(binding), text
