"""What people signed on `approved`, with whose signature each thing bears.

Trust is the caller's: whose signatures count comes from outside of the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.canonical.attestations import is_attestation, parse_attestation
from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.reading import read
from ccontrol.errors import SigningError, UnreadableStateError
from ccontrol.evidence.facts import Approval, Attested, Decided, Signed
from ccontrol.store import signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.commits import Commit
from ccontrol.store.objects import Entry
from ccontrol.store.repository import Repository

_DECISIONS, _ATTESTATIONS = "decisions/", "attestations/"
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
    people: AllowedSigners,
    owners: Mapping[str, str],
    seen: Mapping[str, datetime],
) -> Approved:
    """Return what stands on the branch up to a commit.

    `owners` maps folders in plant/ to controllers, `seen` commits to when they were first seen.
    """
    found = Approved()
    for commit in reversed(tuple(_commits(repository, head))):
        signed = _signed(commit, people, seen.get(commit.id))
        trees: dict[str, str] = {}
        for path, entry in _news(repository, commit):
            folder = "/".join(path.split("/")[:3])
            if path.startswith(f"{PLANT}/") and folder in owners:
                whole = repository.entry(folder, commit.id)
                trees[owners[folder]] = "" if whole is None else whole.sha1.hex()
            elif path.startswith((_DECISIONS, _ATTESTATIONS)):
                content = repository.objects.content(entry.sha1, "blob")
                _take(found, path, content, signed)
        if trees:
            found.approvals.append(_approval(commit, signed, trees))
    return found


def _commits(repository: Repository, head: str) -> Iterator[Commit]:
    start: str | None = head
    while start is not None:
        commits = repository.history(limit=_STEP, start=start)
        yield from commits
        start = commits[-1].parents[0] if commits and commits[-1].parents else None


def _signed(commit: Commit, people: AllowedSigners, seen: datetime | None) -> Signed:
    key, who, fault = "", "", ""
    try:
        signature = signing.parse(commit.signature or "")
        key = sshwire.fingerprint(signature.public_key)
        signing.verify(signature, commit.signed_part)
        who = _principal(people, signature.public_key, commit.when)
        fault = "" if who else "the key belongs to nobody who may approve"
    except SigningError as error:
        fault = str(error)
    return Signed(commit.id, who, key, commit.when, seen, fault)


def _principal(people: AllowedSigners, key: bytes, when: datetime) -> str:
    """Return the first name under which a key may sign commits; "" when there is none."""
    return next(
        (
            name
            for line in people.lines
            for name in line.principals
            if line.allows(name, key, signing.NAMESPACE, when)
        ),
        "",
    )


def _approval(commit: Commit, signed: Signed, trees: Mapping[str, str]) -> Approval:
    ids = tuple(value for name, value in commit.trailers if name == "Change-Id")
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
        if path.startswith(_ATTESTATIONS) or is_attestation(path, content):
            found.attested.append(Attested(signed, parse_attestation(path, content)))
        else:
            found.decisions.append(_decided(path, content, signed))
    except UnreadableStateError as error:
        found.unreadable[f"approved: {path}"] = str(error)


def _decided(path: str, content: bytes, signed: Signed) -> Decided:
    table = read(path, content)
    texts = {
        name: value for name, value in table.fields() if isinstance(value, str) and name != "form"
    }
    word = table.text("decision")
    return Decided(signed, path.split("/")[1], word, texts)


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
