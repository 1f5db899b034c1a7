"""The engine's loop: whose turn it is, who is asked now, and what people decided meanwhile.

One thread, one event loop, no locks: everything that blocks lives in a worker process (controllers,
decoders) or in a thread of its own (writer, ledger, clock).
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
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
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import passwords
from ccontrol.poll.admission import Admission, Place
from ccontrol.poll.crew import Crew
from ccontrol.poll.overview import Overview
from ccontrol.poll.roster import Roster
from ccontrol.poll.schedule import Tick, Timetable, Turn, phase_s
from ccontrol.poll.site import OpenSite
from ccontrol.poll.telling import tell_decisions
from ccontrol.poll.triage import DEEP, Follow
from ccontrol.poll.visit import Poll, Visitor
from ccontrol.poll.waiting import Key, Priority, Ticket, Waiting
from ccontrol.poll.watched import Watched
from ccontrol.store.standing import Standing

TURN_S = 0.25
"""How often the engine looks up from its work: a pause must hold within a second."""
SLOW_TURNS = 20
"""Every so many turns: findings of our own, the host's clock."""
DEEP_WAITING = 20
"""So many results that wait for the store hold up further deep reads."""

_log = logging.getLogger(__name__)


class Engine:
    """Watches the controllers of its sites until it is stopped."""

    def __init__(self, config: Config, clock: Clock, drivers: str = DEFAULT) -> None:
        self.config = config
        self.clock = clock
        self.crew = Crew(drivers, clock)
        self.roster = Roster(clock)
        self.waiting = Waiting()
        self.turned_at = clock.monotonic()
        """Monotonic time of the loop's last turn: its real progress."""
        self._loop = asyncio.get_running_loop()
        self._timetable = Timetable(self._tick_from_its_thread, clock)
        self._visitor = Visitor(self.crew, clock, self.follow, self._pace_of)
        self._visitor.settings = config.engine
        self._wake = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._turning: asyncio.Task[None] | None = None
        self._admission = Admission()
        self._held: set[str] = set()
        self._listening: dict[Key, list[asyncio.Future[JournalEntry]]] = {}

    @property
    def overview(self) -> Overview:
        """What the engine knows, for status."""
        return Overview(self.roster, self.waiting, self.crew, self._timetable, self.clock)

    @property
    def is_turning(self) -> bool:
        """Whether the loop still turns; False after a defect in it."""
        return self._turning is not None and not self._turning.done()

    @property
    def is_well(self) -> bool:
        """Whether the clock and every thread still run."""
        sites = self.roster.sites.values()
        threads = (part.is_alive for site in sites for part in (site.scribe, site.ledger))
        return self._timetable.is_alive and all(threads)

    def adopt(self, sites: Iterable[OpenSite]) -> None:
        """Take in sites that were opened, with their controllers."""
        for site in sites:
            self.roster.add_site(site)
            self._attend_to(site)

    def hold(self, site: str) -> None:
        """Ask nobody of a site: what it holds of older polls has to be written before newer ones.

        What falls due meanwhile waits, and is told as missed when it waits too long.
        """
        self._held.add(site)

    def release(self, site: str) -> None:
        """Ask again."""
        self._held.discard(site)
        self._wake.set()

    def start(self) -> None:
        """Begin to ask whoever has to be asked."""
        self._turning = asyncio.create_task(self._turn())
        self._spawn(self.crew.warm_up())

    def begin_schedule(self) -> None:
        """Ask everybody in turn from now on."""
        self._visitor.scheduled = True
        self._timetable.start()
        self.lay_timetable()

    async def stop(self) -> None:
        """Let go of every controller, end the workers. Sites stay open."""
        self._timetable.stop()
        for task in (self._turning, *self._serving):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._visitor.stop()
        await self.crew.stop()
        for watched in self.roster:
            self._forget_follow_ups(watched)

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
        reply: asyncio.Future[JournalEntry] = self._loop.create_future()
        self._put(Ticket(key, depth, Priority.BY_HAND, replies=[reply]))
        return reply

    def expects_soon(self, key: Key) -> bool:
        """Whether a controller is asked again soon because of what it said."""
        watched = self.roster.find(key)
        if watched is None:
            return False
        soon_s = watched.controller.schedule.settle_s + 1.0
        timed = any(wait_s <= soon_s for wait_s in watched.follow_ups_in_s().values())
        follows = (ticket for ticket in self.waiting if ticket.priority is Priority.FOLLOW_UP)
        return timed or any(ticket.key == key for ticket in follows)

    def next_entry(self, key: Key) -> "asyncio.Future[JournalEntry]":
        """Return a future of whatever comes of the next poll of a controller."""
        told: asyncio.Future[JournalEntry] = self._loop.create_future()
        self._listening.setdefault(key, []).append(told)
        return told

    def follow(self, watched: Watched, follow: Follow) -> None:
        """Ask for a poll because of a result, now or later."""
        if follow.after_s <= 0:
            self._put(self._triggered(watched.key, follow.depth))
            return
        there = watched.follow_ups.get(follow.depth)
        due = self._loop.time() + follow.after_s
        if there is not None and there.when() <= due:
            return
        if there is not None:
            there.cancel()
        watched.follow_ups[follow.depth] = self._loop.call_at(due, self._due, watched, follow.depth)

    def lay_timetable(self) -> None:
        """Lay the timetable for everybody who is watched."""
        self._timetable.lay(turn for watched in self.roster for turn in self._turns(watched))

    def reconfigure(self, config: Config) -> tuple[str, ...]:
        """Take over controllers and measures of a new configuration; return what waits for a start.

        Sites are opened and closed at a start only.
        """
        self.config = config
        self._visitor.settings = config.engine
        for watched in self.roster.reconfigure(config):
            self._let_go(watched, "it is not configured any more")
        for site in self.roster.sites.values():
            self._attend_to(site)
        self.lay_timetable()
        known = {name: site.site.store for name, site in self.roster.sites.items()}
        wanted = {site.name: site.store for site in config.sites}
        return tuple(sorted({name for name, _ in known.items() ^ wanted.items()}))

    # -- whose turn it is ----------------------------------------------------------------------

    def _tick_from_its_thread(self, tick: Tick) -> None:
        self._loop.call_soon_threadsafe(self._tick, tick)

    def _tick(self, tick: Tick) -> None:
        watched = self.roster.find(tick.key)
        if watched is None or watched.pause is not None:
            return
        if tick.depth in DEEP and not watched.enrolled:
            return
        if tick.missed:
            self._missed(watched, tick.depth, f"{tick.missed} turns were not told in time")
        held = self.clock.monotonic() < watched.held_until
        if tick.depth is Depth.GLANCE and (held or watched.quarantined(self.clock.now())):
            return  # the failure's own line in the journal says until when
        if not self._put(Ticket(tick.key, tick.depth, Priority.SCHEDULED)):
            self._missed(watched, tick.depth, "the one before still waits for its turn")

    def _missed(self, watched: Watched, depth: Depth, reason: str) -> None:
        site = self.roster.site_of(watched)
        controller_id = watched.controller.id
        site.note(
            JournalEntry(self.clock.now(), controller_id, Outcome.MISSED, depth, reason=reason)
        )

    def _triggered(self, key: Key, depth: Depth) -> Ticket:
        return Ticket(key, depth, Priority.FOLLOW_UP, triggered=True)

    def _due(self, watched: Watched, depth: Depth) -> None:
        del watched.follow_ups[depth]
        if watched.pause is None and self.roster.find(watched.key) is watched:
            self._put(self._triggered(watched.key, depth))

    def _put(self, ticket: Ticket) -> bool:
        self._wake.set()
        return self.waiting.put(ticket)

    def _turns(self, watched: Watched) -> Iterator[Turn]:
        schedule, key = watched.controller.schedule, watched.key
        yield Turn(key, Depth.GLANCE, schedule.glance_s)
        spread = phase_s(key, Depth.GLANCE, schedule.glance_s)
        yield Turn(key, Depth.FULL, schedule.full_s, watched.health.next_full_at, spread)

    # -- who is asked now ----------------------------------------------------------------------

    async def _turn(self) -> None:
        looks, looked_at = 0, self.clock.monotonic()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TURN_S)
            self._wake.clear()
            self.turned_at = self.clock.monotonic()
            if self.turned_at - looked_at >= TURN_S:  # however busy: a pause must hold
                looks, looked_at = looks + 1, self.turned_at
                self._look_up(slowly=looks % SLOW_TURNS == 0)
                self._dispatch(self.config.engine.in_flight + 1)  # one more: a suspect, alone
            self._dispatch(self.config.engine.in_flight)

    def _dispatch(self, at_most: int) -> None:
        while self._admission.in_hand < at_most:
            ticket = self.waiting.take(self._is_free)
            if ticket is None:
                return
            watched = self.roster.find(ticket.key)
            if watched is not None:
                watched.asking = ticket.depth
                place = self._admission.enter(watched, ticket.depth)
                self._spawn(self._serve(watched, ticket, place))

    def _is_free(self, ticket: Ticket) -> bool:
        watched = self.roster.find(ticket.key)
        if watched is None:
            return True
        if watched.asking is not None or watched.pause is not None:
            return False
        if ticket.key.site in self._held:
            return False
        held = self.clock.monotonic() < watched.held_until
        left_alone = held or watched.quarantined(self.clock.now())
        by_hand = ticket.priority is Priority.BY_HAND
        if not by_hand and (left_alone or self._store_is_behind(watched, ticket.depth)):
            return False
        return self._admission.has_room(watched, ticket.depth, self.config.engine.in_flight)

    def _store_is_behind(self, watched: Watched, depth: Depth) -> bool:
        """Whole programs wait while the store takes nothing: they would lie in memory."""
        site = self.roster.site_of(watched)
        return depth in DEEP and (site.full is not None or site.scribe.waiting >= DEEP_WAITING)

    async def _serve(self, watched: Watched, ticket: Ticket, place: Place) -> None:
        site = self.roster.site_of(watched)
        try:
            entry = await self._visitor.visit(Poll(watched, ticket, site))
        except Exception as error:  # noqa: BLE001 — supervised border: a defect is told
            _log.exception("a poll failed by a defect controller=%s", watched.key)
            reason = f"defect: {type(error).__name__}: {error}"
            at, name = self.clock.now(), watched.controller.id
            entry = JournalEntry(at, name, Outcome.FAILED, ticket.depth, reason=reason)
            site.note(entry)
        finally:
            watched.asking = None
            self._admission.leave(place)
            self._wake.set()
        for reply in (*ticket.replies, *self._listening.pop(ticket.key, ())):
            if not reply.done():
                reply.set_result(entry)

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = self._loop.create_task(work)
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    def _pace_of(self, controller: Controller) -> float:
        return self.roster.pace_of(controller.pace_key)

    # -- what people decided, and what we have to say ourselves ----------------------------------

    def _look_up(self, *, slowly: bool) -> None:
        for site in self.roster.sites.values():
            try:
                if site.standing.refresh():
                    self._attend_to(site)
                self._end_pauses(site)
            except CcontrolError as error:
                _log.error("pauses and enrolments cannot be read site=%s: %s", site.name, error)
        if slowly:
            self._mind_the_clock()
            for watched in self.roster:
                self._confess(watched)

    def _attend_to(self, site: OpenSite) -> None:
        """Act on pauses and enrolments as they stand now."""
        resumed = []
        for watched in self.roster.of_site(site.name):
            was_paused, was_enrolled = watched.pause is not None, watched.enrolled
            self.roster.apply_standing(watched)
            if self._turning is not None:
                tell_decisions(watched, was_paused=was_paused, was_enrolled=was_enrolled)
            if watched.pause is not None and not was_paused:
                self._let_go(watched, watched.pause.reason)
            if was_paused and watched.pause is None:
                resumed.append(watched)
            if watched.enrolled and not was_enrolled and self._turning is not None:
                self._put(self._triggered(watched.key, Depth.FULL))

        if resumed:
            stored = Standing(site.places.standing)  # as `ccontrol capture` left it meanwhile
            for watched in resumed:
                health = stored.health(watched.controller.id)
                watched.health = passwords.learnt(watched.health, health)
                self._resume(watched)

    def _resume(self, watched: Watched) -> None:
        """Watch again; what fell due meanwhile, or would have soon, is not forgotten."""
        watched.resumed_at = self.clock.now()
        if watched.health.next_full_at is None or not watched.enrolled:
            return
        owed_s = (watched.health.next_full_at - watched.resumed_at).total_seconds()
        if owed_s <= watched.controller.schedule.deep_pause_s:
            self.follow(watched, Follow(Depth.FULL, owed_s))

    def _end_pauses(self, site: OpenSite) -> None:
        for target, pause in list(site.standing.pauses.items()):
            if pause.until is not None and pause.until <= self.clock.now():
                site.standing.resume(target)
                reason = "the pause is over"
                site.note(JournalEntry(self.clock.now(), target, Outcome.RESUMED, reason=reason))
                self._attend_to(site)

    def _let_go(self, watched: Watched, reason: str) -> None:
        self.crew.cancel(watched.controller, reason)
        self._forget_follow_ups(watched)
        for ticket in self.waiting.drop(lambda ticket: ticket.key == watched.key):
            for reply in ticket.replies:
                if not reply.done():
                    reply.set_exception(PausedError(f"{watched.key}: {reason}"))

    def _forget_follow_ups(self, watched: Watched) -> None:
        for timer in watched.follow_ups.values():
            timer.cancel()
        watched.follow_ups.clear()

    def _mind_the_clock(self) -> None:
        step_s = self._timetable.clock_step_s()
        if not step_s:
            return
        reason = f"the host's clock stepped by {step_s:.0f} s; the timetable was laid anew"
        _log.warning(reason)
        self.lay_timetable()
        for site in self.roster.sites.values():
            site.note(JournalEntry(self.clock.now(), "", Outcome.MISSED, reason=reason))

    def _confess(self, watched: Watched) -> None:
        site = self.roster.site_of(watched)
        idle = watched.asking is None and not watched.unwritten and site.trouble is None
        if idle and site.name not in self._held and self.roster.has_news(watched):
            self._spawn(self._tell(watched, site))

    async def _tell(self, watched: Watched, site: OpenSite) -> None:
        try:
            await self._visitor.confess(watched, site)
        except CcontrolError as error:
            if isinstance(error, StoreError):
                watched.told = None  # it is tried again: the fault is not this controller's
            _log.error("a finding could not be written controller=%s: %s", watched.key, error)
