"""What witnesses hand in, sent to the sites that it concerns: kept first, then acted upon.

By whichever door it comes (socket, followed log, import, listener), it comes through here. Lives in
the engine's loop; what takes a disk's time is done beside it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ccontrol.canonical.witness import Act
from ccontrol.clock import Clock
from ccontrol.model.engineering import EngineeringEvent, Target
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.allowance import Allowance
from ccontrol.poll.evidence import Evidence
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.poll.waiting import Key

HISTORY_FIRST = 256 * 2**20
"""Bytes of room that are left to the history: evidence may wait, changes may not."""
Said = EngineeringEvent | Watch
Lines = list[tuple[OpenSite, list[Heard]]]
Follow = Callable[[OpenSite, tuple[Heard, ...]], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of handing something in to a site."""

    new: int = 0
    """Lines that were not there before."""
    known: int = 0
    """Lines that somebody had handed in already."""
    unknown: int = 0
    """Of the new ones: events at addresses that the site does not know."""
    controllers: dict[str, int] = field(default_factory=dict)
    """New events of each controller."""

    def with_more(self, more: "Taken") -> "Taken":
        """Return both together."""
        each = Counter(self.controllers) + Counter(more.controllers)
        return Taken(
            self.new + more.new, self.known + more.known, self.unknown + more.unknown, dict(each)
        )


class Intake:
    """The one way of evidence into the sites."""

    def __init__(self, roster: Roster, evidence: Evidence, clock: Clock) -> None:
        self.follow: list[Follow] = []
        """Called with what was new, once it is durable."""
        self._roster = roster
        self._evidence = evidence
        self._clock = clock
        self._allowances: dict[str, Allowance] = {}
        self._tried: dict[str, tuple[Sequence[Heard], list[Heard]]] = {}
        """What a listener will hand in once more, by site, and what of it is kept."""

    def whom(self) -> tuple[tuple[str, int], ...]:
        """Return the addresses and ports of all controllers, for a sensor to watch for."""
        found = {
            (address, watched.controller.port)
            for watched in self._roster
            for address in self._roster.site_of(watched).addresses.of(watched.controller)
        }
        return tuple(sorted(found))

    def act(self, act: Act) -> None:
        """Take in a hint that somebody is at work; nothing of it is kept."""
        target = Target(act.controller)
        for site in self._roster.sites.values():
            for controller in site.addresses.behind(target, site.site.controllers):
                key = Key(site.name, controller.id)
                self._evidence.act(key, act.effect, (act.actor, act.port))

    async def take(
        self, said: Sequence[Said], source: str, only: OpenSite | None = None
    ) -> dict[str, Taken]:
        """Keep what a witness says, in the log of each site that it concerns, and act upon it.

        Returns, by site, once all of it is durable. `only` is a site to which alone it is handed.
        Raises StoreError, then all of it can be handed in again; ValueError for what no line of a
        log can hold.
        """
        sites = (only,) if only else tuple(self._roster.sites.values())
        lines = self._sorted(said, source, sites)
        taken: dict[str, Taken] = {}
        for site in sites:
            heard = lines[site.name]
            new = await in_its_own_thread(partial(_kept, site, heard))
            taken[site.name] = _counted(new, len(heard))
            self._act_upon(site, new)
        return taken

    def live(self, said: Sequence[Said], source: str) -> Lines:
        """Return what is kept of what a sensor says that listens now. Call it once for each thing.

        Anybody who can send a packet past it has a say in how much that is.
        """
        sites = tuple(self._roster.sites.values())
        lines = self._sorted(said, source, sites)
        return [(site, self._allowed(site, lines[site.name])) for site in sites]

    async def keep(self, lines: Lines) -> None:
        """Keep it, durable, and act upon it; what is done with is taken out. Raises as take."""
        while lines:
            site, heard = lines[0]
            new = await in_its_own_thread(partial(_kept, site, heard))
            del lines[0]
            self._act_upon(site, new)

    async def take_heard(self, site: OpenSite, heard: Sequence[Heard]) -> None:
        """Keep what a listener heard, as far as the allowance goes, and act upon it.

        Whose it is is known already. Raises StoreError.
        """
        tried, allowed = self._tried.pop(site.name, (None, []))
        if tried is not heard:
            allowed = self._allowed(site, heard)
        try:
            new = await in_its_own_thread(partial(_kept, site, allowed))
        except BaseException:  # it comes again, and counts once
            self._tried[site.name] = heard, allowed
            raise
        self._act_upon(site, new)

    def _allowed(self, site: OpenSite, heard: Sequence[Heard]) -> list[Heard]:
        allowance = self._allowances.setdefault(site.name, Allowance())
        return allowance.of(heard, self._clock.now())

    def _sorted(
        self, said: Sequence[Said], source: str, sites: Sequence[OpenSite]
    ) -> dict[str, list[Heard]]:
        at = self._clock.now()
        lines: dict[str, list[Heard]] = {site.name: [] for site in sites}
        for each in said:
            whose = {site.name: self._whose(each, site) for site in sites}
            is_known = any(whose.values())
            for site in sites:
                names = whose[site.name] or (() if is_known else ("",))
                lines[site.name] += (Heard(at, name, each, source) for name in names)
        return lines

    @staticmethod
    def _whose(said: Said, site: OpenSite) -> tuple[str, ...]:
        found = site.addresses.whose(said, site.site.controllers)
        return tuple(each.id for each in found or ())

    def _act_upon(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        for heard in new:
            if heard.controller_id and isinstance(heard.said, EngineeringEvent):
                self._evidence.event(Key(site.name, heard.controller_id), heard.said)
        if new:
            for follow in self.follow:
                follow(site, new)


def _kept(site: OpenSite, heard: list[Heard]) -> tuple[Heard, ...]:
    if heard:
        room = site.room
        replace(room, low_water_bytes=room.low_water_bytes + HISTORY_FIRST).check()
    return site.witnesses.take(heard)


def _counted(new: tuple[Heard, ...], handed: int) -> Taken:
    events = [heard.controller_id for heard in new if isinstance(heard.said, EngineeringEvent)]
    each = Counter(events)
    return Taken(len(new), handed - len(new), each.pop("", 0), dict(each))
