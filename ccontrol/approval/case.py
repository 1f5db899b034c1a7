"""What has to be known of a change to say whether it was authorised. Nouns only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.model.approval import Approvals, SignedCommit
from ccontrol.model.record import Record


@dataclass(frozen=True, slots=True)
class Case:
    """One change, and what people signed."""

    record: Record
    since: datetime | None
    """When it can have happened at the earliest, by the best evidence; None: nobody can tell."""
    until: datetime
    """When at the latest."""
    approvals: Approvals
    restored: SignedCommit | None = None
    """Because of which the state that it left was the approved one before it happened."""
    accepted: SignedCommit | None = None
    """The commit that took over what it left, after it."""
    accepted_last: SignedCommit | None = None
    """The newest one that did, as long as no later one took that back."""
    uses: Mapping[str, int] = field(default_factory=dict)
    """How many earlier changes used each change window."""
    files: frozenset[str] = frozenset()
    """SHA-256 of the project files and firmware packages that go with it, as far as one knows."""
    dropped: frozenset[str] = frozenset()
    """SHA-256 of all of them that were dropped for the controller, whenever."""
