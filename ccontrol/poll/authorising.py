"""From a change to whether it was authorised: what it left in `plant/`, held against `approved`.

What follows from that is the core's (`approval`); which commits count is the store's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ccontrol.approval.authorise import authorise
from ccontrol.approval.case import Case
from ccontrol.approval.windows import is_about
from ccontrol.canonical.layout import PLANT, Home
from ccontrol.model.approval import Approvals, Authorised, SignedCommit
from ccontrol.model.record import Record
from ccontrol.poll.circumstances import circumstances
from ccontrol.store.approved import changed_files
from ccontrol.store.objects import blob_ids
from ccontrol.store.repository import Repository

Left = Mapping[str, bytes | None]
"""Path below `plant/` → id (SHA-1) of what a change left there; None: it took it away."""


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


def authorised(
    repository: Repository,
    approvals: Approvals,
    record: Record,
    left: Left,
    *,
    uses: Mapping[str, int],
    files: Iterable[str] = (),
) -> Authorised | None:
    """Return whether a change was authorised; None when nothing of it can be approved."""
    span = record.previous_at, record.not_after or record.taken_at
    known = circumstances(record.attribution, span, ())
    restored, accepted = _lineage(repository, approvals, left, known.since)
    return authorise(
        Case(
            record=record,
            since=known.since,
            until=known.until or record.taken_at,
            approvals=approvals,
            restored=restored,
            accepted=accepted,
            uses=uses,
            files=frozenset(files),
        )
    )


def with_authorisation(record: Record, found: Authorised | None) -> Record:
    """Return the record with it; the rules are asked afterwards, they may speak of windows."""
    by = found.by if found else ""
    return replace(record, verdict=replace(record.verdict, authorised=found, authorised_by=by))


def windows_that_count(approvals: Approvals, controller_id: str) -> frozenset[str]:
    """Return the ids of the windows of a controller whose uses are counted."""
    return frozenset(
        one.window.id
        for one in approvals.windows
        if one.window.changes_at_most and is_about(one.window, controller_id)
    )


def _lineage(
    repository: Repository, approvals: Approvals, left: Left, since: datetime | None
) -> tuple[SignedCommit | None, SignedCommit | None]:
    """Return which commit had approved what a change left, and which took it over afterwards."""
    restored: SignedCommit | None = None
    accepted: SignedCommit | None = None
    for commit in approvals.commits if left else ():
        if left.keys().isdisjoint(commit.paths):
            continue
        agrees = all(_id(repository, path, commit.id) == name for path, name in left.items())
        if since is not None and commit.seen_at is not None and commit.seen_at <= since:
            restored = commit if agrees else None
        elif agrees and accepted is None:
            accepted = commit
    return restored, accepted


def _id(repository: Repository, path: str, commit: str) -> bytes | None:
    entry = repository.entry(path, commit)
    return None if entry is None else entry.sha1
