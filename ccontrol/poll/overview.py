"""What the engine can say of itself at any moment: the answer to `ccontrol status`. Frozen values.

Gathers and words nothing for people; that is the command line's business.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ccontrol.clock import Clock
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.journal import Outcome

if TYPE_CHECKING:  # who only reads a status imports no engine
    from ccontrol.poll.crew import Crew
    from ccontrol.poll.roster import Roster
    from ccontrol.poll.schedule import Timetable
    from ccontrol.poll.site import OpenSite
    from ccontrol.poll.waiting import Waiting
    from ccontrol.poll.watched import Watched


@dataclass(frozen=True, slots=True)
class ControllerStatus:
    """How one controller is watched."""

    controller_id: str
    title: str
    area: str
    address: str
    enrolled: bool
    outcome: Outcome | None = None
    """Of the last attempt of this daemon; None before the first."""
    depth: Depth | None = None
    reason: str = ""
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    age_s: float | None = None
    """Seconds since the last success."""
    stale: bool = False
    next_at: datetime | None = None
    next_full_at: datetime | None = None
    asking: Depth | None = None
    strengths: dict[Aspect, Strength] = field(default_factory=dict)
    """How well a change would be seen; "unchanged" is never said of what is none."""
    findings: tuple[str, ...] = ()
    paused_until: datetime | None = None
    pause_reason: str = ""
    paused: bool = False
    quarantined_until: datetime | None = None
    worker_deaths: int = 0
    failures: int = 0
    pending: bool = False
    """Something moved and waits for a second look."""
    follow_ups: dict[Depth, float] = field(default_factory=dict)
    """What results asked for, with the seconds until then: a deep read held back shows here."""
    unwritten: int = 0
    """Results that wait for the store."""
    unread: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How one site does."""

    name: str
    title: str
    controllers: tuple[ControllerStatus, ...]
    trouble: str = ""
    """Why the store takes nothing just now; empty when it does."""
    hint: str = ""
    head: str = ""
    writer_queue: int = 0
    spooled: int = 0
    spooled_bytes: int = 0
    put_aside: int = 0
    """Captures in the spool's quarantine."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the whole daemon does."""

    at: datetime
    pid: int
    sites: tuple[SiteStatus, ...]
    waiting: int = 0
    """Polls that wait for their turn."""
    in_flight: int = 0
    worker_deaths: dict[str, int] = field(default_factory=dict)
    workers: dict[str, int | None] = field(default_factory=dict)
    """Process ids; None for one that is not needed yet."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Reads the engine's parts; changes nothing."""

    roster: "Roster"
    waiting: "Waiting"
    crew: "Crew"
    timetable: "Timetable"
    clock: Clock

    def status(self, pid: int) -> Status:
        """Return everything as it is now."""
        return Status(
            at=self.clock.now(),
            pid=pid,
            sites=tuple(self._site(site) for site in self.roster.sites.values()),
            waiting=len(self.waiting),
            in_flight=sum(watched.asking is not None for watched in self.roster),
            worker_deaths={lane.name: lane.deaths for lane in self.crew.lanes},
            workers={lane.name: lane.pid for lane in self.crew.lanes},
        )

    def planned(self, site: "OpenSite") -> dict[str, datetime | None]:
        """Return when the controllers of a site are due next."""
        return {
            watched.controller.id: None if watched.pause else self._next_at(watched)
            for watched in self.roster.of_site(site.name)
        }

    def _site(self, site: "OpenSite") -> SiteStatus:
        trouble = site.trouble
        return SiteStatus(
            name=site.name,
            title=site.site.title,
            controllers=tuple(map(self._controller, self.roster.of_site(site.name))),
            trouble=str(trouble or ""),
            hint=trouble.hint if trouble else "",
            head=site.index.head,
            writer_queue=site.scribe.waiting,
            spooled=len(site.spool.names()),
            spooled_bytes=site.spool.size,
            put_aside=len(site.spool.quarantined()),
        )

    def _controller(self, watched: "Watched") -> ControllerStatus:
        controller, last, face = watched.controller, watched.last, watched.memory.face
        now, pause = self.clock.now(), watched.pause
        age_s = (now - watched.succeeded_at).total_seconds() if watched.succeeded_at else None
        return ControllerStatus(
            controller_id=controller.id,
            title=controller.title,
            area=controller.area,
            address=f"{controller.address}:{controller.port}",
            enrolled=watched.enrolled,
            outcome=last.outcome if last else None,
            depth=last.depth if last else None,
            reason=last.reason if last else "",
            attempted_at=last.at if last else None,
            succeeded_at=watched.succeeded_at,
            age_s=age_s,
            stale=age_s is None or age_s > controller.schedule.stale_after_s,
            next_at=None if pause else self._next_at(watched),
            next_full_at=self.timetable.next_at(watched.key, Depth.FULL),
            asking=watched.asking,
            strengths=dict(face.strengths) if face else {},
            findings=tuple(sorted(finding.text for finding in face.findings)) if face else (),
            paused=pause is not None,
            paused_until=pause.until if pause else None,
            pause_reason=pause.reason if pause else "",
            quarantined_until=watched.health.quarantined_until,
            worker_deaths=watched.health.worker_deaths,
            failures=watched.health.failures,
            pending=bool(watched.memory.pending),
            follow_ups=watched.follow_ups_in_s(),
            unwritten=watched.unwritten,
            unread=last.unread if last else 0,
            requests=last.requests if last else 0,
        )

    def _next_at(self, watched: "Watched") -> datetime | None:
        due = self.timetable.next_at(watched.key, Depth.GLANCE)
        held_s = watched.held_until - self.clock.monotonic()
        held = self.clock.now() + timedelta(seconds=held_s) if held_s > 0 else None
        known = [at for at in (due, held, watched.health.quarantined_until) if at is not None]
        return max(known, default=None)
