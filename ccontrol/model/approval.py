"""What people sign: who may sign what, change windows, decisions; and what follows for a change.

Nouns only. Who signed is never read from a file's content: the signature of its commit says so.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ccontrol.model.aspect import Aspect


class Role(StrEnum):
    """What a person may do."""

    ROOT = "root"
    """Sign who may sign. Follows from the root keys; no person is given it."""
    APPROVER = "approver"
    REQUESTER = "requester"
    INVESTIGATOR = "investigator"
    CONFIGURATOR = "configurator"
    EXPORTER = "exporter"


@dataclass(frozen=True, slots=True)
class PersonKey:
    """One key of a person; `line` is as in a .pub file without its comment."""

    line: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_authority: bool = False
    """A certificate authority: certificates that it issued for the person's name count."""

    def holds(self, when: datetime) -> bool:
        """Tell whether it counts at a time, as allowed signers take it: both ends included."""
        since, until = self.valid_from, self.valid_until
        return (since is None or when >= since) and (until is None or when <= until)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign, under a name that looks like an address of mail."""

    principal: str
    roles: frozenset[Role]
    keys: tuple[PersonKey, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class DaemonKey:
    """One key with which the daemon signs, signed, or will; it never counts on `approved`."""

    line: str
    last: int | None = None
    """Number of the last commit of `observed` that counts with it, from 1; None: nobody said."""
    compromised_from: int | None = None
    """Somebody else may have had it from this commit on; None: nobody says so."""


@dataclass(frozen=True, slots=True)
class People:
    """Who may sign what: one version of `people/people.toml`."""

    serial: int
    """Each version has a higher one."""
    threshold: int
    """So many root keys of this version have to sign the next one."""
    roots: tuple[str, ...]
    """Public keys, as in .pub files, without comments."""
    persons: tuple[Person, ...] = ()
    daemon_keys: tuple[DaemonKey, ...] = ()
    """In the order in which they take over; the last one is, or will be, in use."""

    requester_approves: bool | None = None
    """Whether whoever asked for a change may approve it; None: as the configuration says."""

    def person(self, principal: str) -> Person | None:
        """Return the person of that name, None when there is none."""
        return next((one for one in self.persons if one.principal == principal), None)

    def having(self, role: Role) -> tuple[Person, ...]:
        """Return the people with a role."""
        return tuple(one for one in self.persons if role in one.roles)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the configuration pins: nobody who can write to the store can change it."""

    roots: tuple[str, ...]
    """Public keys whose owners signed the first version of who may sign."""
    threshold: int = 2
    requester_approves: bool = False
    """Whether whoever asked for a change may approve it, where the people in force say nothing."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What may change; what is empty forbids nothing."""

    aspects: frozenset[Aspect] = frozenset()
    objects: tuple[str, ...] = ()
    """Patterns of unit kind and key, such as "OB/OB1" or "DB/*"."""


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file whose content is to be loaded."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ChangeWindow:
    """Leave, given beforehand, to change something within a time: `changes/<id>.toml`."""

    id: str
    """"CHG-…"; names the file."""
    controllers: tuple[str, ...]
    """Ids, or patterns of them."""
    since: datetime
    until: datetime
    ticket: str
    reason: str
    requester: str = ""
    scope: Scope = field(default_factory=Scope)
    changes_at_most: int = 0
    """So many changes use it up; 0: any number."""
    files: tuple[ExpectedFile, ...] = ()
    emergency: bool = False
    """Opened in an emergency: what happens in it is no ordinary authorised change."""
    cancelled: bool = False
    """Taken back; what happened in it before that was seen keeps its verdict."""
    time_zone: str = "UTC"
    """IANA name of the zone in which people read it."""


class DecisionKind(StrEnum):
    """What a person decided about a change."""

    APPROVE = "approve"
    REJECT = "reject"
    INVESTIGATE = "investigate"
    EMERGENCY = "emergency"
    ATTEST = "attest"
    """Says something of a change that only people can know; decides nothing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one change: `decisions/<change id>/<nnnn>.toml`. Never edited."""

    change_id: str
    number: int
    kind: DecisionKind
    controller_id: str
    reason: str = ""
    ticket: str = ""
    requester: str = ""
    who: str = ""
    """Of an investigation: who did it, or does."""
    findings: str = ""
    conclusion: str = ""
    """Of an investigation or an emergency: what came of it; empty: it is not over."""
    facts: tuple[tuple[str, str], ...] = ()
    """Of an attestation: names and values."""


class Authorisation(StrEnum):
    """Whether a change was authorised."""

    AUTHORISED = "authorised"
    OUT_OF_SCOPE = "out of scope"
    OUT_OF_WINDOW = "out of window"
    EMERGENCY = "emergency"
    ACCEPTED_AFTERWARDS = "accepted afterwards"
    UNAUTHORISED = "unauthorised"
    UNEXPLAINED = "unexplained"
    """Nobody authorised it, and nobody can tell where it came from."""
    REJECTED = "rejected"
    UNDER_INVESTIGATION = "under investigation"


@dataclass(frozen=True, slots=True)
class Authorised:
    """Whether a change was authorised, by whom, and why one says so."""

    word: Authorisation
    reason: str
    by: str = ""
    """Principal, and the window or the commit; empty: nobody."""
    ticket: str = ""
    window: str = ""
    """Id of the change window that decided; empty: none did."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a commit of `approved` was seen first, by our own clock. Its own date proves nothing."""

    commit: str
    at: datetime
    principal: str = ""
    subject: str = ""


class WindowEnd(StrEnum):
    """How a change window stands, or ended."""

    AHEAD = "ahead"
    SOON = "soon"
    """It opens within a day."""
    OPEN = "open"
    USED_UP = "used up"
    USED = "used"
    """It is over, and was used."""
    NOT_USED = "not used"
    """It is over, and nothing changed in it."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class WindowEnded:
    """That a change window is over, and how it went, as was known when it was told."""

    window: str
    controllers: tuple[str, ...]
    """As in the window: ids, or patterns of them."""
    until: datetime
    how: WindowEnd
    changes: int
    """So many used it."""
    told_at: datetime
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A commit of `approved` that counts: signed by a person who may do what it does."""

    id: str
    parent: str
    """Empty: it is the first."""
    principal: str
    fingerprint: str
    """Of the key, or of the certificate, that signed: "SHA256:…"."""
    dated: datetime
    """What it says itself; proves nothing."""
    seen_at: datetime | None
    """When the daemon saw it first; None: it has not seen it, so it comes after everything."""
    subject: str
    trailers: tuple[tuple[str, str], ...]
    paths: tuple[str, ...]
    """The files that it changed."""

    def trailer(self, name: str) -> str:
        """Return the value of a trailer; empty when there is none."""
        return next((value for key, value in self.trailers if key == name), "")


@dataclass(frozen=True, slots=True)
class WindowVersion:
    """A change window as one commit left it; it holds until another version was seen."""

    window: ChangeWindow
    commit: SignedCommit
    ended_at: datetime | None = None
    """When the next version was seen; None: it is the newest, or nobody saw that one yet."""


@dataclass(frozen=True, slots=True)
class GivenDecision:
    """A decision with the commit that brought it."""

    decision: Decision
    commit: SignedCommit


@dataclass(frozen=True, slots=True)
class Approvals:
    """All that people signed, as far as it counts."""

    people: People | None = None
    commits: tuple[SignedCommit, ...] = ()
    """Oldest first."""
    windows: tuple[WindowVersion, ...] = ()
    """Oldest first."""
    decisions: tuple[GivenDecision, ...] = ()
    """Oldest first."""


class Baseline(StrEnum):
    """How what a controller holds stands to what people approved."""

    IN_BASELINE = "in baseline"
    NOT_PROVEN = "not proven"
    """Equal, but something of it cannot be read: what is compared there is old."""
    DRIFT = "drift"
    NOT_APPROVED = "not approved"
    """People have approved nothing of it yet."""
