"""From a change to whether it was authorised: what it left in `plant/`, held against `approved`.

What follows from that is the core's (`approval`); which commits count is the store's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ccontrol.approval.authorise import authorise
from ccontrol.approval.case import Case
from ccontrol.approval.windows import is_about
from ccontrol.canonical.bindings import WITHIN, Stored
from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, Home
from ccontrol.model.approval import Approvals, SignedCommit
from ccontrol.model.record import Record
from ccontrol.poll.authority import Authority
from ccontrol.poll.binding import standing_of
from ccontrol.poll.circumstances import circumstances
from ccontrol.poll.past_changes import moves_firmware, moves_what_runs
from ccontrol.poll.window_uses import uses_of
from ccontrol.store.approved import changed_files
from ccontrol.store.baseline import brought_up
from ccontrol.store.index import IndexReader
from ccontrol.store.objects import blob_ids
from ccontrol.store.repository import Repository

Left = Mapping[str, bytes | None]
"""Path below `plant/` → id (SHA-1) of what a change left there; None: it took it away."""


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Which commits of `approved` hold what a change left."""

    restored: SignedCommit | None
    """By which it was approved before it happened."""
    accepted: SignedCommit | None
    """Which took it over first, afterwards."""
    newest: SignedCommit | None
    """Which took it over last; None: it stands otherwise there since."""


def left_by(repository: Repository, home: Home, commit: str) -> Left:
    """Return what a commit of `observed` changed below a controller's `plant/`."""
    folder = home.folder(PLANT)
    parent = next(iter(repository.commit(commit).parents), None)
    before = repository.entry(folder, parent) if parent else None
    paths = changed_files(repository, before, repository.entry(folder, commit), folder)
    found = {path: repository.entry(path, commit) for path in paths}
    return {path: None if entry is None else entry.sha1 for path, entry in found.items()}


def left_in(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Left:
    """Return the same of a change that is not committed yet, by the files of both sides."""
    names = (path for path in {*before, *after} if path.startswith(f"{PLANT}/"))
    pairs = ((path, before.get(path), after.get(path)) for path in names)
    return {
        path: None if new is None else blob_ids(new).sha1 for path, old, new in pairs if old != new
    }


def judged_by_people(
    repository: Repository, index: IndexReader, authority: Authority, record: Record, left: Left
) -> Record:
    """Return the record with whether the change was authorised, by what people signed so far.

    The rules are asked afterwards: they may speak of windows. Raises StoreError.
    """
    approvals, span = authority.approvals, (record.previous_at, _closed(record))
    known = circumstances(record.attribution, span, ())
    lineage = _lineage(repository, approvals, left, known.since)
    counted = {
        one.window.id
        for one in approvals.windows
        if one.window.changes_at_most and is_about(one.window, record.controller_id)
    }
    files, dropped = _files(repository, approvals, record)
    found = authorise(
        Case(
            record=record,
            since=known.since,
            until=known.until or _closed(record),
            approvals=approvals,
            restored=lineage.restored,
            accepted=lineage.accepted,
            accepted_last=lineage.newest,
            files=files,
            dropped=dropped,
            uses=uses_of(repository, index, approvals, counted, but=record.change_id),
        )
    )
    by = found.by if found else ""
    return replace(record, verdict=replace(record.verdict, authorised=found, authorised_by=by))


def expects_files(approvals: Approvals, controller_id: str) -> bool:
    """Tell whether a change window of a controller names files that are to be loaded."""
    return any(
        one.window.files and is_about(one.window, controller_id) for one in approvals.windows
    )


def _files(
    repository: Repository, approvals: Approvals, record: Record
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the SHA-256 of the files that go with a change, and of all that were dropped.

    Those go with it that are bound to it, and those that were dropped so near to it that they
    belong to one piece of work: firmware to a change of firmware, others to one of what runs.
    """
    if not expects_files(approvals, record.controller_id):
        return frozenset(), frozenset()
    standing = standing_of(repository, home_of(repository, record.controller_id, record.area))
    binding, bound = standing.binding, frozenset[str]()
    if binding is not None and binding.change.change_id == record.change_id:
        bound = frozenset(one.sha256 for one in binding.files)
    near = {one.file.sha256 for one in standing.stored if _goes_with(one, record)}
    return bound | near, bound | {one.file.sha256 for one in standing.stored}


def _goes_with(one: Stored, record: Record) -> bool:
    if one.contradicts or abs(one.taken_at - record.taken_at) > WITHIN:
        return False
    moves = moves_firmware if one.is_firmware else moves_what_runs
    return moves(record.changes)


def _closed(record: Record) -> datetime:
    return record.not_after or record.taken_at


def _lineage(
    repository: Repository, approvals: Approvals, left: Left, since: datetime | None
) -> _Lineage:
    restored: SignedCommit | None = None
    accepted: SignedCommit | None = None
    newest: SignedCommit | None = None
    for commit in approvals.commits if left else ():
        if left.keys().isdisjoint(commit.paths):
            continue
        agrees = _agrees(repository, left, commit.id)
        if since is not None and commit.seen_at is not None and commit.seen_at <= since:
            restored = commit if agrees else None
            continue
        accepted = accepted or (commit if agrees else None)
        newest = commit if agrees else None
    return _Lineage(restored, accepted, newest)


def _agrees(repository: Repository, left: Left, commit: str) -> bool:
    """Tell whether a commit of `approved` holds what a change left, in whatever form it does."""
    if all(_id(repository, path, commit) == name for path, name in left.items()):
        return True
    head = repository.head()
    folder = "/".join(next(iter(left)).split("/")[:3])
    newer = brought_up(repository, folder, commit, head) if head else None
    return newer is not None and all(newer.ids.get(path) == name for path, name in left.items())


def _id(repository: Repository, path: str, commit: str) -> bytes | None:
    entry = repository.entry(path, commit)
    return None if entry is None else entry.sha1
