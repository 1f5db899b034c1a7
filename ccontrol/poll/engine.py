"""The engine: who is watched, whose turn it is, who is asked now and what was decided, in one loop.

One thread, one event loop, no locks: everything that blocks lives in a worker process (controllers,
decoders) or in a thread of its own (writer, ledger, clock). Here its parts are put together and
turned.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.drivers.registry import DEFAULT
from ccontrol.errors import (
    CcontrolError,
    NotEnrolledError,
    PausedError,
    StoreError,
    UnknownNameError,
)
from ccontrol.model.aspect import Depth
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.behaviours import Behaviours
from ccontrol.poll.crew import Crew
from ccontrol.poll.decisions import Decisions
from ccontrol.poll.dispatch import Dispatch
from ccontrol.poll.evidence import Evidence
from ccontrol.poll.intake import Intake
from ccontrol.poll.overview import Overview
from ccontrol.poll.prompted import Prompted
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import OpenSite
from ccontrol.poll.turns import Turns
from ccontrol.poll.waiting import Key, Priority, Ticket
from ccontrol.poll.watched import Watched

TURN_S = 0.25
"""How often the engine looks up from its work: a pause must hold within a second."""
SLOW_TURNS = 20
"""Every so many turns: findings of our own, the host's clock."""

_log = logging.getLogger(__name__)


class Engine:
    """Watches the controllers of its sites until it is stopped."""

    def __init__(self, config: Config, clock: Clock, drivers: str = DEFAULT) -> None:
        self.config = config
        self.clock = clock
        self.crew = Crew(drivers, clock)
        self.roster = Roster(clock)
        self.behaviours = Behaviours(self.roster, clock, self._is_own)
        """Learns from what witnesses hand in."""
        self.turned_at = clock.monotonic()
        """Monotonic time of the loop's last turn: its real progress."""
        self._turns = Turns(self.roster, clock)
        evidence = Evidence(self.roster, self._turns, clock)
        self.intake = Intake(self.roster, evidence, clock)
        """Where witnesses hand in what they see."""
        self.intake.follow.append(self.behaviours.follow)
        self._dispatch = Dispatch(self.roster, self._turns, self.crew, evidence, clock)
        self._dispatch.visitor.settings = config.engine
        self._prompted = Prompted(self.roster, self._turns, clock)
        self._decisions = Decisions(self.roster, self._turns, self._dispatch, clock)
        self._turning: asyncio.Task[None] | None = None

    def _is_own(self, key: Key, event: EngineeringEvent) -> bool:
        """Tell whether a witness saw one of our own polls."""
        ends = self.roster.sites[key.site].own_ends.last(key.controller_id)
        return (event.actor.address, event.actor.port) in ends

    @property
    def overview(self) -> Overview:
        """What the engine knows, for status."""
        turns = self._turns
        return Overview(self.roster, self.crew, turns.timetable, self.clock)

    @property
    def is_turning(self) -> bool:
        """Whether the loop still turns; False after a defect in it."""
        return self._turning is not None and not self._turning.done()

    @property
    def is_well(self) -> bool:
        """Whether the clock and every thread still run."""
        sites = self.roster.sites.values()
        threads = (part.is_alive for site in sites for part in (site.scribe, site.ledger))
        return self._turns.timetable.is_alive and all(threads)

    def adopt(self, sites: Iterable[OpenSite]) -> None:
        """Take in sites that were opened, with their controllers."""
        for site in sites:
            self.roster.add_site(site)
            self._decisions.attend_to(site)

    def hold(self, site: str) -> None:
        """Ask nobody of a site: what it holds of older polls has to be written before newer ones.

        What falls due meanwhile waits, and is told as missed when it waits too long. Who is held
        twice has to be released twice.
        """
        self._dispatch.hold(site)

    def release(self, site: str) -> None:
        """Ask again."""
        self._dispatch.release(site)

    def start(self) -> None:
        """Begin to ask whoever has to be asked."""
        self._turning = asyncio.create_task(self._turn())
        self._decisions.are_news = True
        self._dispatch.spawn(self.crew.warm_up())

    def begin_schedule(self) -> None:
        """Ask everybody in turn from now on."""
        self._dispatch.visitor.scheduled = True
        self._turns.timetable.start()
        self.lay_timetable()

    async def stop(self) -> None:
        """Let go of every controller, end the workers. Sites stay open."""
        self._turns.timetable.stop()
        if self._turning is not None:
            self._turning.cancel()
        await self._dispatch.stop()
        await self.behaviours.stop()
        await self.crew.stop()
        for watched in self.roster:
            self._turns.forget(watched)

    def ask(self, key: Key, depth: Depth) -> "asyncio.Future[JournalEntry]":
        """Ask for a poll by hand; the future tells what came of it.

        Raises UnknownNameError, PausedError or NotEnrolledError at once.
        """
        watched = self.roster.find(key)
        if watched is None:
            raise UnknownNameError(f"no controller {key} is watched here")
        if watched.pause is not None:
            raise PausedError(f"{key} is paused: {watched.pause.reason}")
        if depth is not Depth.GLANCE and not watched.enrolled:
            raise NotEnrolledError(f"{key} is not enrolled")
        reply: asyncio.Future[JournalEntry] = asyncio.get_running_loop().create_future()
        self._turns.put(Ticket(key, depth, Priority.BY_HAND, replies=[reply]))
        return reply

    def expects_soon(self, key: Key) -> bool:
        """Whether a controller is asked again soon because of what it said."""
        return self._turns.expects_soon(key)

    def next_entry(self, key: Key) -> "asyncio.Future[JournalEntry]":
        """Return a future of whatever comes of the next poll of a controller.

        It raises PausedError when there will be none.
        """
        return self._dispatch.next_entry(key)

    def lay_timetable(self) -> None:
        """Lay the timetable for everybody who is watched."""
        self._turns.lay_timetable()

    def reconfigure(self, config: Config) -> None:
        """Take over controllers and measures of a new configuration.

        A site that is not in it is held, and its controllers are let go of: `drop` it next.
        """
        self.config = config
        self._dispatch.visitor.settings = config.engine
        wanted = {site.name for site in config.sites}
        leaving = [name for name in self.roster.sites if name not in wanted]
        gone = list(self.roster.reconfigure(config))
        for name in leaving:
            self.hold(name)
            gone += self.roster.of_site(name)
        for watched in gone:
            self._dispatch.dismiss(watched)
        for name in wanted & {*self.roster.sites}:
            self._decisions.attend_to(self.roster.sites[name])
        self.lay_timetable()

    async def drop(self, site: str) -> None:
        """Watch a site no more; returns once nothing of it is in hand, and leaves it open."""
        await self._dispatch.finish(site)
        self.roster.drop_site(site)
        self.release(site)
        self.lay_timetable()

    # -- the loop ------------------------------------------------------------------------------

    async def _turn(self) -> None:
        looks, looked_at = 0, self.clock.monotonic()
        wake = self._turns.wake
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), TURN_S)
            wake.clear()
            self.turned_at = self.clock.monotonic()
            if self.turned_at - looked_at >= TURN_S:  # however busy: a pause must hold
                looks, looked_at = looks + 1, self.turned_at
                self._look_up(slowly=looks % SLOW_TURNS == 0)
                self._dispatch.fill(with_a_suspect=True)
            self._dispatch.fill(with_a_suspect=False)

    def _look_up(self, *, slowly: bool) -> None:
        self._decisions.look()
        self._prompted.look()
        if slowly:
            self._turns.mind_the_clock()
            self.behaviours.see_to()
            for watched in self.roster:
                self._confess(watched)

    def _confess(self, watched: Watched) -> None:
        site = self.roster.site_of(watched)
        idle = watched.asking is None and not watched.unwritten and site.trouble is None
        if idle and not self._dispatch.holds(site.name) and self.roster.has_news(watched):
            self._dispatch.spawn(self._tell(watched, site), site.name)

    async def _tell(self, watched: Watched, site: OpenSite) -> None:
        try:
            await self._dispatch.visitor.confess(watched, site)
        except CcontrolError as error:
            if isinstance(error, StoreError):
                watched.told = None  # it is tried again: the fault is not this controller's
            _log.error("a finding could not be written controller=%s: %s", watched.key, error)
