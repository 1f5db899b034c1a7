"""What `ccontrol verify` says of `approved`: by pinned roots, or by those that it names itself.

The second proves only that the branch agrees with itself: whoever can write it chose the roots.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.canonical.home import homes
from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.people import PEOPLE, parse_people
from ccontrol.cli.output import Tone, say
from ccontrol.errors import StoreError, StoreTamperedError, UnreadableStateError
from ccontrol.model.approval import Anchor, Approvals
from ccontrol.poll.authority import sighted_at
from ccontrol.store import refs, sshwire
from ccontrol.store.approved import Judging, Survey, survey
from ccontrol.store.baseline import held
from ccontrol.store.key_history import KeySpan, spans_of
from ccontrol.store.layout import APPROVED
from ccontrol.store.people import key_of
from ccontrol.store.repository import Repository
from ccontrol.store.verify import Fault
from ccontrol.store.verify_commit import Trust


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A controller of which `approved` and `observed` are in two forms."""

    controller_id: str
    by: str
    differs: int
    """So many files differ after the upgrade; none: it is in baseline."""


@dataclass(frozen=True, slots=True)
class CheckedBranch:
    """What was found on the branch."""

    faults: tuple[Fault, ...]
    commits: int
    """So many count."""
    pinned: bool
    """Whether its roots were named from outside."""
    roots: tuple[str, ...]
    """Fingerprints of the root keys by which it was judged."""
    threshold: int
    people: tuple[str, ...] = ()
    """Who may sign at its end, and as what."""
    upgraded: tuple[Upgraded, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found on the branch, and what people who count say there of the daemon's keys."""

    branch: CheckedBranch | None = None
    """None: there is no such branch."""
    spans: tuple[KeySpan, ...] = ()
    """None where no root was named from outside: whoever writes the branch chose its own."""


def check_approved(store: Path, trust: Trust, anchor: Anchor | None, now: datetime) -> Checked:
    """Return what is found on `approved`; what cannot be read of it is a fault like others."""
    pinned = anchor is not None
    try:
        with Repository.open(store) as repository:
            seen = sighted_at(repository)
            if refs.read(repository.git_dir, APPROVED) is None and anchor is None and not seen:
                return Checked()
            judged_by = anchor or _named_by_itself(repository)
            keys = frozenset(trust.signers.keys)
            read = survey(repository, Judging(judged_by, keys, seen, now))
            found = CheckedBranch(
                tuple(_faults(read, seen)),
                len(read.approvals.commits),
                pinned=pinned,
                roots=tuple(sshwire.fingerprint(key_of(line)) for line in judged_by.roots),
                threshold=judged_by.threshold,
                people=tuple(_people(read.approvals)),
                upgraded=tuple(_upgraded(repository, read.trusted)) if read.trusted else (),
            )
            return Checked(found, spans_of(read.approvals.people) if pinned else ())
    except (StoreError, UnreadableStateError) as error:
        fault = Fault(None, f"approved: {error}")
        return Checked(CheckedBranch((fault,), 0, pinned=pinned, roots=(), threshold=0))


def tell_approved(approved: CheckedBranch | None) -> None:
    """Say what was checked of the branch, and by whose keys; faults are told elsewhere."""
    if approved is None:
        say("  approved: there is no such branch, and nothing of it was checked")
        return
    if not approved.pinned:
        say(
            "  approved: not checked against pinned roots; checked against the people it names"
            " itself",
            Tone.CAUTION,
        )
        for root in approved.roots:
            say(f"    root {root} (threshold {approved.threshold})")
        for person in approved.people:
            say(f"    {person}")
    say(f"  {approved.commits:,} commits on approved count")
    for one in approved.upgraded:
        stands = f"drift: {one.differs} files differ" if one.differs else "in baseline"
        say(f"  {one.controller_id}: {stands} (by {one.by})")


def _faults(read: Survey, seen: Collection[str]) -> Iterator[Fault]:
    yield from (Fault(commit, what) for commit, what in read.faults)
    there = {commit.id for commit in read.approvals.commits}
    for commit in sorted(set(seen) - there) if not read.faults else ():
        yield Fault(commit, "it was seen on approved and is gone from it")


def _named_by_itself(repository: Repository) -> Anchor:
    """Return the roots of the branch's first version of who may sign.

    Raises StoreError, UnreadableStateError.
    """
    head = refs.read(repository.git_dir, APPROVED)
    if head is None:
        raise StoreTamperedError("approved is gone, and the daemon had seen commits on it")
    first = repository.objects.list_commits(head, "", None)[-1]
    content = repository.read(PEOPLE, first).get(PEOPLE)
    if content is None:
        raise UnreadableStateError(f"approved begins without {PEOPLE}: nobody says who may sign")
    people = parse_people(content)
    return Anchor(people.roots, people.threshold)


def _people(approvals: Approvals) -> Iterator[str]:
    for person in approvals.people.persons if approvals.people else ():
        roles = ", ".join(sorted(role.value for role in person.roles))
        for key in person.keys:
            name = sshwire.fingerprint(key_of(key.line))
            yield f"{person.principal} ({roles or 'no role'}) {name}"


def _upgraded(repository: Repository, approved: str) -> Iterator[Upgraded]:
    """Yield the controllers that can only be compared once what was approved is upgraded."""
    head = repository.head()
    for home, _family in homes(repository, approved) if head else ():
        found = held(repository, home.folder(PLANT), approved, head or "")
        if found is not None and found.by is not None:
            yield Upgraded(home.controller_id, found.by.words, found.differs)
