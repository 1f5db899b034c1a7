"""Changes as the signed history tells them. The index only makes it faster.

What the index has not taken in yet is read from git, so that a command never shows less than the
history holds, and needs no daemon.
"""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from ccontrol.canonical.records import parse_record
from ccontrol.cli.site_files import index_reader
from ccontrol.config.settings import Site
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.approval import Authorisation
from ccontrol.model.judgement import Origin, Severity
from ccontrol.poll.catching_up import indexed
from ccontrol.store.commits import Commit
from ccontrol.store.index import IndexReader
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.repository import Repository

EVERY = 10_000_000
"""A limit that no history reaches."""
_MOST_AT_ONCE = 512
_LEAST_OF_AN_ID = len("20261123-abcd")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes somebody asks for."""

    controllers: frozenset[str] = frozenset()
    """Empty: all."""
    since: datetime | None = None
    severity: Severity = Severity.INFO
    """The least."""
    origins: frozenset[Origin] = frozenset()
    """Empty: any."""
    authorisations: frozenset[Authorisation] = frozenset()
    """Empty: any, also none."""
    limit: int = 50

    def fits(self, change: IndexedChange) -> bool:
        """Say whether a change is one of them."""
        return (
            (not self.controllers or change.controller_id in self.controllers)
            and (self.since is None or change.taken_at >= self.since)
            and change.severity >= self.severity
            and (not self.origins or change.origin in self.origins)
            and (not self.authorisations or change.authorisation in self.authorisations)
        )


def changes_in(site: Site, wanted: Wanted) -> tuple[IndexedChange, ...]:
    """Return the changes of a site that are wanted, newest first."""
    return tuple(islice(filter(wanted.fits, _told(site, wanted)), wanted.limit))


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
    told = _told(site, Wanted(limit=EVERY))
    found = {change.change_id: change for change in told if change.change_id.startswith(name)}
    if len(found) > 1:
        raise UnknownNameError(f"more than one change begins with {name!r}", hint="Say more of it.")
    return next(iter(found.values()), None)


def change_of_commit(site: Site, commit: str) -> IndexedChange | None:
    """Return the change that a commit brought; `commit` is its id or the beginning of it.

    Raises UnknownNameError when more than one begins like that.
    """
    told = _told(site, Wanted(limit=EVERY))
    found = {change.commit: change for change in told if change.commit.startswith(commit)}
    if len(found) > 1:
        raise UnknownNameError(
            f"more than one commit begins with {commit!r}", hint="Say more of it."
        )
    return next(iter(found.values()), None)


def _told(site: Site, wanted: Wanted) -> Iterator[IndexedChange]:
    """Yield changes newest first, at least the wanted ones: from git what is new, else the index.

    Of a change that was judged anew the newest judgement is told, in the place of the change. An
    index whose head the history does not hold tells of another history: it is not believed.
    """
    judged: dict[str, IndexedChange] = {}
    with Repository.open(site.store.path) as repository, ExitStack() as stack:
        index = None
        with suppress(StoreError):  # none yet, or a broken one: git tells the same, only slower
            index = stack.enter_context(index_reader(site))
        head = "" if index is None else index.head
        for commit in _commits(repository):
            if commit.id == head and index is not None:
                yield from (_newest(judged, change) for change in _indexed(index, wanted))
                return
            later = _brought(repository, commit, "Judgement")
            if later is not None:
                judged.setdefault(later.change_id, later)
            change = _brought(repository, commit, "Record")
            if change is not None:
                yield _newest(judged, change)


def _newest(judged: dict[str, IndexedChange], change: IndexedChange) -> IndexedChange:
    """Return a change as it was judged last, by the commits after it."""
    later = judged.get(change.change_id)
    return change if later is None else replace(later, commit=change.commit)


def _indexed(index: IndexReader, wanted: Wanted) -> tuple[IndexedChange, ...]:
    alone = next(iter(wanted.controllers)) if len(wanted.controllers) == 1 else None
    judged = wanted.severity is not Severity.INFO or wanted.origins or wanted.authorisations
    exact = not judged and (alone or not wanted.controllers)
    return index.changes(alone, wanted.since, wanted.limit if exact else EVERY)


def _commits(repository: Repository) -> Iterator[Commit]:
    """Yield every commit, newest first, in steps that grow: mostly the first one is enough."""
    start, step = repository.head(), 1
    while start is not None:
        commits = repository.history(limit=step, start=start)
        yield from commits
        start = commits[-1].parents[0] if commits and commits[-1].parents else None
        step = min(step * 8, _MOST_AT_ONCE)


def _brought(repository: Repository, commit: Commit, trailer: str) -> IndexedChange | None:
    """Return the change whose record a trailer of a commit names; None where it names none."""
    path = commit.trailer(trailer)
    if path is None:
        return None
    content = repository.read(path, commit.id).get(path)
    if content is None:
        raise StoreError(f"{commit.id} names the record {path} and does not hold it")
    return indexed(parse_record(content), commit.id)
