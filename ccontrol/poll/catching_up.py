"""Feeding the index with what the history holds and it does not know yet.

After a crash that is one commit; after the index was lost, everything.
"""

from collections.abc import Iterator

from ccontrol.canonical.records import parse_record
from ccontrol.errors import StoreError
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.pipeline import indexed
from ccontrol.store.commits import Commit
from ccontrol.store.index import Index
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.journal import Journal
from ccontrol.store.repository import Repository

NEAR = 50
"""So many commits are looked through for the index's head before it is rebuilt."""


def catch_up(index: Index, repository: Repository, journal: Journal) -> None:
    """Bring an index up to the head of the history."""
    head = repository.head()
    if head is None or (index.head == head and not index.fresh_because):
        return
    missing = None if index.fresh_because else _missing(index.head, repository)
    if missing is None:
        changes = (_change(commit, repository) for commit in reversed(repository.history()))
        index.rebuild(filter(None, changes), _entries(journal), head)
        return
    for commit in missing:
        change = _change(commit, repository)
        if change is not None:
            index.add_change(change)
    index.set_head(head)


def _missing(known: str, repository: Repository) -> tuple[Commit, ...] | None:
    """Return the commits after a known one, oldest first; None when it is not near."""
    recent = repository.history(limit=NEAR)
    for position, commit in enumerate(recent):
        if commit.id == known:
            return tuple(reversed(recent[:position]))
    return None


def _change(commit: Commit, repository: Repository) -> IndexedChange | None:
    path = commit.trailer("Record")
    if path is None:
        return None  # a folded day, or the first commit
    content = repository.read(path, commit.id).get(path)
    if content is None:
        raise StoreError(f"{commit.id} names the record {path} and does not hold it")
    return indexed(parse_record(content), commit.id)


def _entries(journal: Journal) -> Iterator[JournalEntry]:
    for day in journal.days():
        yield from journal.read(day)
