"""What was learnt of who works on a controller, when and how: counts that a person can check."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HOURS = 24


class Oddness(StrEnum):
    """In which way somebody's work differs from what was learnt. Codes of findings."""

    NEW = "new-engineering-station"
    HOUR = "unusual-hour"
    ACT = "unusual-act"
    ROLE = "unusual-role"


@dataclass(frozen=True, slots=True)
class Deeds:
    """How often one kind of act was seen."""

    action: str
    effect: str
    count: int


@dataclass(frozen=True, slots=True)
class Habits:
    """What a station does at one controller."""

    hours: tuple[tuple[int, int], ...] = ()
    """Weekday times 24 plus hour (Monday 00:00 UTC is 0), and how many events; sorted."""
    deeds: tuple[Deeds, ...] = ()
    """Sorted by action and effect."""


@dataclass(frozen=True, slots=True)
class Station:
    """One station at one controller, by its address, or its MAC where there is none."""

    name: str
    first: datetime
    last: datetime
    days: int = 0
    """Days, in UTC, on which it was seen."""
    engineers: bool = False
    """It counts as an engineering station here: learnt as one, or accepted by a person."""
    usual: Habits = Habits()
    odd: Habits = Habits()
    """What nobody has accepted yet."""
    macs: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    """What it said of itself, as "kind value"."""
    accepted: str = ""
    """Who accepted it, and when; empty: nobody."""


@dataclass(frozen=True, slots=True, order=True)
class Deviation:
    """Something that differs from what was learnt, and stands until it is over."""

    oddness: Oddness
    station: str
    about: str
    """The effect that was never seen of it, for an act; else empty."""
    text: str
    at: datetime
    """When it was seen last."""

    @property
    def subject(self) -> str:
        """What its finding is about."""
        return f"{self.station} {self.about}".rstrip()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All that was learnt at one controller."""

    controller_id: str
    since: datetime | None = None
    """The first event; the learning time counts from here. None: nothing was seen yet."""
    stations: tuple[Station, ...] = ()
    """Sorted by name."""
    left_out: int = 0
    """Stations beyond those that are kept."""
    standing: tuple[Deviation, ...] = ()
    over: tuple[tuple[str, str], ...] = ()
    """Code and subject of what is over: so that whoever was told of it is told that, too."""
    decided: int = 0
    """Decisions of people that are in it, counted in the order in which they were made."""

    def station(self, name: str) -> Station | None:
        """Return what is known of a station."""
        return next((each for each in self.stations if each.name == name), None)


@dataclass(frozen=True, slots=True)
class BehaviourDecision:
    """What a person decided about a station at a controller."""

    at: datetime
    by: str
    controller_id: str
    station: str
    """Empty, with `forget`: every station; all is learnt anew."""
    accept: bool
    """False: it is forgotten, and new when it comes again."""
