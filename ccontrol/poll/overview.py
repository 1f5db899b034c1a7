"""What a running daemon says of itself: its part of `ccontrol status`. Frozen values.

What stands on disk is left out: it is there without a daemon too, and the command line reads it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ccontrol.clock import Clock
from ccontrol.model.aspect import Depth

if TYPE_CHECKING:  # who only reads a status imports no engine
    from ccontrol.poll.crew import Crew
    from ccontrol.poll.roster import Roster
    from ccontrol.poll.schedule import Timetable
    from ccontrol.poll.site import OpenSite
    from ccontrol.poll.watched import Watched


@dataclass(frozen=True, slots=True)
class ControllerStatus:
    """What only the daemon knows of a controller; the rest stands in the store's files.

    Pauses and enrolments are files too: here they show that the daemon has noticed.
    """

    controller_id: str
    enrolled: bool
    paused: bool
    pause_reason: str
    next_at: datetime | None
    asking: Depth | None
    """What is being asked just now."""
    quarantined_until: datetime | None
    pending: bool
    """Something moved and waits for a second look."""
    follow_ups: dict[Depth, float]
    """What results asked for, with the seconds until then: a deep read held back shows here."""


class WitnessKind(StrEnum):
    """By which way a witness reaches the daemon."""

    SENSOR = "sensor"
    """Over the witness socket."""
    SOCKET = "socket"
    """The witness socket itself, where it is configured."""
    LISTENER = "listener"
    """The site's listener for syslog."""
    LOG = "log"
    """A followed log of Zeek or Suricata."""


@dataclass(frozen=True, slots=True)
class WitnessStatus:
    """How one witness stands."""

    kind: WitnessKind
    name: str
    """As it stands in the log of witnesses; empty: the socket."""
    at: str
    """Interfaces, ways with address and port, or path."""
    present: bool
    """Connected, open, or there and growing: what it does not tell did not pass by it."""
    watched_until: datetime | None = None
    """Up to when it said that it watched; None: it never did, as far as is known."""
    packets: int = 0
    """Packets, or lines, that it looked at since the daemon began."""
    dropped: int = 0
    """Those that it knows it missed, since the daemon began."""
    trouble: str = ""
    """Why it is not present, where that is known."""

    def with_counts(self, until: datetime, packets: int, dropped: int) -> "WitnessStatus":
        """Return the same, with what its watches said."""
        return replace(self, watched_until=until, packets=packets, dropped=dropped)


@dataclass(frozen=True, slots=True)
class StrangerStatus:
    """Engineering at an address that no controller has."""

    address: str
    actor: str
    action: str
    """What was seen last."""
    last: datetime
    count: int
    """Events since the daemon began, or since this pair was seen first."""


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How one site does."""

    name: str
    controllers: tuple[ControllerStatus, ...]
    trouble: str
    """Why the store takes nothing, or what people decided cannot be read; empty: all is well."""
    hint: str
    put_aside: int
    """Captures in the spool's quarantine."""
    witnesses: tuple[WitnessStatus, ...] = ()
    strangers: tuple[StrangerStatus, ...] = ()
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the whole daemon does."""

    pid: int
    sites: tuple[SiteStatus, ...]
    workers: dict[str, int | None]
    """Process ids; None for one that is not needed yet."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Reads the engine's parts; changes nothing."""

    roster: "Roster"
    crew: "Crew"
    timetable: "Timetable"
    clock: Clock

    def status(self, pid: int) -> Status:
        """Return everything as it is now."""
        return Status(
            pid=pid,
            sites=tuple(self._site(site) for site in self.roster.sites.values()),
            workers={lane.name: lane.pid for lane in self.crew.lanes},
        )

    def planned(self, site: "OpenSite") -> dict[str, datetime | None]:
        """Return when the controllers of a site are due next."""
        return {
            watched.controller.id: None if watched.pause else self._next_at(watched)
            for watched in self.roster.of_site(site.name)
        }

    def _site(self, site: "OpenSite") -> SiteStatus:
        trouble = site.complaint
        return SiteStatus(
            name=site.name,
            controllers=tuple(map(self._controller, self.roster.of_site(site.name))),
            trouble=str(trouble or ""),
            hint=trouble.hint if trouble else "",
            put_aside=len(site.spool.quarantined()),
        )

    def _controller(self, watched: "Watched") -> ControllerStatus:
        pause = watched.pause
        return ControllerStatus(
            controller_id=watched.controller.id,
            enrolled=watched.enrolled,
            paused=pause is not None,
            pause_reason=pause.reason if pause else "",
            next_at=None if pause else self._next_at(watched),
            asking=watched.asking,
            quarantined_until=watched.health.quarantined_until,
            pending=bool(watched.memory.pending),
            follow_ups=self._follow_ups(watched),
        )

    def _follow_ups(self, watched: "Watched") -> dict[Depth, float]:
        """Return what results asked for; what is owed since before a restart is planned as FULL."""
        found = watched.follow_ups_in_s()
        due = self.timetable.next_at(watched.key, Depth.FULL)
        if watched.health.owed_since and due and Depth.INVENTORY not in found:
            wait_s = max(0.0, (due - self.clock.now()).total_seconds())
            found[Depth.FULL] = min(wait_s, found.get(Depth.FULL, wait_s))
        return found

    def _next_at(self, watched: "Watched") -> datetime | None:
        due = self.timetable.next_at(watched.key, Depth.GLANCE)
        held_s = watched.held_until - self.clock.monotonic()
        held = self.clock.now() + timedelta(seconds=held_s) if held_s > 0 else None
        known = [at for at in (due, held, watched.health.quarantined_until) if at is not None]
        return max(known, default=None)
