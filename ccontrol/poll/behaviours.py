"""What an engine learns of its controllers' users, kept, and told as findings. Lives in its loop.

What is learnt and what differs is attribution's; here it is read, kept and laid to the controllers.
Reading and writing go on beside the loop: what is heard meanwhile waits, a bounded number.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from ccontrol.attribution import behaviour as rules
from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.model.behaviour import Behaviour
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Heard
from ccontrol.poll.learnt import LearntFiles
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.poll.waiting import Key

WAITING_AT_MOST = 10_000
KEEP_S = 30.0
"""Between two times in which what was learnt is written; what is told is told at once."""
_log = logging.getLogger(__name__)
IsOwn = Callable[[Key, EngineeringEvent], bool]
"""Whether an event is a poll of ours, by its exact end."""


@dataclass(slots=True)
class _Learnt:
    """What is known of one site."""

    files: LearntFiles
    known: dict[str, Behaviour] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)
    waiting: deque[Heard] = field(default_factory=lambda: deque(maxlen=WAITING_AT_MOST))
    decided_bytes: int = -1
    """Of the decisions that are in it; -1: nothing was read yet."""
    kept_at: float = 0.0
    beside: "asyncio.Future[None] | None" = None
    complaint: str = ""


class Behaviours:
    """Learns from what witnesses hand in."""

    def __init__(
        self, roster: Roster, clock: Clock, is_own: IsOwn = lambda _key, _event: False
    ) -> None:
        self._roster = roster
        self._clock = clock
        self._is_own = is_own
        self._sites: dict[str, _Learnt] = {}

    def follow(self, site: OpenSite, heard: Sequence[Heard]) -> None:
        """Take in what was new of a site, once it is kept."""
        learnt = self._of(site)
        learnt.waiting.extend(
            one for one in heard if one.controller_id and isinstance(one.said, EngineeringEvent)
        )
        if learnt.decided_bytes >= 0 and learnt.beside is None:
            self._learn(site, learnt)

    def see_to(self) -> None:
        """Do what is due for every site, beside everything else. Call it every few seconds."""
        for name in self._sites.keys() - self._roster.sites.keys():
            del self._sites[name]
        for site in self._roster.sites.values():
            learnt = self._of(site)
            if learnt.beside is not None and not learnt.beside.done():
                continue
            if learnt.beside is not None:
                self._end(site, learnt, learnt.beside)
            self._begin(site, learnt)

    async def stop(self) -> None:
        """Keep what was learnt."""
        for site in tuple(self._roster.sites.values()):
            learnt = self._of(site)
            if learnt.beside is not None:
                await asyncio.wait({learnt.beside})
            self._learn(site, learnt)
            with suppress(
                StoreError
            ):  # it is learnt again from what comes; polls tell of the store
                await in_its_own_thread(partial(_keep, learnt.files, self._unkept(learnt)))

    # -- beside the loop -------------------------------------------------------------------------

    def _begin(self, site: OpenSite, learnt: _Learnt) -> None:
        self._learn(site, learnt)
        is_due = self._clock.monotonic() - learnt.kept_at >= KEEP_S
        behaviours = self._unkept(learnt) if is_due else ()
        if is_due:
            learnt.kept_at = self._clock.monotonic()
        names = frozenset(controller.id for controller in site.site.controllers)
        learnt.beside = in_its_own_thread(partial(self._beside, learnt, names, behaviours))

    def _beside(
        self, learnt: _Learnt, names: frozenset[str], behaviours: Collection[Behaviour]
    ) -> None:
        """Write, then read what people decided; runs in a thread, while nobody else learns."""
        _keep(learnt.files, behaviours)
        decided_bytes = learnt.files.decided_bytes()
        if decided_bytes == learnt.decided_bytes:
            return
        _keep(learnt.files, self._unkept(learnt))
        stored = names & {*learnt.files.controllers()} if learnt.decided_bytes < 0 else names
        learnt.known |= {name: learnt.files.read(name) for name in stored}
        learnt.decided_bytes = decided_bytes

    def _end(self, site: OpenSite, learnt: _Learnt, done: "asyncio.Future[None]") -> None:
        learnt.beside = None
        try:
            done.result()
        except StoreError as error:
            if str(error) != learnt.complaint:
                text = "what was learnt of users cannot be kept site=%s: %s (%s)"
                _log.error(text, site.name, error, error.hint)
            learnt.complaint = str(error)
            learnt.unwritten |= learnt.known.keys()
        else:
            learnt.complaint = ""

    def _unkept(self, learnt: _Learnt) -> tuple[Behaviour, ...]:
        found = tuple(learnt.known[name] for name in sorted(learnt.unwritten))
        learnt.unwritten.clear()
        return found

    # -- in the loop -----------------------------------------------------------------------------

    def _learn(self, site: OpenSite, learnt: _Learnt) -> None:
        if learnt.decided_bytes < 0:
            return
        learning = timedelta(days=site.site.learning_days)
        others = frozenset(name for each in learnt.known.values() for name in rules.engineers(each))
        while learnt.waiting:
            heard = learnt.waiting.popleft()
            name, event = heard.controller_id, heard.said
            if not isinstance(event, EngineeringEvent) or self._is_own(Key(site.name, name), event):
                continue
            known = learnt.known.get(name) or Behaviour(name)
            learnt.known[name] = rules.learn(known, event, heard.at, others, learning)
            learnt.unwritten.add(name)
        self._lay(site, learnt)

    def _lay(self, site: OpenSite, learnt: _Learnt) -> None:
        """Lay to each controller what is to be told of it."""
        now = self._clock.now()
        for watched in self._roster.of_site(site.name):
            name = watched.controller.id
            known = learnt.known.get(name)
            if known is None:
                continue
            passed = rules.settled(known, now)
            if passed is not known:
                learnt.known[name] = passed
                learnt.unwritten.add(name)
            watched.deviations = rules.findings(passed)
            watched.deviation_checks = rules.checks(passed)

    def _of(self, site: OpenSite) -> _Learnt:
        if site.name not in self._sites:
            self._sites[site.name] = _Learnt(LearntFiles(site.places.behaviour))
        return self._sites[site.name]


def _keep(files: LearntFiles, behaviours: Collection[Behaviour]) -> None:
    for behaviour in behaviours:
        files.write(behaviour)
