"""The syslog listeners of a daemon's sites: begun, begun anew, and let go of as configured.

Lives in the engine's loop. What is heard is taken there, too, and counts as kept once that is done;
each listener itself works in threads of its own, so that nothing a sender does holds up a poll.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import TimeoutError as TooLateError
from dataclasses import dataclass
from functools import partial
from typing import Any

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.listening import Listening
from ccontrol.model.witness import LISTENER, Heard
from ccontrol.poll.overview import WitnessKind, WitnessStatus
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.sources.syslog.listener import Listener

STOP_S = 2.0
TAKEN_S = 30.0
"""So long taking may last before the listener tries again; what is known already is not doubled."""
Take = Callable[[OpenSite, Sequence[Heard]], Coroutine[Any, Any, object]]
"""Keeps what was heard of a site, durable, and acts upon it. Raises StoreError."""
_log = logging.getLogger(__name__)


class Listeners:
    """The listener of each site that has one."""

    def __init__(self, take: Take, clock: Clock) -> None:
        self._take = take
        self._clock = clock
        self._listeners: dict[str, Listener] = {}
        self._ending: dict[str, asyncio.Future[None]] = {}
        """Old ones that still have their ports."""

    def see_to(self, sites: Iterable[OpenSite]) -> None:
        """Listen where it is configured, and no more where it is not, or is otherwise now."""
        wanted = {site.name: site for site in sites if site.site.syslog is not None}
        self._ending = {name: end for name, end in self._ending.items() if not end.done()}
        for name, listener in tuple(self._listeners.items()):
            site = wanted.get(name)
            stays = site is not None and site.site.syslog == listener.settings
            if not (stays and listener.is_alive):
                del self._listeners[name]
                self._ending[name] = in_its_own_thread(partial(listener.stop, STOP_S))
        for name, site in wanted.items():
            settings = site.site.syslog
            if settings is not None and name not in self._listeners and name not in self._ending:
                self._begin(site, settings)

    def ports(self, site: str) -> dict[str, int]:
        """Return the ports at which a site listens, by way."""
        listener = self._listeners.get(site)
        return dict(listener.ports) if listener is not None else {}

    def standing(self, site: OpenSite) -> tuple[WitnessStatus, ...]:
        """Return how a site's listener stands; none where syslog is not configured."""
        settings = site.site.syslog
        if settings is None:
            return ()
        listener = self._listeners.get(site.name)
        listens = listener is not None and listener.is_alive
        shut = listener.shut if listener is not None and listens else ("it is not open yet",)
        at = ", ".join(f"{way} {named}" for way, named in settings.ways)
        trouble = "; ".join(shut)
        kind = WitnessKind.LISTENER
        return (WitnessStatus(kind, LISTENER, at, not trouble, trouble=trouble),)

    async def stop(self) -> None:
        """Let go of every listener; what was heard is taken first."""
        listeners = tuple(self._listeners.values())
        self._listeners.clear()
        ends = [in_its_own_thread(partial(each.stop, STOP_S)) for each in listeners]
        await asyncio.gather(*ends, *self._ending.values())

    def _begin(self, site: OpenSite, settings: Listening) -> None:
        sink = _Into(site, self._take, asyncio.get_running_loop())
        listener = Listener(settings, sink, self._clock, partial(self._tell, site))
        self._listeners[site.name] = listener
        listener.start()

    def _tell(self, site: OpenSite, sentence: str) -> None:
        """Say what a person should know: in the daemon's log and in the site's journal."""
        _log.warning("%s site=%s", sentence, site.name)
        site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=sentence))


@dataclass(frozen=True, slots=True)
class _Into:
    """From a listener's thread into the engine's loop."""

    site: OpenSite
    take: Take
    loop: asyncio.AbstractEventLoop

    def append_many(self, heard: Sequence[Heard]) -> None:
        """Return once all of it is kept. Raises StoreError."""
        taking = self.take(self.site, heard)
        try:
            future = asyncio.run_coroutine_threadsafe(taking, self.loop)
        except RuntimeError as error:  # the loop has ended
            taking.close()
            raise StoreError("the engine has ended") from error
        try:
            future.result(TAKEN_S)
        except TooLateError as error:
            future.cancel()
            raise StoreError("the engine does not take it", hint="It is tried again.") from error
