"""What only people can say of a change or a controller, as they sign it on `approved`.

Nobody reads from a controller that a control was tested, where a file came from, or which port is
meant to be open. Whose signature a saying bears is not in it: that is the commit's.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Claim(StrEnum):
    """What an attestation is about."""

    CONTROLS = "controls"
    """Which security controls were looked at before and after a change, and what came of it."""
    TEST = "test"
    """How a change was tested, and how the test differed from production."""
    SOURCE = "source"
    """Where a file came from, and that it is whole."""
    ITEM = "item"
    """What an item of a controller's baseline is that cannot be read from it."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """One saying. Never edited: the next one is the next numbered file."""

    claim: Claim
    said_at: datetime
    """When it was written, as its author's computer said."""
    by: str
    """Who did what is told, as the author says; may be another than who signs."""
    text: str
    """The result in the author's words."""
    change_id: str = ""
    """Of the change; empty for an item."""
    controller_id: str = ""
    """Of the controller; empty for a change."""
    item: str = ""
    """Of the baseline, as the framework numbers it: "1.1.4"."""
    done_at: datetime | None = None
    """When the work was done, as the author says."""
    controls: tuple[str, ...] = ()
    passed: bool = True
    differences: str = ""
    """How the test differed from production; empty: it is not said."""
    file_name: str = ""
    file_sha256: str = ""
    """Hex, of the file as the author had it."""
    vendor_hash: str = ""
    """What the vendor published for it, e.g. "sha256:…"; empty: nothing is known to be."""
    method: str = ""
    """How identity and integrity were checked."""

    @property
    def subject(self) -> str:
        """The change or the controller that it is about."""
        return self.change_id or self.controller_id

    @property
    def hash_agrees(self) -> bool | None:
        """Whether the vendor's SHA-256 is the file's; None where there is none to compare."""
        kind, _, digest = self.vendor_hash.lower().rpartition(":")
        if kind not in {"", "sha256"} or not digest or not self.file_sha256:
            return None
        return digest == self.file_sha256
