"""Changes as the signed history tells them. The index only makes it faster.

What the index has not taken in yet is read from git, so that a command never shows less than the
history holds, and needs no daemon.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ccontrol.canonical.records import parse_record
from ccontrol.cli.site_files import index_reader
from ccontrol.config.settings import Site
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.judgement import Severity
from ccontrol.poll.catching_up import indexed
from ccontrol.store.commits import Commit
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.repository import Repository

_STEP = 200
_LEAST_OF_AN_ID = len("20261123-abcd")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes somebody asks for."""

    controllers: frozenset[str] = frozenset()
    """Empty: all."""
    since: datetime | None = None
    severity: Severity = Severity.INFO
    """The least."""
    limit: int = 50

    def fits(self, change: IndexedChange) -> bool:
        """Say whether a change is one of them."""
        return (
            (not self.controllers or change.controller_id in self.controllers)
            and (self.since is None or change.taken_at >= self.since)
            and change.severity >= self.severity
        )


def changes_in(site: Site, wanted: Wanted) -> tuple[IndexedChange, ...]:
    """Return the changes of a site that are wanted, newest first."""
    found: list[IndexedChange] = []
    for change in every_change(site):
        if len(found) == wanted.limit:
            break
        if wanted.fits(change):
            found.append(change)
    return tuple(found)


def last_change(site: Site, controller_id: str) -> IndexedChange:
    """Return the newest change of a controller. Raises UnknownNameError when there is none."""
    for change in changes_in(site, Wanted(frozenset({controller_id}), limit=1)):
        return change
    raise UnknownNameError(
        f"the history of {site.name} holds no change of {controller_id!r} yet",
        hint="`ccontrol status` shows whether it was polled, and what came of it.",
    )


def change_named(site: Site, name: str) -> IndexedChange | None:
    """Return the change of that id, or of those first characters of it; None when there is none.

    Raises UnknownNameError when more than one begins like that.
    """
    if len(name) < _LEAST_OF_AN_ID:
        return None
    found = [change for change in every_change(site) if change.change_id.startswith(name)]
    if len({change.change_id for change in found}) > 1:
        raise UnknownNameError(f"more than one change begins with {name!r}", hint="Say more of it.")
    return found[0] if found else None


def every_change(site: Site) -> Iterator[IndexedChange]:
    """Yield each change once, newest first."""
    known: dict[str, IndexedChange] = {}
    up_to = ""
    # Without an index, or with one that is broken, git tells the same, only slower.
    with suppress(StoreError), index_reader(site) as index:
        known = {change.change_id: change for change in index.changes(limit=_ALL)}
        up_to = index.head
    with Repository.open(site.store.path) as repository:
        for change in _from_git(repository, up_to):
            yield known.pop(change.change_id, change)
        yield from known.values()


_ALL = 10_000_000


def _from_git(repository: Repository, up_to: str) -> Iterator[IndexedChange]:
    """Yield the changes whose commits came after `up_to`, newest first."""
    start = repository.head()
    while start is not None:
        commits = repository.history(limit=_STEP, start=start)
        for commit in commits:
            if commit.id == up_to:
                return
            change = _change_of(repository, commit)
            if change is not None:
                yield change
        start = commits[-1].parents[0] if commits and commits[-1].parents else None


def _change_of(repository: Repository, commit: Commit) -> IndexedChange | None:
    """Return the change that a commit brought; None for a commit of another class."""
    path = commit.trailer("Record")
    if path is None:
        return None
    content = repository.read(path, commit.id).get(path)
    if content is None:
        raise StoreError(f"{commit.id} names the record {path} and does not hold it")
    return indexed(parse_record(content), commit.id)
