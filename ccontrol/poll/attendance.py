"""Which witnesses of a site are there, and how well each watched lately: for status and numbers.

Changes nothing and keeps no evidence. No configuration names the sensors: one is known once it
came, over restarts too, and forgotten when it has stayed away for a week.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.overview import WitnessKind, WitnessStatus
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

AWAY = timedelta(days=7)
"""A sensor that was not there for so long is not missed any more."""
SAVE_S = 60.0
KNOWN_AT_MOST = 64
"""So many sensors of a site are known, those that watched last: their names are their own."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownSensor:
    """A sensor that came once."""

    name: str
    at: str
    """The interfaces it named."""
    watched_until: datetime


_KNOWN = TypeAdapter(tuple[KnownSensor, ...])


class Connected(Protocol):
    """Whoever holds the lines of sensors."""

    @property
    def connected(self) -> dict[str, str]:
        """Return the interfaces of each sensor that is connected, by its name."""


class Elsewhere(Protocol):
    """Whoever knows how the other witnesses of a site stand, as far as no watch says it."""

    def standing(self, site: OpenSite) -> tuple[WitnessStatus, ...]:
        """Return one row for each."""


@dataclass(slots=True)
class _Watched:
    """What one witness said of its watching since the daemon began."""

    until: datetime
    packets: int = 0
    dropped: int = 0


class Attendance:
    """Of every site of a daemon. Lives in the engine's loop."""

    def __init__(self, door: Connected, clock: Clock) -> None:
        self.elsewhere: list[Elsewhere] = []
        """Listeners and followed logs."""
        self._door = door
        self._clock = clock
        self._watched: dict[tuple[str, str], _Watched] = {}
        self._known: dict[str, dict[str, KnownSensor]] = {}
        """Of each site, the one that watched last at the end."""
        self._learnt: set[str] = set()
        self._saved: dict[str, tuple[KnownSensor, ...]] = {}
        self._saved_at = float("-inf")

    def heard(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        """Take in what is new in a site's log of witnesses."""
        for each in new:
            if isinstance(each.said, Watch):
                self._add(site, each.source, each.said)

    def of(self, site: OpenSite) -> tuple[WitnessStatus, ...]:
        """Return how each witness of a site stands: sensors, then the others."""
        others = (row for each in self.elsewhere for row in each.standing(site))
        return (*self._sensors(site), *(self._counted(site, row) for row in others))

    async def see_to(self, sites: list[OpenSite]) -> None:
        """Learn which sensors were known before a restart, and keep those that are known now."""
        for site in sites:
            if site.name not in self._learnt:
                self._learnt.add(site.name)
                before = await in_its_own_thread(partial(_stored, site.places.sensors))
                known = {each.name: each for each in before}
                self._known[site.name] = known | self._known.get(site.name, {})
        now = self._clock.monotonic()
        if now - self._saved_at >= SAVE_S:
            self._saved_at = now
            await self.save(sites)

    async def save(self, sites: list[OpenSite]) -> None:
        """Keep which sensors are known."""
        for site in sites:
            await self._save(site)

    def _add(self, site: OpenSite, name: str, watch: Watch) -> None:
        watched = self._watched.setdefault((site.name, name), _Watched(watch.until))
        watched.until = max(watched.until, watch.until)
        watched.packets += watch.packets
        watched.dropped += watch.dropped
        if name in self._door.connected:
            self._know(site, name, watched.until)

    def _know(self, site: OpenSite, name: str, until: datetime) -> None:
        known = self._known.setdefault(site.name, {})
        known.pop(name, None)
        known[name] = KnownSensor(name, self._door.connected[name], until)
        if len(known) > KNOWN_AT_MOST:
            del known[next(iter(known))]

    def _sensors(self, site: OpenSite) -> Iterator[WitnessStatus]:
        connected, long_ago = self._door.connected, self._clock.now() - AWAY
        known = self._known.get(site.name, {})
        for name in sorted({*known, *connected}):
            last = known.get(name)
            if name in connected or (last is not None and last.watched_until >= long_ago):
                at = connected.get(name) or (last.at if last else "")
                until = last.watched_until if last else None
                row = WitnessStatus(WitnessKind.SENSOR, name, at, name in connected, until)
                yield self._counted(site, row)

    def _counted(self, site: OpenSite, row: WitnessStatus) -> WitnessStatus:
        watched = self._watched.get((site.name, row.name))
        if watched is None:
            return row
        return row.with_counts(watched.until, watched.packets, watched.dropped)

    async def _save(self, site: OpenSite) -> None:
        known = tuple(self._known.get(site.name, {}).values())
        if known == self._saved.get(site.name, ()):
            return
        try:
            await in_its_own_thread(partial(_store, site.places.sensors, known))
        except StoreError as error:  # status forgets a sensor at a restart; nothing else does
            _log.error("which sensors are known is not kept: %s (%s)", error, error.hint)
        else:
            self._saved[site.name] = known


def _stored(path: Path) -> tuple[KnownSensor, ...]:
    """Return the sensors that were known; nobody where the file is damaged: they come again."""
    try:
        with named_failures(path):
            return _KNOWN.validate_json(path.read_bytes()) if path.exists() else ()
    except (StoreError, ValidationError) as error:
        _log.warning("which sensors were known cannot be read path=%s: %s", path, error)
        return ()


def _store(path: Path, known: tuple[KnownSensor, ...]) -> None:
    durable.write_whole(path, _KNOWN.dump_json(known, indent=1) + b"\n")
