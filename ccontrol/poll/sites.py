"""The sites of a daemon: opened, given a door, brought up to date, and let go of.

Which sites there should be, the engine's configuration says; who of them is asked when is the
engine's business.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site, StoreSettings
from ccontrol.errors import CcontrolError, EngineError, StoreError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.closed_sites import ClosedSites
from ccontrol.poll.configured import configuration_in_force, configuration_sha256
from ccontrol.poll.control import ControlDoor
from ccontrol.poll.engine import Engine
from ccontrol.poll.herald import Herald
from ccontrol.poll.notary import Notary
from ccontrol.poll.recovery import recover
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.stamper import Stamper
from ccontrol.poll.threads import in_its_own_thread

OPEN_S = 20.0
"""So long the daemon waits for stores at its start before it says that it is ready."""
CLOSE_S = 3.0
TELL_S = 1.5
"""So long the alerts may take to end, each of their two steps; the queues keep what is not sent."""
DRAIN_S = 30.0
"""So long a site that is let go of may take to write what polls brought; the spool has the rest."""

Answer = Callable[[OpenSite, dict[str, Any]], Awaitable[bytes]]
_log = logging.getLogger(__name__)


class Sites:
    """Opens and closes the sites of an engine."""

    def __init__(self, engine: Engine, clock: Clock, answer: Answer) -> None:
        self._engine = engine
        self._clock = clock
        self._answer = answer
        self._open: dict[str, OpenSite] = {}
        self._doors: dict[str, ControlDoor] = {}
        self._heralds: dict[str, Herald] = {}
        self._notaries: dict[str, Notary] = {}
        self._stampers: dict[str, Stamper] = {}
        self._closed = ClosedSites(clock)
        self._recovering: dict[str, asyncio.Task[None]] = {}

    @property
    def opened(self) -> tuple[Site, ...]:
        """The sites that are open, as they are configured now."""
        return tuple(site.site for site in self._open.values())

    @property
    def missing(self) -> tuple[str, ...]:
        """The sites that are configured and could not be opened yet."""
        names = (site.name for site in self._engine.config.sites)
        return tuple(name for name in names if name not in self._engine.roster.sites)

    @property
    def heralds(self) -> Mapping[str, Herald]:
        """Who tells of each open site."""
        return self._heralds

    async def open_first(self) -> None:
        """Open every site. Raises what went wrong when there is none that could be watched."""
        errors = await self._open_missing()
        sites = tuple(self._engine.roster.sites.values())
        tries = (partial(site.scribe.first_try, OPEN_S) for site in sites)
        troubles = await asyncio.gather(*map(in_its_own_thread, tries))
        refused = [trouble for trouble in troubles if trouble is not None and not trouble.retry]
        if len(refused) == len(sites):  # also: there is no site at all
            raise next(iter((*refused, *errors)), EngineError("the configuration names no site"))

    def recover(self) -> None:
        """Have written what earlier daemons left; nobody else waits for it, nor does a signal."""
        for site in self._open.values():
            self._recover_beside(site)

    async def settle(self) -> None:
        """Let go of the sites that are not configured any more, then open those that are new."""
        wanted = {site.name for site in self._engine.config.sites}
        await asyncio.gather(*(self._drop(name) for name in {*self._open} - wanted))
        for name in self._closed.names - wanted:
            self._closed.clear(name)
        known = {*self._open}
        await self._open_missing()
        for name in {*self._open} - known:
            self._recover_beside(self._open[name])
        if known != {*self._open}:
            self._engine.lay_timetable()

    async def close(self, why: Exception | None) -> None:
        """Close every site, and with them the engine; `why` is None when it was told to stop."""
        await self._closed.close()
        recovering = tuple(self._recovering.values())
        for task in recovering:  # first: a decoder that we end proves nothing of a capture
            task.cancel()
        await asyncio.gather(*recovering, return_exceptions=True)
        for name in tuple(self._doors):
            await self._doors.pop(name).close()
        await self._engine.stop()
        closing = (self._close(site, _reason(site, why)) for site in self._open.values())
        await asyncio.gather(*closing)

    async def _open_missing(self) -> tuple[StoreError, ...]:
        """Open the sites that are not; return why some could not be."""
        errors: list[StoreError] = []
        config = self._engine.config
        for site in config.sites:
            if site.name in self._open:
                continue
            opening = partial(open_site, site, config.path.parent, self._clock)
            try:
                await self._take_in(await in_its_own_thread(opening))
            except StoreError as error:
                text = "a site cannot be watched site=%s: %s (%s)"
                _log.error(text, site.name, error, error.hint)
                errors.append(error)
                self._closed.note(site, error)
            else:
                self._closed.clear(site.name)
        return tuple(errors)

    async def _take_in(self, site: OpenSite) -> None:
        herald = Herald(site, self._clock)
        await in_its_own_thread(herald.start)  # before anybody can have something committed
        door = ControlDoor(site.places, lambda question: self._answer(site, question))
        try:
            await door.open()
        except StoreError:
            await asyncio.to_thread(_let_go, site, [herald])
            raise
        self._open[site.name], self._doors[site.name] = site, door
        self._engine.hold(site.name)
        self._engine.adopt([site])
        site.note(self._line(Outcome.STARTED, f"process {os.getpid()}"))
        self._notaries[site.name] = Notary(site, self._clock)
        self._notaries[site.name].start()
        self._stampers[site.name] = Stamper(site, self._clock)
        self._stampers[site.name].start()
        site.note(self._line(Outcome.RAN, configuration_in_force(self._engine.config.path)))
        site.configuration = configuration_sha256(self._engine.config.path)
        self._heralds[site.name] = herald

    async def _drop(self, name: str) -> None:
        """Finish what is in hand, write what it brought, and let the next engine in."""
        site = self._open[name]
        await self._doors.pop(name).close()
        if name in self._recovering:  # not cut short: a decoder is not told to stop
            await asyncio.wait({self._recovering[name]})
        await self._engine.drop(name)
        if site.trouble is None:
            written = site.scribe.give(lambda _line: None)
            await asyncio.wait({asyncio.wrap_future(written)}, timeout=DRAIN_S)
        await self._close(site, "it is not configured any more")
        del self._open[name]
        _log.info("a site is watched no more site=%s", name)

    async def _close(self, site: OpenSite, reason: str) -> None:
        site.note(self._line(Outcome.STOPPED, reason))
        beside = (self._stampers, self._notaries, self._heralds)
        await asyncio.to_thread(_let_go, site, [each.pop(site.name, None) for each in beside])

    def _recover_beside(self, site: OpenSite) -> None:
        task = asyncio.create_task(self._recover(site))
        self._recovering[site.name] = task
        task.add_done_callback(lambda _task: self._recovering.pop(site.name))

    async def _recover(self, site: OpenSite) -> None:
        engine = self._engine
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

    def _line(self, outcome: Outcome, reason: str) -> JournalEntry:
        return JournalEntry(self._clock.now(), "", outcome, reason=reason)


def _let_go(site: OpenSite, beside: Iterable[Stamper | Notary | Herald | None]) -> None:
    """Write what is in hand, tell it, and let the next engine in."""
    for each in beside:
        if each is not None:
            each.stop(TELL_S)
    site.close(CLOSE_S)


def require_the_same_stores(opened: tuple[Site, ...], config: Config) -> None:
    """Refuse what changes the store of a site that is open: its files are held open.

    Raises EngineError, naming every such setting.
    """
    wanted = {site.name: site.store for site in config.sites}
    changed = [
        f"site {site.name}: store.{name}"
        for site in opened
        if site.name in wanted
        for name in _changed(site.store, wanted[site.name])
    ]
    if changed:
        raise EngineError(
            f"only a restart can change {', '.join(changed)}",
            hint="Restart the daemon to take the file, or undo this change and reload.",
        )


def _reason(site: OpenSite, why: Exception | None) -> str:
    """Say why a site is watched no more, for its journal: its own trouble before another's."""
    if why is None:
        return "it was told to"
    cause = site.trouble or why
    return str(cause) if isinstance(cause, CcontrolError) else f"defect: {cause!r}"


def _changed(old: StoreSettings, new: StoreSettings) -> list[str]:
    names = (each.name for each in fields(StoreSettings))
    return [name for name in names if getattr(old, name) != getattr(new, name)]
