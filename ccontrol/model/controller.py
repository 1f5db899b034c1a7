"""A controller as its owner configured it: who it is, how to reach it, how often and how gently."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from ccontrol.model.aspect import Depth

SHALLOW = frozenset({Depth.GLANCE, Depth.DIAGNOSTICS})
SHALLOW_LIMIT_S = 60.0
DEEP_LIMIT_S = 1_800.0
"""A deep read has at least so long, unless its owner says otherwise."""
MOST_S = 14_400
"""No poll takes longer, whatever it has to read: 4 hours."""
MOST_BYTES = 64 * 2**20
"""No poll takes in more, so that every capture fits into its file."""

ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}(?<![.])")
"""What the id of a controller, an area or a site looks like; it names a folder for ever."""


class Criticality(StrEnum):
    """What a wrong change would cost, as the owner judges it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one poll of a controller may cost it. Every limit holds against a hostile peer too."""

    requests_per_s: float = 20.0
    """Highest pace, shared by every controller behind the same bridge."""
    time_limit_s: float | None = None
    """Wall-clock limit of a whole poll, connecting included. None: a deep read has 1,800 s, and
    longer, up to 4 h, when the blocks that it has read so far say that all of them take longer."""
    answer_timeout_s: float = 5.0
    """Longest wait for one complete answer."""
    bytes_limit: int = 8 * 1024 * 1024
    """Most bytes received in one poll; `MOST_BYTES` at most.

    A program of 650 KB is 0.8 MB on the wire. The default takes in whatever fits into an S7-300,
    and all that the default pace can bring in messages of 240 bytes; the work memory of a CPU 417
    holds 30 MB. What is stored of it lies in memory some ten times over while it is written.
    """
    spare_connections: int = 2
    """Fewer free connections of our type than this: we let go at once. 0 switches the check off."""

    def limit_s(self, depth: Depth) -> float:
        """Return the limit with which a poll begins: a shallow one never needs over a minute."""
        limit_s = DEEP_LIMIT_S if self.time_limit_s is None else self.time_limit_s
        return min(limit_s, SHALLOW_LIMIT_S) if depth in SHALLOW else limit_s

    def longest_s(self, depth: Depth) -> float:
        """Return the limit beyond which a driver never moves it, however much there is to read."""
        if depth in SHALLOW or self.time_limit_s is not None:
            return self.limit_s(depth)
        return MOST_S


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a controller is asked, in seconds."""

    glance_s: float = 300.0
    full_s: float = 86_400.0
    deep_pause_s: float = 1_800.0
    """At most one deep read that a trigger asked for in this time."""
    settle_s: float = 15.0
    """Wait between the two glances that must agree before a changed program is read."""
    stale_after_s: float = 3_600.0
    """Without a successful poll for so long, the controller is reported as stale."""
    quiet_s: float = 15.0
    """Wait after an act that a witness saw, until there was none for so long: then it is polled."""
    restart_s: float = 180.0
    """The same after what restarts it: a firmware, a reset."""
    evidence_pause_s: float = 60.0
    """At most one poll because of witnesses in this time."""


@dataclass(frozen=True, slots=True)
class Controller:
    """One polled controller. `options` is its family's own frozen table of settings."""

    id: str
    """Fixed when enrolled, unique in the site; names its folder in the store."""
    site: str
    area: str
    family: str
    address: str
    """Host name or IP address, no port."""
    port: int
    name: str = ""
    """What people call it; may change later, `id` may not."""
    bridge: str = ""
    """CP, gateway or chassis whose pace it shares with others; empty: its own address."""
    criticality: Criticality = Criticality.MEDIUM
    owner: str = ""
    tags: tuple[str, ...] = ()
    mirrored: bool = False
    """Its owner declares that its own port is mirrored to a sensor."""
    schedule: Schedule = field(default_factory=Schedule)
    budget: Budget = field(default_factory=Budget)
    options: object = None

    @property
    def pace_key(self) -> str:
        """Controllers with equal keys share one pace."""
        return self.bridge or self.address

    @property
    def title(self) -> str:
        """Return what a person would call it."""
        return self.name or self.id
