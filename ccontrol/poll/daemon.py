"""`ccontrol run`: an engine with its schedule, its doors, its signals, and the service manager.

Ends within ten seconds of SIGTERM, takes a new configuration on SIGHUP, and may be killed at any
moment.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import uvloop

from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.drivers.registry import DEFAULT
from ccontrol.errors import CcontrolError, EngineError, StoreError, StoreLockedError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.by_hand import poll_and_follow
from ccontrol.poll.chores import Chores, maintain
from ccontrol.poll.control import ENTRIES, STATUS, TENDED, ControlDoor
from ccontrol.poll.engine import Engine
from ccontrol.poll.notify import Notifier
from ccontrol.poll.recovery import recover
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.waiting import Key

LOOK_S = 0.5
PROGRESS_S = 10.0
"""A loop that has not turned for so long makes no progress: the watchdog is not fed."""
OPEN_S = 20.0
CHORE_LOOKS = 60
PLAN_LOOKS = 1_200
"""Who reads the index without a daemon wants to know roughly who was due when."""
REOPEN_LOOKS = 120
CLOSE_S = 3.0
STOP_S = 9.0
"""After so long the process ends whatever still runs; nothing acknowledged is lost by that."""

_log = logging.getLogger(__name__)


class Daemon:
    """Watches everything that a configuration names, until it is told to stop."""

    def __init__(
        self,
        load: Callable[[], Config],
        clock: Clock,
        notifier: Notifier,
        drivers: str = DEFAULT,
    ) -> None:
        self._load = load
        self._clock = clock
        self._notifier = notifier
        self._drivers = drivers
        self._chores = Chores(clock)
        self._doors: dict[str, ControlDoor] = {}
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Event()
        self._late: threading.Timer | None = None
        self._recovering: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        """Watch. Returns after SIGTERM or SIGINT; raises CcontrolError when it cannot begin."""
        uvloop.run(self._run())

    async def _run(self) -> None:
        engine = Engine(self._load(), self._clock, self._drivers)
        self._listen_to_signals()
        try:
            await self._open_all(engine)
            self._notifier.say("READY=1", self._status_line(engine))
            engine.start()
            engine.begin_schedule()
            _log.info("the watch begins: %s", _scope(engine))
            if not len(engine.roster):
                _log.warning("the configuration names no controllers: nobody is asked")
            for site in engine.roster.sites.values():
                self._recover_beside(engine, site)
            await self._watch(engine)
        finally:
            await self._end(engine)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reloading.set)

    def _stop(self) -> None:
        """End soon, whatever is being done: also in the middle of opening a store."""
        self._stopping.set()
        self._end_by_force_later()

    def _end_by_force_later(self) -> None:
        if self._late is None:
            self._late = threading.Timer(STOP_S, os._exit, (EngineError.exit_code,))
            self._late.daemon = True
            self._late.start()

    # -- sites -----------------------------------------------------------------------------------

    async def _open_all(self, engine: Engine) -> None:
        """Open every site. Raises what went wrong when there is none that could be watched."""
        errors = await self._open_missing(engine)
        locked = [error for error in errors if isinstance(error, StoreLockedError)]
        sites = tuple(engine.roster.sites.values())
        troubles = [await asyncio.to_thread(site.scribe.first_try, OPEN_S) for site in sites]
        refused = [trouble for trouble in troubles if trouble is not None and not trouble.retry]
        if locked:
            raise locked[0]
        if len(refused) == len(sites):  # also: there is no site at all
            raise next(iter((*refused, *errors)), EngineError("the configuration names no site"))

    async def _open_missing(self, engine: Engine) -> tuple[StoreError, ...]:
        """Open the sites that are not; return why some could not be."""
        errors: list[StoreError] = []
        for site in engine.config.sites:
            if site.name in engine.roster.sites:
                continue
            try:
                folder = engine.config.path.parent
                opened = await asyncio.to_thread(open_site, site, folder, self._clock)
            except StoreError as error:
                _log.error(
                    "a site cannot be watched site=%s: %s (%s)", site.name, error, error.hint
                )
                errors.append(error)
                continue
            await self._take_in(engine, opened)
        return tuple(errors)

    async def _take_in(self, engine: Engine, site: OpenSite) -> None:
        engine.hold(site.name)
        engine.adopt([site])
        site.note(self._line(Outcome.STARTED, f"process {os.getpid()}"))
        door = ControlDoor(site.places, lambda question: self._answer(engine, site, question))
        await door.open()
        self._doors[site.name] = door

    def _recover_beside(self, engine: Engine, site: OpenSite) -> None:
        """Write what an earlier daemon left; nobody else waits for it, nor does a signal."""
        task = asyncio.create_task(self._recover(engine, site))
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)

    async def _recover(self, engine: Engine, site: OpenSite) -> None:
        try:
            given = await recover(site, engine.roster, engine.crew, self._clock)
        except Exception:  # noqa: BLE001 — supervised border: told, and the site is watched all the same
            _log.exception("results of the daemon before stay in the spool site=%s", site.name)
        else:
            if given:
                text = "results of the daemon before are written site=%s count=%d"
                _log.info(text, site.name, given)
        finally:
            engine.release(site.name)

    # -- while it watches ------------------------------------------------------------------------

    async def _watch(self, engine: Engine) -> None:
        looks = 0
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_S)
            looks += 1
            if not engine.is_turning:
                raise EngineError("the engine's loop ended by a defect; see above")
            if self._reloading.is_set():
                await self._reload(engine)
            self._feed_the_watchdog(engine)
            if looks % CHORE_LOOKS == 1:
                self._see_to_chores(engine)
            if looks % PLAN_LOOKS == 1:
                for site in engine.roster.sites.values():
                    site.ledger.plan(engine.overview.planned(site))
            if looks % REOPEN_LOOKS == 0:
                await self._open_missing_later(engine)

    def _feed_the_watchdog(self, engine: Engine) -> None:
        """Feed it only when there is progress: the loop turns, the clock and the threads run."""
        late_s = self._clock.monotonic() - engine.turned_at
        if engine.is_well and late_s < PROGRESS_S:
            self._notifier.say("WATCHDOG=1")
        else:
            _log.error("no progress: the watchdog is not fed late_s=%.0f", late_s)

    def _see_to_chores(self, engine: Engine) -> None:
        for site in engine.roster.sites.values():
            self._chores.see_to(site, engine.config.engine.maintenance_s)
        self._notifier.say(self._status_line(engine))

    async def _open_missing_later(self, engine: Engine) -> None:
        known = set(engine.roster.sites)
        await self._open_missing(engine)
        for name in set(engine.roster.sites) - known:
            self._recover_beside(engine, engine.roster.sites[name])
            engine.lay_timetable()

    async def _reload(self, engine: Engine) -> None:
        """Take a new configuration; a bad one changes nothing."""
        self._reloading.clear()
        monotonic_us = int(self._clock.monotonic() * 1_000_000)
        self._notifier.say("RELOADING=1", f"MONOTONIC_USEC={monotonic_us}")
        try:
            later = engine.reconfigure(await asyncio.to_thread(self._load))
        except CcontrolError as error:
            _log.error("the new configuration is not taken, the old one holds: %s", error)
            self._notifier.say("READY=1", "STATUS=a bad configuration was refused; the old holds")
            return
        _log.info("the new configuration holds controllers=%d", len(engine.roster))
        if later:
            _log.warning("sites and stores change at the next start only: %s", ", ".join(later))
        self._notifier.say("READY=1", self._status_line(engine))

    async def _end(self, engine: Engine) -> None:
        self._notifier.say("STOPPING=1")
        self._end_by_force_later()
        for task in self._recovering:  # first: a decoder that we end proves nothing of a capture
            task.cancel()
        await asyncio.gather(*self._recovering, return_exceptions=True)
        for door in self._doors.values():
            await door.close()
        await engine.stop()
        sites = engine.roster.sites.values()
        for site in sites:
            site.note(self._line(Outcome.STOPPED, "it was told to"))
        await asyncio.gather(*(asyncio.to_thread(site.close, CLOSE_S) for site in sites))
        if self._late is not None:
            self._late.cancel()
        _log.info("the watch ended sites=%s", ",".join(engine.roster.sites) or "none")

    # -- answers ---------------------------------------------------------------------------------

    async def _answer(self, engine: Engine, site: OpenSite, question: dict[str, Any]) -> bytes:
        match question:
            case {"ask": "status"}:
                status = engine.overview.status(os.getpid())
                own = tuple(each for each in status.sites if each.name == site.name)
                return STATUS.dump_json(replace(status, sites=own))
            case {"ask": "poll", "controller": str(name), "depth": str(depth)}:
                entries = await poll_and_follow(engine, Key(site.name, name), Depth(depth))
                return ENTRIES.dump_json(entries)
            case {"ask": "maintain"}:
                site.room.check()  # told to who asks, instead of tried again by the writer
                work = site.scribe.give(lambda line: maintain(line, site, self._clock))
                return TENDED.dump_json(await asyncio.wrap_future(work))
        raise EngineError(f"the daemon does not know the question {str(question)[:80]}")

    def _line(self, outcome: Outcome, reason: str) -> JournalEntry:
        return JournalEntry(self._clock.now(), "", outcome, reason=reason)

    def _status_line(self, engine: Engine) -> str:
        troubled = [site.name for site in engine.roster.sites.values() if site.trouble]
        trouble = f"; the store takes nothing: {', '.join(troubled)}" if troubled else ""
        return f"STATUS=watching {len(engine.roster)} controllers{trouble}"


def _scope(engine: Engine) -> str:
    enrolled = sum(watched.enrolled for watched in engine.roster)
    sites = ",".join(engine.roster.sites)
    return f"sites={sites} controllers={len(engine.roster)} enrolled={enrolled}"
