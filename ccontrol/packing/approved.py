"""What people signed on `approved`, with whose signature each thing bears.

All of it is listed, also what does not count: an auditor sees why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ccontrol.canonical import approvals
from ccontrol.canonical.attestations import is_attestation, parse_attestation
from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.people import PEOPLE, parse_people
from ccontrol.errors import UnreadableStateError
from ccontrol.evidence.facts import Approval, Attested, Decided, Signed
from ccontrol.model.approval import ChangeWindow
from ccontrol.packing.signatures import Signatures
from ccontrol.store.commits import Commit
from ccontrol.store.objects import Entry
from ccontrol.store.repository import Repository

_WINDOWS, _DECISIONS, _ATTESTATIONS = (
    f"{folder}/" for folder in (approvals.WINDOWS, approvals.DECISIONS, approvals.ATTESTATIONS)
)
_STEP = 512


@dataclass(slots=True)
class Approved:
    """Everything on the branch, oldest first."""

    approvals: list[Approval] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    attested: list[Attested] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def read_approved(
    repository: Repository,
    head: str,
    signatures: Signatures,
    owners: Mapping[str, str],
) -> Approved:
    """Return what stands on the branch up to a commit; `owners` maps folders to controllers."""
    found = Approved()
    for commit in reversed(tuple(_commits(repository, head))):
        signed = signatures(commit)
        trees: dict[str, str] = {}
        names_people = False
        for path, entry in _news(repository, commit):
            folder = "/".join(path.split("/")[:3])
            if path.startswith(f"{PLANT}/") and folder in owners:
                whole = repository.entry(folder, commit.id)
                trees[owners[folder]] = "" if whole is None else whole.sha1.hex()
            elif path.startswith((_WINDOWS, _DECISIONS, _ATTESTATIONS)):
                content = repository.objects.content(entry.sha1, "blob")
                _take(found, path, content, signed)
            names_people |= path == PEOPLE
        if names_people:
            found.approvals.append(_people(repository, commit, signed))
        if trees:
            found.approvals.append(_approval(commit, signed, trees))
    return found


def _commits(repository: Repository, head: str) -> Iterator[Commit]:
    start: str | None = head
    while start is not None:
        commits = repository.history(limit=_STEP, start=start)
        yield from commits
        start = commits[-1].parents[0] if commits and commits[-1].parents else None


def _approval(commit: Commit, signed: Signed, trees: Mapping[str, str]) -> Approval:
    ids = tuple(
        each for name, value in commit.trailers if name == "Change-Id" for each in value.split()
    )
    return Approval(
        signed,
        ids,
        trees,
        ticket=commit.trailer("Ticket") or "",
        reason=commit.trailer("Reason") or commit.subject,
        requested_by=commit.trailer("Requested-By") or "",
    )


def _take(found: Approved, path: str, content: bytes, signed: Signed) -> None:
    """Keep a file; one that cannot be understood is told, and hides none of its neighbours."""
    try:
        if path.startswith(_WINDOWS):
            found.approvals.append(_window(content, signed))
        elif path.startswith(_ATTESTATIONS) or is_attestation(path, content):
            found.attested.append(Attested(signed, parse_attestation(path, content)))
        else:
            found.decisions.append(_decided(content, signed))
    except UnreadableStateError as error:
        found.unreadable[f"approved: {path}"] = str(error)


def _people(repository: Repository, commit: Commit, signed: Signed) -> Approval:
    """Return that a commit says who may sign; what of that is amiss is its fault."""
    try:
        people = parse_people(repository.read(PEOPLE, commit.id)[PEOPLE])
    except UnreadableStateError as error:
        return Approval(signed, reason=f"who may sign: {error}", names_people=True)
    told = f"who may sign, version {people.serial}"
    names = ", ".join(
        f"{one.principal} ({' '.join(sorted(role.value for role in one.roles))})"
        for one in people.persons
    )
    return Approval(signed, reason=told, scope=names, names_people=True)


def _window(content: bytes, signed: Signed) -> Approval:
    """Return leave that was given beforehand: it takes nothing over."""
    window = approvals.parse_window(content)
    told = ": cancelled" if window.cancelled else ""
    return Approval(
        signed,
        ticket=window.ticket,
        reason=f"{window.id}{told}: {window.reason}",
        requested_by=window.requester,
        emergency=window.emergency,
        window=window.id,
        controllers=window.controllers,
        files=tuple(one.sha256 for one in window.files),
        scope="; ".join(_scope(window)),
        valid_from=window.since,
        valid_until=window.until,
    )


def _scope(window: ChangeWindow) -> Iterator[str]:
    yield f"controllers {', '.join(window.controllers)}"
    if window.scope.aspects:
        yield f"aspects {', '.join(sorted(window.scope.aspects))}"
    if window.scope.objects:
        yield f"objects {', '.join(window.scope.objects)}"
    if window.changes_at_most:
        yield f"at most {window.changes_at_most} changes"
    yield from (f"file {one.name} {one.sha256}" for one in window.files)


def _decided(content: bytes, signed: Signed) -> Decided:
    decision = approvals.parse_decision(content)
    texts = {
        "reason": decision.reason,
        "ticket": decision.ticket,
        "requested_by": decision.requester,
        "findings": decision.findings,
        "conclusion": decision.conclusion,
    }
    return Decided(signed, decision.change_id, decision.kind.value, texts)


def _news(repository: Repository, commit: Commit) -> Iterator[tuple[str, Entry]]:
    """Yield the files that a commit brought or changed, with their paths."""
    before = repository.entry("", commit.parents[0]) if commit.parents else None
    after = repository.entry("", commit.id)
    if after is not None:
        yield from _different(repository, before, after, "")


def _different(
    repository: Repository, before: Entry | None, after: Entry, path: str
) -> Iterator[tuple[str, Entry]]:
    if before is not None and before.sha1 == after.sha1:
        return
    if not after.is_folder:
        yield path, after
        return
    is_folder = before is not None and before.is_folder
    old = repository.folder(before.sha1) if before is not None and is_folder else {}
    for name, entry in repository.folder(after.sha1).items():
        below = f"{path}/{name}" if path else name
        yield from _different(repository, old.get(name), entry, below)
