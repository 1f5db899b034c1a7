"""One controller, as the engine keeps it between polls, and how a poll's end changes that.

Arithmetic only: the engine's loop owns every Watched and acts on what is decided here.
"""

import asyncio
from asyncio import TimerHandle
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.controller import Controller
from ccontrol.model.finding import ENGINE_CODES, Finding
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot, Unread
from ccontrol.poll import restless
from ccontrol.poll.staleness import is_stale
from ccontrol.poll.triage import Memory
from ccontrol.poll.waiting import Key
from ccontrol.store.standing import Health, Pause

STALE, CANNOT_VERIFY, QUARANTINED = "stale", "cannot-verify", "quarantined"
OWN_CHECKS = frozenset((code, "") for code in ENGINE_CODES) | restless.CHECKS
"""The findings of the engine as a snapshot names what it checked."""
UNVERIFIED_POLLS = 3
UNVERIFIED_FOR = timedelta(hours=1)
BACK_OFF_DOUBLINGS = 3
BACK_OFF_MOST_S = 3_600.0
_RANK = {Depth.GLANCE: 0, Depth.DIAGNOSTICS: 1, Depth.INVENTORY: 2, Depth.FULL: 3}
SUCCESSES = frozenset(
    {
        Outcome.UNCHANGED,
        Outcome.GLANCED,
        Outcome.CHANGED,
        Outcome.PENDING,
        Outcome.SUPPRESSED,
    }
)


@dataclass(slots=True)
class Watched:
    """Everything that the engine knows of one controller beside its history."""

    controller: Controller
    watched_since: datetime
    """When this process began to watch it."""
    health: Health = field(default_factory=Health)
    memory: Memory = field(default_factory=Memory)
    enrolled: bool = False
    pause: Pause | None = None
    resumed_at: datetime | None = None
    asking: Depth | None = None
    """What is being asked just now."""
    suspect: bool = False
    """It was in hand when a worker died: it is asked alone until it was asked well."""
    doubt: Depth = Depth.GLANCE
    """The deepest poll that could not be verified or broke a worker; only an equal one clears."""
    held_until: float = 0.0
    """Monotonic time until which the schedule waits, after failures."""
    succeeded_at: datetime | None = None
    agreed_at: datetime | None = None
    """The last poll, in this process, after which history and controller agreed; see window."""
    last: JournalEntry | None = None
    """What came of the last attempt."""
    told: frozenset[Finding] | None = None
    """What the engine itself said of it last, in the history; None: nobody has looked yet."""
    unwritten: int = 0
    """Results that wait for the store."""
    slow_decodes: int = 0
    """Polls in a row whose answers took suspiciously long to decode."""
    retried: bool = False
    """The last deep read came back incomplete and is being tried once more."""
    deviations: frozenset[Finding] = frozenset()
    """What witnesses saw that differs from what was learnt of its users."""
    deviation_checks: frozenset[tuple[str, str]] = frozenset()
    """Code and subject of these, and of those that are over."""
    follow_ups: dict[Depth, TimerHandle] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Its name among all sites."""
        return Key(self.controller.site, self.controller.id)

    @property
    def alone(self) -> bool:
        """Whether it must be asked in a process of its own."""
        return self.suspect or self.health.worker_deaths > 0

    def follow_ups_in_s(self) -> dict[Depth, float]:
        """Return what results asked for, with the seconds until then."""
        now = asyncio.get_running_loop().time()
        return {depth: timer.when() - now for depth, timer in self.follow_ups.items()}

    def quarantined(self, now: datetime) -> bool:
        """Whether it is left alone after it broke a worker."""
        until = self.health.quarantined_until
        return until is not None and now < until


def after_success(watched: Watched, depth: Depth, at: datetime, *, verified: bool) -> Health:
    """Return the health after a poll that brought something usable."""
    health = replace(watched.health, failures=0)
    if _RANK[depth] < _RANK[watched.doubt]:
        return health
    health = replace(health, worker_deaths=0, quarantined_until=None)
    if verified:
        return replace(health, unverified_polls=0, unverified_since=None)
    return after_unverified(health, at)


def after_unverified(health: Health, at: datetime) -> Health:
    """Return the health after a poll whose answers could not be verified."""
    since = health.unverified_since or at
    return replace(health, unverified_polls=health.unverified_polls + 1, unverified_since=since)


def after_death(health: Health, at: datetime, first_s: float, most_s: float) -> Health:
    """Return the health after it broke a worker: pauses double, up to `most_s`."""
    deaths = health.worker_deaths + 1
    pause_s = min(first_s * 2 ** min(deaths - 1, 20), most_s)
    until = at + timedelta(seconds=pause_s)
    return replace(health, worker_deaths=deaths, quarantined_until=until)


def back_off_s(failures: int, interval_s: float, chance: float) -> float:
    """Return how long the schedule waits after failures in a row; `chance` is 0 to 1."""
    if failures <= 1:
        return 0.0
    longer_s: float = interval_s * 2 ** min(failures - 1, BACK_OFF_DOUBLINGS)
    return min(longer_s, max(BACK_OFF_MOST_S, interval_s)) * (0.75 + chance / 2)


def deeper(one: Depth, other: Depth) -> Depth:
    """Return the deeper of two depths."""
    return max(one, other, key=_RANK.__getitem__)


def transient_gaps(snapshot: Snapshot) -> int:
    """Count what a fault of the line kept us from reading."""
    units = sum(isinstance(seen, Unread) and seen.transient for seen in snapshot.sightings.values())
    return units + sum(
        listing.transient and not listing.complete for listing in snapshot.listings.values()
    )


def unread(snapshot: Snapshot) -> int:
    """Count what was asked for and not had."""
    return sum(
        isinstance(seen, Unread) and not seen.optional for seen in snapshot.sightings.values()
    )


def seems_well(watched: Watched) -> bool:
    """Whether there is nothing to say of a controller, as nearly always: cheap to find out."""
    last, health = watched.last, watched.health
    answered = last is None or last.outcome in SUCCESSES
    doubted = watched.told or watched.deviations or health.unverified_since or health.worker_deaths
    return answered and not doubted and not restless.is_noted(health.unrest)


def own_findings(watched: Watched, now: datetime) -> frozenset[Finding]:
    """Return what the engine itself has to say of a controller. Their texts carry no times."""
    found = (_stale(watched, now), _cannot_verify(watched, now), _quarantined(watched))
    own = frozenset(finding for finding in found if finding is not None)
    return own | restless.findings(watched.health.unrest, now) | watched.deviations


def own_checks(watched: Watched) -> frozenset[tuple[str, str]]:
    """Return the findings of the engine as a snapshot of this controller names what it checked."""
    return OWN_CHECKS | watched.deviation_checks


def confession(watched: Watched, now: datetime) -> Snapshot:
    """Return a snapshot that asked nothing and tells the engine's own findings."""
    return Snapshot(
        controller_id=watched.controller.id,
        family=watched.controller.family,
        depth=Depth.GLANCE,
        taken_at=now,
        sightings={},
        findings=own_findings(watched, now),
        checked=own_checks(watched),
    )


def _stale(watched: Watched, now: datetime) -> Finding | None:
    if watched.last is None or watched.last.outcome in SUCCESSES:
        return None  # a daemon that was down asks before it complains
    schedule = watched.controller.schedule
    known = watched.succeeded_at or watched.watched_since
    if not is_stale(schedule, now, known, watched.resumed_at, paused=watched.pause is not None):
        return None
    limit_s = schedule.stale_after_s
    text = f"No poll has succeeded for more than {limit_s:.0f} s: changes are not seen."
    return Finding(STALE, "", Aspect.SIGHT, text)


def _cannot_verify(watched: Watched, now: datetime) -> Finding | None:
    health = watched.health
    since = health.unverified_since
    if since is None:
        return None
    if health.unverified_polls < UNVERIFIED_POLLS and now - since < UNVERIFIED_FOR:
        return None
    text = "It answers, but in three polls or an hour its answers could not be verified."
    return Finding(CANNOT_VERIFY, "", Aspect.SIGHT, text)


def _quarantined(watched: Watched) -> Finding | None:
    if not watched.health.worker_deaths:
        return None
    text = "Reading it broke a worker process; it is asked alone, after pauses of up to an hour."
    return Finding(QUARANTINED, "", Aspect.SIGHT, text)
