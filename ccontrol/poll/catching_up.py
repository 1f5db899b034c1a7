"""Feeding the index with what the history holds and it does not know yet, and asking either.

After a crash that is one commit; after the index was lost, everything. The history is the truth: an
index that fails is told of, and nothing waits for it.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from ccontrol.canonical.message import message
from ccontrol.canonical.records import parse_record
from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.model.journal import JournalEntry
from ccontrol.model.record import Record
from ccontrol.store.commits import Commit
from ccontrol.store.index import Index
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.journal import Journal
from ccontrol.store.repository import Repository

NEAR = 50
"""So many commits are looked through for the index's head before it is rebuilt."""

_log = logging.getLogger(__name__)


def catch_up(index: Index, repository: Repository, journal: Journal) -> None:
    """Bring an index up to the head of the history."""
    head = repository.head()
    if head is None or (index.head == head and not index.fresh_because):
        return
    missing = None if index.fresh_because else _missing(index.head, repository)
    if missing is None:
        changes = (_change(commit, repository) for commit in reversed(repository.history()))
        index.rebuild(filter(None, changes), _entries(journal), head)
    else:
        _feed(index, missing, repository)


class Told:
    """What the history tells of one controller's last change: by the index, or without it."""

    def __init__(self, index: Index, repository: Repository) -> None:
        self._index = index
        self._repository = repository

    def catch_up(self, commit_id: str = "", record: Record | None = None) -> None:
        """Tell the index of new commits; one that is far behind is rebuilt at the next start.

        `record` is that of one commit, which then need not be read again.
        """
        try:
            missing = _missing(self._index.head, self._repository)
            if missing is None:
                _log.warning("the index is far behind; it is rebuilt at the next start")
                return
            for commit in missing:
                change = (
                    indexed(record, commit_id)
                    if record is not None and commit.id == commit_id
                    else _change(commit, self._repository)
                )
                _add(self._index, commit, change)
        except StoreError as error:
            _log.warning("the index was not told of a commit, the history has it: %s", error)

    def last_change_of(self, controller_id: str) -> str:
        """Return the id of a controller's last change; "" when there was none."""
        known = self._indexed(controller_id)
        if known is not None:
            return known.change_id
        for commit in back_from(self._repository.head(), self._repository):
            if commit.trailer("Controller") == controller_id and commit.trailer("Record"):
                return commit.trailer("Change-Id") or ""
        return ""

    def record_of(self, controller_id: str, taken_at: datetime) -> tuple[Record, str] | None:
        """Return the record and commit of a poll that is in the history already.

        A crash between a commit and its acknowledgement brings the same poll once more.
        """
        known = self._indexed(controller_id)
        named = known.commit if known and known.taken_at == taken_at else None
        for commit_id in filter(None, (named, self._repository.head())):
            commit = self._repository.commit(commit_id)
            if commit.trailer("Controller") != controller_id:
                continue
            record = record_in(commit, self._repository)
            if record is not None and record.taken_at == taken_at:
                return record, commit_id
        return None

    def _indexed(self, controller_id: str) -> IndexedChange | None:
        """Return what the index says of it, if it knows all of the history."""
        try:
            if self._index.head != (self._repository.head() or ""):
                return None
            return self._index.last_change(controller_id)
        except StoreError:
            return None  # the history is asked instead; catch_up tells of the index


def indexed(record: Record, commit: str) -> IndexedChange:
    """Return the row of a record for the index."""
    return IndexedChange(
        change_id=record.change_id,
        controller_id=record.controller_id,
        commit=commit,
        taken_at=record.taken_at,
        severity=record.verdict.severity,
        subject=message(record).subject,
        aspects=record.changes.aspects,
        origin=record.attribution.origin,
        previous=record.previous_change,
        confidence=record.attribution.confidence,
        authorisation=record.verdict.authorised.word if record.verdict.authorised else None,
    )


def _feed(index: Index, commits: tuple[Commit, ...], repository: Repository) -> None:
    for commit in commits:
        _add(index, commit, _change(commit, repository))


def _add(index: Index, commit: Commit, change: IndexedChange | None) -> None:
    if change is None:
        index.set_head(commit.id)
    else:
        index.add_change(change)


def _missing(known: str, repository: Repository) -> tuple[Commit, ...] | None:
    """Return the commits after a known one, oldest first; None when it is not near."""
    found: list[Commit] = []
    for commit in back_from(repository.head(), repository):
        if commit.id == known:
            return tuple(reversed(found))
        found.append(commit)
        if len(found) > NEAR:
            return None
    return None if known else tuple(reversed(found))


def back_from(start: str | None, repository: Repository) -> Iterator[Commit]:
    """Yield commits from one back to the first."""
    while start is not None:
        commit = repository.commit(start)
        yield commit
        start = next(iter(commit.parents), None)


def _change(commit: Commit, repository: Repository) -> IndexedChange | None:
    try:
        record = record_in(commit, repository, "Record", "Judgement")
    except UnreadableStateError as error:  # the others' changes are still to be found
        _log.error("a change is missing from the index commit=%s: %s", commit.id, error)
        return None
    return None if record is None else indexed(record, commit.id)


def record_in(commit: Commit, repository: Repository, *trailers: str) -> Record | None:
    """Return the record that a commit brought; None for one of another class.

    `trailers` are those that name it: of a change, unless it is said that a later judgement of one
    is meant as well.
    Raises UnreadableStateError when it names one that is not there or cannot be understood.
    """
    names = trailers or ("Record",)
    path = next(filter(None, map(commit.trailer, names)), None)
    if path is None:
        return None  # a folded day, files written anew, or the first commit
    content = repository.read(path, commit.id).get(path)
    if content is None:
        raise UnreadableStateError(f"{commit.id} names the record {path} and does not hold it")
    return parse_record(content)


def _entries(journal: Journal) -> Iterator[JournalEntry]:
    for day in journal.days():
        yield from journal.read(day)
