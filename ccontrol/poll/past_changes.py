"""What the history says of a controller's last change of one sort. Reads, and judges nothing."""

from collections.abc import Callable
from datetime import datetime

from ccontrol.canonical.layout import PLANT, Home
from ccontrol.canonical.records import folder_of, parse_record
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet, Kind
from ccontrol.model.record import Record
from ccontrol.store.commits import Commit
from ccontrol.store.repository import Repository

_RUNNING = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION, Aspect.HARDWARE, Aspect.INVENTORY})
_FACTS = frozenset({Kind.ADDED, Kind.REMOVED, Kind.CHANGED})
_LOOKED_AT = 100
"""So many commits of a controller are looked through."""


def moves_what_runs(changes: ChangeSet) -> bool:
    """Tell whether changes are such that a project file may be the reason for them."""
    return not changes.first and any(
        change.aspect in _RUNNING and change.kind in _FACTS for change in changes.changes
    )


def moves_firmware(changes: ChangeSet) -> bool:
    """Tell whether changes are such that a firmware package may be the reason for them."""
    return not changes.first and any(
        change.aspect is Aspect.FIRMWARE and change.kind in _FACTS for change in changes.changes
    )


def last_change(
    repository: Repository, home: Home, oldest: datetime, wanted: Callable[[ChangeSet], bool]
) -> tuple[Commit, Record] | None:
    """Return the last change of a sort, with the commit that told it; None when it is older.

    Raises StoreError, UnreadableStateError for a record that cannot be understood.
    """
    for commit in repository.history(home.folder(PLANT), limit=_LOOKED_AT):
        if commit.when < oldest:
            return None
        path = commit.trailer("Record")
        content = repository.read(path, commit.id).get(path) if path else None
        record = parse_record(content) if content is not None else None
        if record is not None and wanted(record.changes):
            return commit, record
    return None


def newest_judgement(repository: Repository, change_id: str) -> Record | None:
    """Return the last judgement of a change; None where the history holds none.

    Raises StoreError, UnreadableStateError for a record that cannot be understood.
    """
    files = repository.read(folder_of(change_id))
    return parse_record(files[max(files)]) if files else None
