"""Where a change came from and what it means: the words of attribution and policy."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from ccontrol.model.approval import Authorised
from ccontrol.model.engineering import Actor, EngineeringEvent


class Origin(StrEnum):
    """Where a change came from. Without positive evidence it is unknown, never local by default."""

    NETWORK = "network"
    LOCAL = "local"
    SELF = "self"
    """ccontrol's own doing, e.g. a first sight of the controller."""
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How well an origin is founded."""

    CONFIRMED = "confirmed"
    """What was seen on the way is what the controller holds now, or it says so itself."""
    PROBABLE = "probable"
    POSSIBLE = "possible"
    NONE = "none"
    """The origin is unknown."""


class Grade(StrEnum):
    """How much a piece of evidence can carry, strongest first."""

    CONTENT = "content"
    """What passed equals what the controller holds since."""
    OBJECT = "object"
    """An acknowledged act on the very object that changed."""
    SESSION = "session"
    """An acknowledged act on the controller that can have caused it; which object is not known."""
    ATTEMPT = "attempt"
    """An act whose answer was not seen, or that was seen in part."""
    FLOW = "flow"
    """An encrypted session with an engineering station."""
    REPORT = "report"
    """A record of the controller's own that names a cause."""
    STATE = "state"
    """A fact that moves only by a hand at the controller, such as the serial number of its card."""
    CONTEXT = "context"
    """It cannot have caused the change: a key that was turned, an attempt that was refused."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a change can have happened, by our own clock."""

    opened_at: datetime | None
    """When the last poll began that saw the old; None: nobody can tell."""
    closed_at: datetime
    """When the last answer had been heard that shows the new."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for an origin, or that has to be known beside it."""

    grade: Grade
    speaks_for: Origin
    """UNKNOWN for context."""
    text: str
    """One sentence."""
    event: EngineeringEvent | None = None
    """What was seen; None for what two polls show."""


class Watching(StrEnum):
    """How well the ways to a controller were watched, best first."""

    MIRRORED = "mirrored"
    """Its own port is mirrored, says the owner, and our own polls were seen there."""
    PATH = "path"
    """Our own polls were seen: at least that way is watched."""
    DEGRADED = "degraded"
    """Packets were dropped, or our own polls were not all seen."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody watched."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a controller was watched while a change happened."""

    watching: Watching = Watching.NONE
    sensors: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribution:
    """An origin with its reasons, and all that was weighed."""

    origin: Origin
    reason: str
    evidence: tuple[str, ...] = ()
    """What else was heard, one sentence each, e.g. entries of the controller's own log."""
    confidence: Confidence = Confidence.NONE
    actors: tuple[Actor, ...] = ()
    """Who can have done it, likeliest first. Several with equal evidence stand side by side."""
    weighed: tuple[Evidence, ...] = ()
    """Strongest first."""
    left_out: int = 0
    """How much more was weighed than is listed."""
    contradictions: tuple[str, ...] = ()
    """What does not fit together, one sentence each."""
    coverage: Coverage = field(default_factory=Coverage)


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
    also: tuple[str, ...] = ()
    """Ids of the other rules that matched, the heaviest first."""
    authorised: Authorised | None = None
    """Whether it was authorised; None: nothing of it can be, or the site has no people yet."""
