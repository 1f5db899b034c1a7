"""What people signed, as a site's writer knows it: read anew when `approved` moved.

When a commit was seen first is written into the signed history before anything is judged by it.
What was seen once stays: a branch that lost it was rewritten, and the last head seen goes on to
count. Belongs to the writer's thread.
"""

import logging
from collections.abc import Iterable, Mapping
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
class Look:
    """How `approved` stands, and what of it counts."""

    stands: Survey
    """The branch as it stands."""
    counts: Survey
    """The same; or, when it lost what was seen on it, the last head that was seen."""
    rewritten: str = ""
    """What it lost, in a sentence."""

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not hold, one sentence each."""
        return tuple(f"commit {commit}: {what}" for commit, what in self.stands.faults)


def look_at(repository: Repository, judging: Judging) -> Look:
    """Read the branch, for the daemon as for everybody who only looks. Raises StoreError."""
    head = refs.read(repository.git_dir, APPROVED)
    stands = survey(repository, judging)
    lost = judging.sighted.keys() - {commit.id for commit in stands.approvals.commits}
    if not lost:
        return Look(stands, stands)
    # Other roots in the configuration may have made a commit void that is still there.
    gone = lost - _held(repository, head)
    rewritten = f"approved was rewritten: {min(gone)} was seen in it and is gone" if gone else ""
    return Look(stands, survey(repository, judging, _last(repository, judging.sighted)), rewritten)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the branch found."""

    new: tuple[SignedCommit, ...] = ()
    """Commits that count and were not seen before, oldest first."""
    faults: tuple[str, ...] = ()
    """What does not hold, one sentence each."""
    rewritten: str = ""
    """What was seen and is gone, in a sentence."""


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
        self.approvals = Approvals()
        """As they were at the last look."""

    def load(self, repository: Repository) -> None:
        """Read what counts now. What is new in it is left for the first look."""
        found = look_at(repository, self._judging(self._known(repository)))
        self.approvals = found.counts.approvals

    def moved(self, repository: Repository) -> bool:
        """Tell whether it has to be looked at: it stands elsewhere, or that is not settled yet.

        Costs one read.
        """
        return not self._settled or refs.read(repository.git_dir, APPROVED) != self._head

    def look(self, repository: Repository) -> Seen:
        """Read the branch; what is new in it has to be `told` before it counts as seen."""
        known = self._known(repository)
        head = refs.read(repository.git_dir, APPROVED)
        found = look_at(repository, self._judging(known))
        self._head, self._settled = head, False
        self.approvals = found.counts.approvals
        if found.counts is not found.stands:
            return Seen((), found.faults, found.rewritten)
        new = tuple(one for one in found.counts.approvals.commits if one.id not in known)
        return Seen(new, found.faults)

    def settle(self) -> None:
        """Take in that nothing is left to do of what the last look found."""
        self._settled = True

    def sightings_of(
        self,
        new: Iterable[SignedCommit],
        noticed: Mapping[str, datetime],
        latest: datetime | None,
    ) -> dict[str, bytes]:
        """Return the files that say when these commits, oldest first, were seen first.

        That is when the branch was `noticed` to stand at one of them, or beyond it; else now. Never
        before `latest`, the last time of a change that is recorded: a clock that was set back would
        give leave to what had happened.
        """
        at = self._clock.now()
        found = {}
        for one in reversed(tuple(new)):
            at = min(at, noticed.get(one.id, at))
            seen = at if latest is None else max(at, latest)
            sighting = Sighting(one.id, seen, one.principal, one.subject)
            found[sighting_path(one.id)] = render_sighting(sighting)
        return found

    def told(self, repository: Repository) -> None:
        """Take in that sightings were committed: what they are about counts from now on."""
        self._sightings = None
        found = survey(repository, self._judging(self._known(repository)), self._head)
        self.approvals = found.approvals

    def _judging(self, known: dict[str, Sighting]) -> Judging:
        sighted = {name: one.at for name, one in known.items()}
        return Judging(self._anchor, self._daemon_keys, sighted, self._clock.now())

    def _known(self, repository: Repository) -> dict[str, Sighting]:
        if self._sightings is None:
            self._sightings = {one.commit: one for one in sightings(repository)}
        return self._sightings


def _last(repository: Repository, known: Mapping[str, datetime]) -> str:
    """Return the head that was seen last. Several commits may have been seen at once."""
    latest = max(known.values())
    at_once = (name for name, at in known.items() if at == latest)
    return max(at_once, key=lambda name: len(_held(repository, name)))


def _held(repository: Repository, head: str | None) -> frozenset[str]:
    """Return all commits of a branch, whether they count or not."""
    return frozenset(repository.objects.list_commits(head, "", None) if head else ())


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
