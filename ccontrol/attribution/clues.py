"""One clue: a piece of evidence, and how far it alone would carry an origin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ccontrol.model.engineering import Actor, EngineeringEvent
from ccontrol.model.judgement import Confidence, Evidence, Grade, Origin

WEIGHT: Final = {
    Confidence.CONFIRMED: 3,
    Confidence.PROBABLE: 2,
    Confidence.POSSIBLE: 1,
    Confidence.NONE: 0,
}
_RANK: Final = {grade: place for place, grade in enumerate(Grade)}
Key = tuple[int, int, float, str, str]


@dataclass(frozen=True, slots=True)
class Clue:
    """What speaks for an origin of one change, or has to be known beside it."""

    evidence: Evidence
    carries: Confidence
    """NONE for what has to be known beside it."""

    @property
    def origin(self) -> Origin:
        """For what it speaks."""
        return self.evidence.speaks_for

    @property
    def station(self) -> str:
        """Who acted, as far as it can be told from others: the address, or the MAC address."""
        event = self.evidence.event
        return station_of(event.actor) if event else ""

    @property
    def order(self) -> Key:
        """Strongest first, then the one that acted last; whatever order they came in."""
        evidence = self.evidence
        last = evidence.event.last.timestamp() if evidence.event else 0.0
        where = _where(evidence.event) if evidence.event else ""
        return -WEIGHT[self.carries], _RANK[evidence.grade], -last, evidence.text, where


def station_of(actor: Actor) -> str:
    """Return by what a station is told from others; its port is another one in each connection."""
    return actor.address or actor.mac


def named(actor: Actor) -> str:
    """Return a station with what it says of itself: "192.0.2.5 (tsap SIMATIC-ROOT-ES)"."""
    told = (f"{claim.kind} {claim.value}" for claim in actor.claims[:_CLAIMS_SHOWN])
    claims = ", ".join(one[:_LONGEST_CLAIM] for one in told)
    return f"{station_of(actor) or 'somebody'}" + (f" ({claims})" if claims else "")


def stamp(at: datetime) -> str:
    """Return a time as sentences have it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


_CLAIMS_SHOWN: Final = 2
_LONGEST_CLAIM: Final = 64


def _where(event: EngineeringEvent) -> str:
    seen = event.testimony
    ends = f"{event.first.isoformat()} {event.actor} {event.controller}"
    return f"{seen.witness} {seen.name} {seen.first} {seen.last} {event.count} {ends}"
