"""How many changes used a change window, by what the history says of them. Judges nothing."""

from collections.abc import Collection, Iterator
from datetime import datetime

from ccontrol.canonical.records import folder_of, parse_record
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import Approvals, Authorisation
from ccontrol.store.index import IndexReader
from ccontrol.store.repository import Repository

_ALLOWED = frozenset(
    {Authorisation.AUTHORISED, Authorisation.EMERGENCY, Authorisation.ACCEPTED_AFTERWARDS}
)
_LISTED = 10_000


def uses_of(
    repository: Repository,
    index: IndexReader,
    approvals: Approvals,
    windows: Collection[str],
    *,
    but: str = "",
) -> dict[str, int]:
    """Return how many changes each of these windows allowed, one change aside.

    A change that cannot be read used none. Raises StoreError.
    """
    begins = [one.window.since for one in approvals.windows if one.window.id in windows]
    counted = dict.fromkeys(windows, 0)
    if begins:
        for window in _allowing(repository, index, min(begins), but):
            if window in counted:
                counted[window] += 1
    return counted


def _allowing(
    repository: Repository, index: IndexReader, since: datetime, but: str
) -> Iterator[str]:
    for change in index.changes(since=since, limit=_LISTED, authorisations=_ALLOWED):
        files = repository.read(folder_of(change.change_id)) if change.change_id != but else {}
        try:
            found = parse_record(files[max(files)]).verdict.authorised if files else None
        except UnreadableStateError:
            continue
        if found is not None and found.window and found.word in _ALLOWED:
            yield found.window
