"""Where a change came from and what it means: the words of attribution and policy."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Origin(StrEnum):
    """Where a change came from. Without positive evidence it is unknown, never local by default."""

    NETWORK = "network"
    LOCAL = "local"
    SELF = "self"
    """ccontrol's own doing, e.g. a first sight of the controller."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attribution:
    """An origin with its reasons."""

    origin: Origin
    reason: str
    evidence: tuple[str, ...] = ()
    """One sentence each, e.g. entries of the controller's own log within the window."""


class Severity(IntEnum):
    """How much it matters; higher is worse."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """Return the name as it is written everywhere."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change means by the rules in force."""

    severity: Severity
    rule: str
    """Id of the rule that decided."""
    reason: str
    authorised_by: str = ""
    """Who or what authorised it; empty: nobody that we know of."""
    techniques: tuple[str, ...] = ()
    """MITRE ATT&CK for ICS technique ids that such a change can be."""
