"""`ccontrol run`: an engine with its schedule, its sites, its signals, and the service manager.

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
from datetime import datetime
from typing import Any

import uvloop

from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.drivers.registry import DEFAULT
from ccontrol.errors import CcontrolError, EngineError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.by_hand import poll_and_follow
from ccontrol.poll.chores import Chores, maintain
from ccontrol.poll.configured import configuration_in_force, configuration_sha256
from ccontrol.poll.control import ENTRIES, JUDGED, STATUS, TAKEN, TENDED
from ccontrol.poll.ears import Ears
from ccontrol.poll.engine import Engine
from ccontrol.poll.folders import Folders
from ccontrol.poll.gauge_door import GaugeDoor
from ccontrol.poll.handing_in import said_in
from ccontrol.poll.listeners import Listeners
from ccontrol.poll.metering import metrics_of
from ccontrol.poll.metrics import exposition
from ccontrol.poll.notify import Notifier
from ccontrol.poll.pinning import pin_anew
from ccontrol.poll.site import OpenSite
from ccontrol.poll.sites import Sites, require_the_same_stores
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.poll.vital import vital
from ccontrol.poll.waiting import Key

LOOK_S = 0.5
PROGRESS_S = 10.0
"""A loop that has not turned for so long makes no progress: the watchdog is not fed."""
CHORE_LOOKS = 60
APPROVED_LOOKS = 2
"""What people sign counts from when it was seen: each second of delay is one without leave."""
VITAL_LOOKS = 20
"""A heartbeat needs a proof of life that is at most 45 s old."""
PLAN_LOOKS = 1_200
"""Who reads the index without a daemon wants to know roughly who was due when."""
REOPEN_LOOKS = 120
STOP_S = 9.0
"""After so long the process ends whatever still runs; nothing acknowledged is lost by that."""

Doors = tuple[Ears, GaugeDoor, Listeners]
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
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Event()
        self._late: threading.Timer | None = None
        self._beside: asyncio.Task[None] | None = None
        """A reload, or a look for sites that could not be opened: the watch goes on meanwhile."""

    def run(self) -> None:
        """Watch. Returns after SIGTERM or SIGINT; raises CcontrolError when it cannot begin."""
        try:
            uvloop.run(self._run())
        finally:
            if self._late is not None:
                self._late.cancel()

    async def _run(self) -> None:
        self._listen_to_signals()
        engine = Engine(self._load(), self._clock, self._drivers)
        ears = Ears(engine, self._clock)
        sites = Sites(
            engine, self._clock, lambda site, question: self._answer(engine, ears, site, question)
        )
        folders = Folders(engine.crew, self._clock)
        listeners = Listeners(engine.intake.take_heard, self._clock)
        ears.attendance.elsewhere.append(listeners)
        gauges = GaugeDoor(
            lambda: exposition(metrics_of(engine, sites.heralds, sites.missing, ears))
        )
        why: Exception | None = None
        try:
            if await self._begin(engine, sites):
                await self._watch(engine, sites, folders, (ears, gauges, listeners))
        except Exception as error:  # whatever it was goes on; the journal of each site names it
            why = error
            raise
        finally:
            await listeners.stop()
            await ears.close()
            await gauges.close()
            await folders.stop()
            await self._end(sites, why)
            _log.info("the watch ended sites=%s", ",".join(engine.roster.sites) or "none")

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

    async def _begin(self, engine: Engine, sites: Sites) -> bool:
        """Open the sites and begin to ask; False when it is told to stop before that."""
        self._beside = asyncio.create_task(sites.open_first())
        told = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({self._beside, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if self._stopping.is_set():
            return False
        self._beside.result()  # raises why nothing can be watched
        self._notifier.say("READY=1", self._status_line(engine, sites))
        engine.start()
        engine.begin_schedule()
        _log.info("the watch begins: %s", _scope(engine))
        if not len(engine.roster):
            _log.warning("the configuration names no controllers: nobody is asked")
        sites.recover()
        return True

    # -- while it watches ------------------------------------------------------------------------

    async def _watch(self, engine: Engine, sites: Sites, folders: Folders, doors: Doors) -> None:
        ears, gauges, listeners = doors
        looks = 0
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_S)
            looks += 1
            if not engine.is_turning:
                raise EngineError("the engine's loop ended by a defect; see above")
            self._see_to_sites(engine, sites, looks)
            await gauges.settle(engine.config.engine.metrics)
            folders.see_to(engine.roster.sites.values())
            ears.see_to()
            listeners.see_to(engine.roster.sites.values())
            self._feed_the_watchdog(engine)
            self._see_to_what_is_due(engine, sites, looks)

    def _see_to_what_is_due(self, engine: Engine, sites: Sites, looks: int) -> None:
        """Do what does not have to be done at each look."""
        if looks % APPROVED_LOOKS == 0:
            for site in engine.roster.sites.values():
                self._chores.look_at_approved(site)
        if looks % VITAL_LOOKS == 1:
            self._show_life(engine)
        if looks % CHORE_LOOKS == 1:
            self._see_to_chores(engine, sites)
        if looks % PLAN_LOOKS == 1:
            for site in engine.roster.sites.values():
                site.ledger.plan(engine.overview.planned(site))

    def _see_to_sites(self, engine: Engine, sites: Sites, looks: int) -> None:
        """Take a new configuration, or try again to open what could not be opened."""
        if self._beside is not None:
            if not self._beside.done():
                return
            self._beside.result()  # raises what it died of
            self._beside = None
        if self._reloading.is_set():
            self._reloading.clear()
            self._beside = asyncio.create_task(self._reload(engine, sites))
        elif looks % REOPEN_LOOKS == 0 and sites.missing:
            self._beside = asyncio.create_task(sites.settle())

    def _feed_the_watchdog(self, engine: Engine) -> None:
        """Feed it only when there is progress: the loop turns, the clock and the threads run."""
        late_s = self._clock.monotonic() - engine.turned_at
        if engine.is_well and late_s < PROGRESS_S:
            self._notifier.say("WATCHDOG=1")
        else:
            _log.error("no progress: the watchdog is not fed late_s=%.0f", late_s)

    def _show_life(self, engine: Engine) -> None:
        """Leave a proof of life at each site: only while there is progress."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if engine.is_well and monotonic - engine.turned_at < PROGRESS_S:
            for site in engine.roster.sites.values():
                site.vital = vital(engine.roster.of_site(site.name), now, monotonic)

    def _see_to_chores(self, engine: Engine, sites: Sites) -> None:
        for site in engine.roster.sites.values():
            self._chores.see_to(site, engine.config.engine.maintenance_s)
        self._notifier.say(self._status_line(engine, sites))

    async def _reload(self, engine: Engine, sites: Sites) -> None:
        """Take a new configuration; a bad one changes nothing."""
        monotonic_us = int(self._clock.monotonic() * 1_000_000)
        self._notifier.say("RELOADING=1", f"MONOTONIC_USEC={monotonic_us}")
        try:
            config = await in_its_own_thread(self._load)
            require_the_same_stores(sites.opened, config)
        except CcontrolError as error:
            text = "the new configuration is not taken, the old one holds: %s (%s)"
            _log.error(text, error, error.hint)
            self._notifier.say("READY=1", "STATUS=a bad configuration was refused; the old holds")
            return
        pinned = {site.name: site.people for site in sites.opened}
        engine.reconfigure(config)
        reason = configuration_in_force(config.path)
        for site in engine.roster.sites.values():
            site.note(JournalEntry(self._clock.now(), "", Outcome.RAN, reason=reason))
            site.configuration = configuration_sha256(config.path)
            if site.name in pinned and site.site.people != pinned[site.name]:
                pin_anew(site, self._clock)
        await sites.settle()
        _log.info("the new configuration holds: %s", _scope(engine))
        self._notifier.say("READY=1", self._status_line(engine, sites))

    async def _end(self, sites: Sites, why: Exception | None) -> None:
        self._notifier.say("STOPPING=1")
        self._end_by_force_later()
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.gather(self._beside, return_exceptions=True)
        await sites.close(why)

    # -- answers ---------------------------------------------------------------------------------

    async def _answer(
        self, engine: Engine, ears: Ears, site: OpenSite, question: dict[str, Any]
    ) -> bytes:
        match question:
            case {"ask": "status"}:
                status = engine.overview.status(os.getpid())
                own = tuple(
                    replace(
                        each,
                        witnesses=ears.attendance.of(site),
                        strangers=ears.strangers.of(site.name),
                    )
                    for each in status.sites
                    if each.name == site.name
                )
                return STATUS.dump_json(replace(status, sites=own))
            case {"ask": "poll", "controller": str(name), "depth": str(depth)}:
                entries = await poll_and_follow(engine, Key(site.name, name), Depth(depth))
                return ENTRIES.dump_json(entries)
            case {"ask": "maintain"}:
                site.room.check()  # told to who asks, instead of tried again by the writer
                work = site.scribe.give(lambda line: maintain(line, site, self._clock))
                return TENDED.dump_json(await asyncio.wrap_future(work))
            case {"ask": "take", "source": str(source), "lines": list(lines)}:
                taken = await engine.intake.take(said_in(lines), source, site)
                return TAKEN.dump_json(taken[site.name])
            case {"ask": "judge", "since": str(since)}:
                judged = await ears.judging.settle(site, datetime.fromisoformat(since))
                return JUDGED.dump_json(judged)
        raise EngineError(f"the daemon does not know the question {str(question)[:80]}")

    def _status_line(self, engine: Engine, sites: Sites) -> str:
        troubled = [site.name for site in engine.roster.sites.values() if site.complaint]
        trouble = f"; in trouble: {', '.join(troubled)}" if troubled else ""
        missing = f"; not opened: {', '.join(sites.missing)}" if sites.missing else ""
        return f"STATUS=watching {len(engine.roster)} controllers{trouble}{missing}"


def _scope(engine: Engine) -> str:
    enrolled = sum(watched.enrolled for watched in engine.roster)
    sites = ",".join(engine.roster.sites)
    return f"sites={sites} controllers={len(engine.roster)} enrolled={enrolled}"
