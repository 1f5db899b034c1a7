"""Telling the channels of a site that cannot be opened: nobody follows its history meanwhile.

Its queues lie in the store that cannot be had, so each channel is told past them, again and again
until it has taken it.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.alerts import senders
from ccontrol.alerts.courier import Send
from ccontrol.alerts.matching import as_wanted, wants
from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.errors import DeliveryError, StoreError
from ccontrol.model.alert import Alert, Channel, Event
from ccontrol.poll import tellable

GRACE_S = 45.0
"""A site may be closed for so long, e.g. to a command that has it, before that is told."""
LOOK_S = 15.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Closed:
    site: Site
    since: datetime
    reason: str
    told: set[str] = field(default_factory=set)
    """Names of the channels that have it."""


class ClosedSites:
    """Which sites are closed, and who has been told. Used by the loop alone."""

    def __init__(self, clock: Clock, send: Send = senders.send) -> None:
        self._clock = clock
        self._send = send
        self._closed: dict[str, _Closed] = {}
        self._over: list[tuple[Site, Alert, set[str]]] = []
        """Sites that are open again, with the channels that have to hear of it."""
        self._telling: asyncio.Task[None] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The sites that are closed."""
        return frozenset(self._closed)

    def note(self, site: Site, error: StoreError) -> None:
        """Note that a site could not be opened."""
        known = self._closed.get(site.name)
        if known is None:
            known = self._closed[site.name] = _Closed(site, self._clock.now(), "")
        known.site, known.reason = site, str(error)
        self._tell_beside()

    def clear(self, name: str) -> None:
        """Note that a site is open, or not configured any more."""
        known = self._closed.pop(name, None)
        if known is not None and known.told:
            over = tellable.cleared(_alert(known), self._clock.now())
            self._over.append((known.site, over, known.told))
            self._tell_beside()

    async def close(self) -> None:
        """Tell no more."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def _tell_beside(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._closed or self._over:
            for known in tuple(self._closed.values()):
                if (self._clock.now() - known.since).total_seconds() >= GRACE_S:
                    await self._tell_of(known)
            for over in tuple(self._over):
                await self._tell_end(*over)
                if not over[2]:
                    self._over.remove(over)
            await asyncio.sleep(LOOK_S)

    async def _tell_of(self, known: _Closed) -> None:
        alert = _alert(known)
        for channel in known.site.alerts:
            is_due = channel.name not in known.told and wants(channel, alert)
            if is_due and await self._has_taken(channel, alert):
                known.told.add(channel.name)

    async def _tell_end(self, site: Site, alert: Alert, waiting: set[str]) -> None:
        for channel in site.alerts:
            if channel.name in waiting and await self._has_taken(channel, alert):
                waiting.discard(channel.name)

    async def _has_taken(self, channel: Channel, alert: Alert) -> bool:
        told = as_wanted(channel, alert)
        try:
            await asyncio.to_thread(self._send, channel, [told], self._clock)
        except DeliveryError as error:
            text = "a channel was not told of a closed site: %s site=%s channel=%s"
            _log.error(text, error, alert.site, channel.name)
            return False
        return True


def _alert(known: _Closed) -> Alert:
    return tellable.trouble(Event.CLOSED, known.site.name, "", known.since, known.reason)
