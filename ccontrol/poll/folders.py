"""Watched folders of a site: one task each looks, waits until files rest, and has them taken.

A folder that goes away is told once, and once when it is back. Nothing a folder does holds up a
poll: it is listed and read in a thread of its own, and a hung share holds up that folder alone.
"""

import asyncio
import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import WatchedFolder
from ccontrol.drivers.projectfile.events import Events, gives_events
from ccontrol.drivers.projectfile.listing import Mark, Resting, look
from ccontrol.logic.printable import printable
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.crew import Crew
from ccontrol.poll.drops import Drops
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.store import durable

_log = logging.getLogger(__name__)


class Folders:
    """The tasks of every watched folder of every site."""

    def __init__(self, crew: Crew, clock: Clock) -> None:
        self._crew = crew
        self._clock = clock
        self._tasks: dict[tuple[str, tuple[WatchedFolder, ...]], asyncio.Task[None]] = {}
        self._swept: set[Path] = set()

    def see_to(self, sites: Iterable[OpenSite]) -> None:
        """Begin to watch what is configured, and let go of what is not any more."""
        wanted = {
            (site.name, tables): site for site in sites for tables in by_path(site.site.folders)
        }
        for key in [*self._tasks]:
            if key not in wanted:
                self._tasks.pop(key).cancel()
        for key, site in wanted.items():
            self._sweep(site.places.dropped)
            if key not in self._tasks or self._tasks[key].done():
                self._tasks[key] = asyncio.create_task(self._watch(site, key[1]))

    def _sweep(self, copies: Path) -> None:
        """Remove what a killed daemon left half taken; the files themselves lie in their folder."""
        if copies not in self._swept and copies.is_dir():
            for path in copies.iterdir():
                durable.remove(path)
        self._swept.add(copies)

    async def stop(self) -> None:
        """Let go of every folder."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, site: OpenSite, tables: tuple[WatchedFolder, ...]) -> None:
        drops = Drops(site, tables, self._crew, self._clock)
        watch = FolderWatch(site, tables, drops, self._clock)
        try:
            await watch.run()
        except Exception:  # noqa: BLE001 — supervised border: told, and begun anew at the next look
            text = "a folder is not watched by a defect site=%s folder=%s"
            _log.exception(text, site.name, tables[0].path)
            await asyncio.sleep(tables[0].look_s)
        finally:
            watch.close()


def by_path(folders: Iterable[WatchedFolder]) -> tuple[tuple[WatchedFolder, ...], ...]:
    """Return the tables that name the same folder together."""
    found: dict[Path, list[WatchedFolder]] = {}
    for folder in folders:
        found.setdefault(folder.path, []).append(folder)
    return tuple(map(tuple, found.values()))


class FolderWatch:
    """One folder."""

    def __init__(
        self, site: OpenSite, tables: tuple[WatchedFolder, ...], drops: Drops, clock: Clock
    ) -> None:
        self._site = site
        self._settings = tables[0]
        self._drops = drops
        self._clock = clock
        self._resting = Resting(max(table.settle_s for table in tables))
        self._done: dict[str, Mark] = {}
        """What was taken, as it looked then; forgotten at each rescan."""
        self._scanned_at = clock.monotonic()
        self._moved = asyncio.Event()
        self._events: Events | None = None
        self._trouble = ""

    async def run(self) -> None:
        """Look for ever. The first look takes whatever lies there."""
        while True:
            self._moved.clear()
            await self._look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), self._wait_s())
            if self._moved.is_set():
                await asyncio.sleep(min(1.0, self._settings.settle_s))  # more will follow

    def close(self) -> None:
        """Hear of nothing any more."""
        if self._events is not None:
            self._events.close()
            self._events = None

    async def _look(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._scanned_at >= self._settings.rescan_s:
            self._scanned_at, self._done = now_s, {}
        try:
            loop = asyncio.get_running_loop()
            found = await in_its_own_thread(lambda: self._listen_and_look(loop))
        except OSError as error:
            self.close()
            self._resting = Resting(self._resting.settle_s)
            self._in_trouble(f"{self._settings.path}: {error.strerror}")
            return
        self._out_of_trouble()
        self._done = {name: mark for name, mark in self._done.items() if found.get(name) == mark}
        for name in self._resting.look(found, self._clock.monotonic()):
            if name not in self._done and await self._drops.take(name):
                self._done[name] = found[name]

    def _wait_s(self) -> float:
        """Return how long nothing is looked at: events, where there are any, end it sooner."""
        settings = self._settings
        waits_for = self._resting.names - self._done.keys()
        if waits_for:
            return min(settings.look_s, max(settings.settle_s / 2, 0.25))
        return settings.rescan_s if self._events is not None else settings.look_s

    def _listen_and_look(self, loop: asyncio.AbstractEventLoop) -> dict[str, Mark]:
        """Do what may hang; events first, so that nothing falls between the two."""
        self._listen(loop)
        return look(self._settings.path)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._events is not None and not self._events.is_alive:
            self.close()
        if self._events is not None or self._settings.events == "poll":
            return
        folder = self._settings.path
        if not folder.is_dir() or not gives_events(folder):
            return
        try:
            self._events = Events(folder, lambda: _call(loop, self._moved.set))
        except OSError as error:
            text = "a folder gives no events, it is looked at instead folder=%s: %s"
            _log.warning(text, folder, os.strerror(error.errno or 0))

    def _in_trouble(self, why: str) -> None:
        told = printable(why)
        if told != self._trouble:
            _log.error("a watched folder is not there site=%s: %s", self._site.name, told)
            self._note(f"a watched folder is not there: {told}")
        self._trouble = told

    def _out_of_trouble(self) -> None:
        if self._trouble:
            _log.info("a watched folder is there again site=%s", self._site.name)
            self._note(f"a watched folder is there again: {self._settings.path}")
        self._trouble = ""

    def _note(self, reason: str) -> None:
        self._site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=reason))


def _call(loop: asyncio.AbstractEventLoop, do: object) -> None:
    with suppress(RuntimeError):  # the loop has ended; so does the thread that tells of events
        loop.call_soon_threadsafe(do)  # type: ignore[arg-type]  # bound method of an Event
