"""When changes are judged anew: soon after something new was heard, never all the time."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.errors import CcontrolError
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.judging_anew import JudgedAnew, judge_since_mark
from ccontrol.poll.site import OpenSite

GATHER_S = 1.0
"""What is heard within this time is thought of at once."""
SHARE = 4
"""A round that took long is followed by a rest that is so many times as long."""
TOLD_AT_MOST = 1_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Site:
    """What is under way at one site."""

    timer: asyncio.TimerHandle | None = None
    rest_s: float = GATHER_S
    told: deque[JudgedAnew] = field(default_factory=lambda: deque(maxlen=TOLD_AT_MOST))


class JudgingRounds:
    """Has changes judged anew by the sites' writers. Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sites: dict[str, _Site] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, site: OpenSite) -> None:
        """Think of what was heard while no daemon ran, or before this one was killed."""
        self._plan(site)

    def heard(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        """Take in that something new is in a site's log of witnesses."""
        if any(not isinstance(each.said, Watch) and each.controller_id for each in new):
            self._plan(site)

    async def settle(self, site: OpenSite, since: datetime) -> tuple[JudgedAnew, ...]:
        """Think of all that was heard by now; return what was judged anew since a time."""
        known = self._sites.setdefault(site.name, _Site())
        if known.timer is not None:
            known.timer.cancel()
            known.timer = None
        await self._round(site, known)
        return tuple(judged for judged in known.told if judged.at >= since)

    async def stop(self) -> None:
        """Think of nothing more; the mark says what is left for the next daemon."""
        for known in self._sites.values():
            if known.timer is not None:
                known.timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _plan(self, site: OpenSite) -> None:
        known = self._sites.setdefault(site.name, _Site())
        if known.timer is None:
            loop = asyncio.get_running_loop()
            known.timer = loop.call_later(known.rest_s, self._due, site, known)

    def _due(self, site: OpenSite, known: _Site) -> None:
        known.timer = None
        task = asyncio.get_running_loop().create_task(self._tried(site, known))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tried(self, site: OpenSite, known: _Site) -> None:
        try:
            await self._round(site, known)
        except CcontrolError as error:
            text = "changes are not judged anew site=%s: %s (%s)"
            _log.error(text, site.name, error, error.hint)

    async def _round(self, site: OpenSite, known: _Site) -> None:
        begun = self._clock.monotonic()
        work = site.scribe.give(lambda line: judge_since_mark(line, site, self._clock))
        judged = await asyncio.wrap_future(work)
        known.told.extend(judged)
        known.rest_s = max(GATHER_S, SHARE * (self._clock.monotonic() - begun))
