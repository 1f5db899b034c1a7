"""Watched folders of a site: one task each looks, waits until files rest, and has them taken.

What is wrong with a folder is told once, and once when it is over. Nothing a folder does holds up a
poll: it is listed and read in a thread of its own, and a hung share holds up that folder alone.
"""

import asyncio
import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import WatchedFolder
from ccontrol.drivers.projectfile.events import Events, gives_events
from ccontrol.drivers.projectfile.listing import MOST_ENTRIES, Listed, Mark, Resting, look
from ccontrol.poll.complaints import FOLDER, Complaints
from ccontrol.poll.crew import Crew
from ccontrol.poll.drops import Drops, Taking
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
        try:
            complaints = Complaints(site, tables[0].path, self._clock)
            drops = Drops(site, tables, self._crew, complaints, self._clock)
            watch = FolderWatch(tables, drops, complaints, self._clock)
            try:
                await watch.run()
            finally:
                watch.close()
        except Exception:  # noqa: BLE001 — supervised border: told, and begun anew at the next look
            text = "a folder is not watched by a defect site=%s folder=%s"
            _log.exception(text, site.name, tables[0].path)
            await asyncio.sleep(tables[0].look_s)


def by_path(folders: Iterable[WatchedFolder]) -> tuple[tuple[WatchedFolder, ...], ...]:
    """Return the tables that name the same folder together."""
    found: dict[Path, list[WatchedFolder]] = {}
    for folder in folders:
        found.setdefault(folder.path, []).append(folder)
    return tuple(map(tuple, found.values()))


class FolderWatch:
    """One folder, and the folders inside it."""

    def __init__(
        self,
        tables: tuple[WatchedFolder, ...],
        drops: Drops,
        complaints: Complaints,
        clock: Clock,
    ) -> None:
        self._settings = tables[0]
        self._depth = max(table.depth for table in tables)
        self._drops = drops
        self._complaints = complaints
        self._clock = clock
        self._resting = Resting(max(table.settle_s for table in tables))
        self._done: dict[str, Mark] = {}
        """What was taken, as it looked then; forgotten at each rescan."""
        self._later: frozenset[str] = frozenset()
        """What could not be taken, and is tried again at each look."""
        self._scanned_at = clock.monotonic()
        self._moved = asyncio.Event()
        self._events: Events | None = None

    async def run(self) -> None:
        """Look for ever. The first look takes whatever lies there."""
        while True:
            self._moved.clear()
            await self._look()
            await self._complaints.save()
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
        loop = asyncio.get_running_loop()
        looking = in_its_own_thread(lambda: self._listen_and_look(loop))
        try:
            listed = await self._complaints.wait_for(looking, FOLDER, self._settings.patience_s)
        except OSError as error:
            self.close()
            self._resting = Resting(self._resting.settle_s)
            self._complaints.tell(FOLDER, f"cannot be listed: {error.strerror}")
            return
        self._tell(listed)
        found = listed.files
        self._done = {name: mark for name, mark in self._done.items() if found.get(name) == mark}
        await self._take(found)

    async def _take(self, found: Mapping[str, Mark]) -> None:
        later = set()
        for name in self._resting.look(found, self._clock.monotonic()):
            if name in self._done:
                continue
            taking = await self._drops.take(name)
            if taking is Taking.DONE:
                self._done[name] = found[name]
            elif taking is Taking.LATER:
                later.add(name)
        self._later = frozenset(later)

    def _tell(self, listed: Listed) -> None:
        """Say what of the folder is not seen, and that it is seen again."""
        if listed.whole:
            self._complaints.clear(FOLDER)
        else:
            more = f"holds more than {MOST_ENTRIES} files and folders: the rest is not looked at"
            self._complaints.tell(FOLDER, more)
        self._complaints.clear_all_but({*listed.files, *listed.unlisted})
        for inside, why in listed.unlisted.items():
            self._complaints.tell(inside, f"cannot be listed: {why}")

    def _wait_s(self) -> float:
        """Return how long nothing is looked at: events, where there are any, end it sooner."""
        settings = self._settings
        if self._resting.names - self._done.keys() - self._later:
            return min(settings.look_s, max(settings.settle_s / 2, 0.25))
        has_to_look = self._later or self._events is None
        return settings.look_s if has_to_look else settings.rescan_s

    def _listen_and_look(self, loop: asyncio.AbstractEventLoop) -> Listed:
        """Do what may hang; events first, so that nothing falls between the two."""
        self._listen(loop)
        return look(self._settings.path, self._depth)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._events is not None and not self._events.is_alive:
            self.close()
        if self._events is not None or self._settings.events == "poll":
            return
        folder = self._settings.path
        if not folder.is_dir() or not gives_events(folder):
            return
        try:
            told = partial(_call, loop, self._moved.set)
            self._events = Events(folder, told, inside=self._depth > 0)
        except OSError as error:
            text = "a folder gives no events, it is looked at instead folder=%s: %s"
            _log.warning(text, folder, os.strerror(error.errno or 0))


def _call(loop: asyncio.AbstractEventLoop, do: object) -> None:
    with suppress(RuntimeError):  # the loop has ended; so does the thread that tells of events
        loop.call_soon_threadsafe(do)  # type: ignore[arg-type]  # bound method of an Event
