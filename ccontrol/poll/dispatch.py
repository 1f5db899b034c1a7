"""Who is asked now: takes tickets when there is room for their polls, and has the polls made.

Whose turn it is, is known by turns; how a poll is made, by the visitor.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from ccontrol.clock import Clock
from ccontrol.config.settings import EngineSettings
from ccontrol.errors import PausedError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.admission import Admission, Place
from ccontrol.poll.crew import Crew
from ccontrol.poll.evidence import Evidence
from ccontrol.poll.in_hand import Poll
from ccontrol.poll.roster import Roster
from ccontrol.poll.triage import DEEP
from ccontrol.poll.turns import Turns
from ccontrol.poll.visit import Visitor
from ccontrol.poll.waiting import Key, Priority, Ticket
from ccontrol.poll.watched import Watched
from ccontrol.store.standing import Pause

DEEP_WAITING = 20
"""So many results that wait for the store hold up further deep reads."""
UNCONFIGURED = "it is not configured like this any more"

_log = logging.getLogger(__name__)


class Dispatch:
    """The polls of an engine that are in hand, and whoever waits for what comes of them."""

    def __init__(
        self, roster: Roster, turns: Turns, crew: Crew, evidence: Evidence, clock: Clock
    ) -> None:
        self.visitor = Visitor(crew, clock, turns.follow, roster.pace_of)
        self._roster = roster
        self._turns = turns
        self._crew = crew
        self._evidence = evidence
        self._clock = clock
        self._admission = Admission()
        self._held: Counter[str] = Counter()
        self._in_hand: set[Key] = set()
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._listening: dict[Key, list[asyncio.Future[JournalEntry]]] = {}

    @property
    def settings(self) -> EngineSettings:
        """The measures by which polls are made."""
        return self.visitor.settings

    def hold(self, site: str) -> None:
        """Ask nobody of a site until it is released as often; what falls due meanwhile waits."""
        self._held[site] += 1

    def release(self, site: str) -> None:
        """Ask again."""
        self._held[site] -= 1
        self._turns.wake.set()

    def holds(self, site: str) -> bool:
        """Whether nobody of a site is asked just now."""
        return self._held[site] > 0

    def next_entry(self, key: Key) -> "asyncio.Future[JournalEntry]":
        """Return a future of whatever comes of the next poll of a controller."""
        told: asyncio.Future[JournalEntry] = asyncio.get_running_loop().create_future()
        self._listening.setdefault(key, []).append(told)
        return told

    def fill(self, *, with_a_suspect: bool) -> None:
        """Ask everybody who waits and can be asked; a suspect has a place of its own."""
        most = self.settings.in_flight
        with_a_suspect = with_a_suspect and any(watched.alone for watched in self._roster)
        while self._admission.in_hand < most + with_a_suspect:
            full = frozenset() if with_a_suspect else self._admission.full(most)
            ticket = self._turns.waiting.take(self._is_free, without=full)
            if ticket is None:
                return
            watched = self._roster.find(ticket.key)
            if watched is not None and not self._turns.postponed(watched, ticket):
                watched.asking = ticket.depth
                self._in_hand.add(ticket.key)
                place = self._admission.enter(watched, ticket.depth)
                poll = Poll(watched, ticket, self._roster.site_of(watched))
                self.spawn(self._serve(poll, place), ticket.key.site)

    def let_go(self, watched: Watched, reason: str) -> None:
        """Stop asking a controller at once, and ask nothing more of what was due."""
        self._crew.cancel(watched.controller, reason)
        replies = [reply for ticket in self._turns.forget(watched) for reply in ticket.replies]
        if watched.key not in self._in_hand:  # else they hear of the poll that ends now
            replies += self._listening.pop(watched.key, ())
        for reply in replies:
            if not reply.done():
                reply.set_exception(PausedError(f"{watched.key}: {reason}"))

    def dismiss(self, watched: Watched) -> None:
        """Let go for good of a controller that is not configured any more."""
        watched.pause = Pause(self._clock.now(), "the configuration", UNCONFIGURED)
        self.let_go(watched, UNCONFIGURED)
        self._evidence.forget(watched)

    def spawn(self, work: Coroutine[Any, Any, None], site: str = "") -> None:
        """Have something done on behalf of a site, or of them all."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = site
        task.add_done_callback(self._tasks.pop)

    async def finish(self, site: str) -> None:
        """Return once nothing of a site is in hand any more."""
        while own := [task for task, whose in self._tasks.items() if whose == site]:
            await asyncio.wait(own)

    async def stop(self) -> None:
        """Cancel everything that is in hand."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.visitor.stop()

    def _is_free(self, ticket: Ticket) -> bool:
        watched = self._roster.find(ticket.key)
        if watched is None:
            return True
        if ticket.key in self._in_hand or watched.pause is not None:
            return False
        if self.holds(ticket.key.site) or self._evidence.holds(ticket):
            return False
        held = self._clock.monotonic() < watched.held_until
        left_alone = held or watched.quarantined(self._clock.now())
        by_hand = ticket.priority is Priority.BY_HAND
        if not by_hand and (left_alone or self._store_is_behind(watched, ticket.depth)):
            return False
        return self._admission.has_room(watched, ticket.depth, self.settings.in_flight)

    def _store_is_behind(self, watched: Watched, depth: Depth) -> bool:
        """Whole programs wait while the store takes nothing: they would lie in memory."""
        site = self._roster.site_of(watched)
        return depth in DEEP and (site.full is not None or site.scribe.waiting >= DEEP_WAITING)

    async def _serve(self, poll: Poll, place: Place) -> None:
        watched, ticket = poll.watched, poll.ticket
        try:
            entry = await self.visitor.visit(poll)
        except Exception as error:  # noqa: BLE001 — supervised border: a defect is told
            _log.exception("a poll failed by a defect controller=%s", watched.key)
            reason = f"defect: {type(error).__name__}: {error}"
            at, name = self._clock.now(), watched.controller.id
            entry = JournalEntry(at, name, Outcome.FAILED, ticket.depth, reason=reason)
            poll.site.note(entry)
        finally:
            watched.asking = None
            self._in_hand.discard(ticket.key)
            self._admission.leave(place)
            self._turns.wake.set()
        for reply in (*ticket.replies, *self._listening.pop(ticket.key, ())):
            if not reply.done():
                reply.set_result(entry)
