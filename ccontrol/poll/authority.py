"""What people signed, as a site's writer knows it: read anew when `approved` moved.

When a commit was seen first is written into the signed history before anything is judged by it.
What was seen once stays: a branch that lost it was rewritten, and the last head seen goes on to
count. Belongs to the writer's thread.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from ccontrol.canonical.approvals import (
    SIGHTINGS,
    parse_sighting,
    render_sighting,
    sighting_path,
)
from ccontrol.clock import Clock
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import Anchor, Approvals, Sighting, SignedCommit
from ccontrol.store import refs
from ccontrol.store.approved import Judging, Survey, survey
from ccontrol.store.layout import APPROVED
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the branch found."""

    new: tuple[SignedCommit, ...] = ()
    """Commits that count and were not seen before, oldest first."""
    faults: tuple[str, ...] = ()
    """What does not hold, one sentence each."""


class Authority:
    """The approvals of one site."""

    def __init__(self, anchor: Anchor, daemon_keys: Iterable[bytes], clock: Clock) -> None:
        self._anchor = anchor
        self._daemon_keys = frozenset(daemon_keys)
        self._clock = clock
        self._sightings: dict[str, Sighting] | None = None
        self._head: str | None = None
        self._settled = False
        """Whether all was done that the last look led to."""
        self._faults: tuple[str, ...] = ()
        self.approvals = Approvals()
        """As they were at the last look."""

    def load(self, repository: Repository) -> None:
        """Read what counts now. What is new in it is left for the first look."""
        self.approvals = self.survey(repository).approvals

    def moved(self, repository: Repository) -> bool:
        """Tell whether it has to be looked at: it stands elsewhere, or that is not settled yet.

        Costs one read.
        """
        return not self._settled or refs.read(repository.git_dir, APPROVED) != self._head

    def look(self, repository: Repository) -> Seen:
        """Read the branch; what is new in it has to be `told` before it counts as seen.

        A fault that was found at the look before is not returned again.
        """
        known = self._known(repository)
        head = refs.read(repository.git_dir, APPROVED)
        found = survey(repository, self._judging(known))
        faults = [f"commit {commit}: {what}" for commit, what in found.faults]
        counts = {commit.id for commit in found.approvals.commits}
        if lost := known.keys() - counts:
            faults.append(f"approved was rewritten: {min(lost)} was seen in it and is gone")
            found = survey(repository, self._judging(known), _last(repository, known.values()))
        self._head, self._settled = head, False
        self.approvals = found.approvals
        news = tuple(fault for fault in faults if fault not in self._faults)
        self._faults = tuple(faults)
        if lost:
            return Seen((), news)
        new = tuple(one for one in found.approvals.commits if one.id not in known)
        return Seen(new, news)

    def settle(self) -> None:
        """Take in that nothing is left to do of what the last look found."""
        self._settled = True

    def sightings_of(
        self, new: Iterable[SignedCommit], latest: datetime | None
    ) -> dict[str, bytes]:
        """Return the files that say when these commits were seen first: now.

        Never before `latest`, the last time of a change that is recorded: a clock that was set back
        would give leave to what had happened.
        """
        now = self._clock.now() if latest is None else max(self._clock.now(), latest)
        sightings = [Sighting(one.id, now, one.principal, one.subject) for one in new]
        return {sighting_path(one.commit): render_sighting(one) for one in sightings}

    def told(self, repository: Repository) -> None:
        """Take in that sightings were committed: what they are about counts from now on."""
        self._sightings = None
        found = survey(repository, self._judging(self._known(repository)), self._head)
        self.approvals = found.approvals

    def survey(self, repository: Repository) -> Survey:
        """Read the branch as it stands, for whoever only looks."""
        return survey(repository, self._judging(self._known(repository)))

    def _judging(self, known: dict[str, Sighting]) -> Judging:
        sighted = {name: one.at for name, one in known.items()}
        return Judging(self._anchor, self._daemon_keys, sighted, self._clock.now())

    def _known(self, repository: Repository) -> dict[str, Sighting]:
        if self._sightings is None:
            self._sightings = {one.commit: one for one in sightings(repository)}
        return self._sightings


def _last(repository: Repository, known: Collection[Sighting]) -> str:
    """Return the head that was seen last. Several commits may have been seen at once."""
    latest = max(one.at for one in known)
    at_once = (one.commit for one in known if one.at == latest)
    return max(at_once, key=lambda name: len(repository.objects.list_commits(name, "", None)))


def sightings(repository: Repository, commit: str | None = None) -> tuple[Sighting, ...]:
    """Return when each commit of `approved` was seen first, by the history up to a commit."""
    found = []
    for path, content in repository.read(SIGHTINGS, commit).items():
        try:
            found.append(parse_sighting(content))
        except UnreadableStateError as error:
            _log.error("a sighting cannot be read path=%s: %s", path, error)
    return tuple(found)


def sighted_at(repository: Repository, commit: str | None = None) -> dict[str, datetime]:
    """Return the times of the sightings by commit, by the history up to one of its own."""
    return {one.commit: one.at for one in sightings(repository, commit)}


def sighting_message(site: str, new: tuple[SignedCommit, ...]) -> Message:
    """Return the text of the commit that says what was seen on `approved`."""
    lines = "\n".join(f"{one.id} by {one.principal}: {one.subject}" for one in new[:50])
    count = len(new)
    what = "1 commit" if count == 1 else f"{count} commits"
    return Message(
        f"{what} of people on approved seen first",
        lines,
        (("Class", "sighting"), ("Site", site), ("Approved-Head", new[-1].id)),
    )
