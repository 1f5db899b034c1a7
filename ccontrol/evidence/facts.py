"""What a pack is made of, as it was read from the store: nothing here was judged yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ccontrol.evidence.framework import Framework
from ccontrol.evidence.monitoring import Monitor
from ccontrol.evidence.period import Period
from ccontrol.model.attestation import Attestation
from ccontrol.model.journal import JournalEntry
from ccontrol.model.record import Record
from ccontrol.model.state import State


@dataclass(frozen=True, slots=True)
class Asset:
    """One line of the population: what has to be in scope, as only its owner can say.

    What is not said is "" or None. An asset need not be a controller that is polled.
    """

    asset_id: str
    controller_id: str = ""
    """Under which id it is polled; empty: it is not."""
    name: str = ""
    impact: str = ""
    """"high", "medium" or "low"."""
    bcs: str = ""
    """The system that it belongs to."""
    asset_class: str = ""
    """"BCA", "EACMS", "PACS" or "PCA"."""
    esp: str = ""
    zone: str = ""
    parent: str = ""
    in_scope_from: date | None = None
    in_scope_until: date | None = None
    is_declared: bool = True
    """False: nobody named it in the population; it is polled, so it is listed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed something on `approved`, and when that was seen."""

    commit: str
    signed_by: str
    """The principal, by the allowed signers; empty: nobody of them."""
    key: str
    """Fingerprint of the key."""
    committed_at: datetime
    """As the commit says, which proves nothing."""
    first_seen: datetime | None
    """When the daemon or a witness first saw it; None: nobody told."""
    fault: str = ""
    """Why the signature does not count; empty: it does."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A commit on `approved` that takes over, gives leave beforehand, or says who may do so."""

    signed: Signed
    change_ids: tuple[str, ...] = ()
    trees: Mapping[str, str] = field(default_factory=dict)
    """Controller id to the id of its folder in plant/, of those that the commit changed."""
    ticket: str = ""
    reason: str = ""
    requested_by: str = ""
    emergency: bool = False
    window: str = ""
    """Id of the change window; empty: it gives no leave beforehand."""
    controllers: tuple[str, ...] = ()
    """Ids, or patterns of them, for which leave was given beforehand."""
    files: tuple[str, ...] = ()
    """SHA-256 of the files that are expected then."""
    names_people: bool = False
    """Whether it says who may sign: that approves nothing."""
    scope: str = ""
    """Of leave that was given beforehand: what it was for."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a change, other than an attestation."""

    signed: Signed
    change_id: str
    decision: str
    """"approve", "reject", "investigate", "emergency" or "attest"."""
    texts: Mapping[str, str]
    """Everything else that it says, key by key; empty: it does not say."""


@dataclass(frozen=True, slots=True)
class Attested:
    """An attestation, and who signed it."""

    signed: Signed
    attestation: Attestation


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """A change as the history holds it: its latest judgement by the pack's commit."""

    record: Record
    commit: str
    committed_at: datetime
    tree_sha256: str
    plant_tree: str
    """Id of the controller's folder in plant/ after it; empty: there is none."""
    paths: tuple[str, ...]
    judgements: int = 1

    @property
    def touches_plant(self) -> bool:
        """Whether it departs from what people can approve, and is no first sight."""
        in_plant = any(path.startswith("plant/") for path in self.paths)
        return in_plant and not self.record.changes.first


@dataclass(frozen=True, slots=True)
class Known:
    """What the history knows of a controller at the pack's commit."""

    controller_id: str
    family: str
    folder: str
    """In plant/."""
    state: State
    tree_sha256: str
    first_seen: date | None
    in_baseline: bool | None
    """Whether `approved` holds the same; None: it holds nothing of it."""
    baseline_by: str = ""
    """The upgrade of what was approved after which that was found; empty: none was needed."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The commits that everything was read from."""

    observed: str
    observed_at: datetime
    tree_sha256: str
    approved: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of one pack."""

    site: str
    period: Period
    framework: Framework
    heads: Heads
    assets: tuple[Asset, ...]
    known: Mapping[str, Known]
    """By controller id."""
    changes: tuple[ObservedChange, ...]
    """Those of the period, oldest first."""
    approvals: tuple[Approval, ...]
    """All of them, oldest first."""
    decisions: tuple[Decided, ...]
    attested: tuple[Attested, ...]
    monitors: Mapping[str, Monitor]
    """By controller id."""
    events: tuple[JournalEntry, ...]
    """Of the daemon and the site, in the period."""
    unsigned_days: tuple[date, ...]
    """Days of the period without a signed summary of the journal."""
    spoiled_lines: int = 0
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """What of the store could not be understood: path or controller, and why."""
    counting: frozenset[str] | None = None
    """Commits of `approved` that count by the configured roots; None: none are configured."""
    doubts: tuple[str, ...] = ()
    """What of `approved` does not hold, or could not be verified; one sentence each."""
