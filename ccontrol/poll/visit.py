"""One poll from its ticket to its line in the journal. Runs in the engine's loop.

Whose turn it is, is the engine's business; what a result leads to, acting's and accounts'; what
none leads to, setbacks'. Here they are done in their order, and every way to fail is told.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import EngineSettings
from ccontrol.drivers.api import SEATED, Ask
from ccontrol.errors import CcontrolError, PausedError, StoreError
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll import accounts, passwords, restless
from ccontrol.poll import watched as health_of
from ccontrol.poll.acting import Acting
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.delivery import Delivery, Parcel, spool_name
from ccontrol.poll.in_hand import Poll, of_error, with_heard, with_sight
from ccontrol.poll.letters import Letter, expected, taken_in
from ccontrol.poll.messages import Collected
from ccontrol.poll.setbacks import Setbacks, broken, has_failed
from ccontrol.poll.sighted import Sighted
from ccontrol.poll.site import OpenSite
from ccontrol.poll.telling import tell_poll
from ccontrol.poll.triage import DEEP, Decision, Follow
from ccontrol.poll.watched import SUCCESSES, Watched

LARGE_BYTES = 8 * 1024 * 1024
"""Larger captures are understood one at a time: what is made of them lies in memory."""
STORE_RETRY_S = 60.0

_log = logging.getLogger(__name__)


class Visitor:
    """Makes polls."""

    def __init__(
        self,
        crew: Crew,
        clock: Clock,
        follow: Callable[[Watched, Follow], None],
        pace_of: Callable[[Controller], float],
    ) -> None:
        self._crew = crew
        self._clock = clock
        self._follow = follow
        self._pace_of = pace_of
        self._delivery = Delivery(clock)
        self._acting = Acting(self._delivery, clock, follow)
        self._setbacks = Setbacks(clock, follow)
        self._large = asyncio.Semaphore(1)
        self.settings = EngineSettings()
        self.scheduled = False
        """Whether anybody is asked again without being told to; not so in a poll by hand."""

    async def visit(self, poll: Poll) -> JournalEntry:
        """Make a poll, act on what it brought, and return its line, which is noted already."""
        watched, before = poll.watched, poll.watched.health
        if poll.ticket.triggered and poll.ticket.depth in DEEP:
            watched.health = replace(watched.health, last_deep_at=self._clock.now())
        try:
            entry = await self._visit(poll)
        except PausedError as error:
            entry = of_error(self._failure(poll, str(error)), error)
        except StoreError as error:  # nothing was asked: what is owed comes later
            watched.health = before
            if poll.ticket.depth in DEEP:
                self._follow(watched, Follow(poll.ticket.depth, STORE_RETRY_S))
            missed = poll.entry(self._clock.now(), Outcome.MISSED, f"the store: {error}")
            entry = of_error(missed, error)
        except CcontrolError as error:
            told = of_error(self._failure(poll, str(error)), error)
            entry = self._setbacks.failed(poll, told, scheduled=self.scheduled)
        if entry.outcome in SUCCESSES:
            watched.succeeded_at = entry.at
        entry = replace(entry, owed_since=watched.health.owed_since)
        watched.last = entry
        poll.site.note(entry)
        tell_poll(watched, before, entry)
        if watched.health != before:
            poll.site.ledger.remember(watched.controller.id, watched.health)
        return entry

    async def stop(self) -> None:
        """Wait for no store any more."""
        await self._delivery.stop()

    async def confess(self, watched: Watched, site: OpenSite) -> None:
        """Commit what the engine itself has to say of a controller, if that is news."""
        own = health_of.confession(watched, self._clock.now())
        watched.told = own.findings
        for finding in sorted(own.findings):
            _log.warning("%s controller=%s finding=%s", finding.text, watched.key, finding.code)
        if await self._delivery.state_of(watched, site, frozenset()) is not None:
            over = not restless.restless(watched.health.unrest, own.taken_at)
            sums_up = restless.summary(watched.health.unrest) if over else ""
            sighted = Sighted(watched.controller, own, sums_up=sums_up)
            await self._delivery.send(Parcel(watched, site, sighted))

    async def _visit(self, poll: Poll) -> JournalEntry:
        spool, depth = poll.site.spool, poll.ticket.depth
        if depth in DEEP:
            spool.require_room()  # before the controller is troubled
        name = spool_name(poll.controller, depth, self._clock.now())
        with expected(spool, name) as file:
            return await self._ask(poll, name, file)

    async def _ask(self, poll: Poll, name: str, file: Path) -> JournalEntry:
        watched, ticket = poll.watched, poll.ticket
        refused = passwords.was_refused(poll.controller, watched.health, poll.site.seal)
        heard = await self._crew.collect(
            poll.controller,
            Ask(ticket.depth, await self._known(poll), await self._seated(poll), refused),
            self._pace_of(poll.controller),
            lambda: watched.pause is None,
            file,
            alone=watched.alone,
        )
        if isinstance(heard, Lost):
            return self._setbacks.broke_a_worker(poll, heard, self.settings)
        name_of, now = poll.controller.id, self._clock.now()
        poll.site.own_ends.note(name_of, heard.own_end, now, heard.duration_ms)
        watched.suspect = False  # whatever it said, it broke nothing
        if heard.password_refused:
            watched.health = passwords.refused(poll.controller, watched.health, poll.site.seal)
        entry = with_heard(self._failure(poll, heard.fault), heard)
        if heard.fault_class == PausedError.__name__:
            return entry
        if heard.fault and not heard.bytes_received:
            return self._setbacks.failed(poll, entry, scheduled=self.scheduled)
        try:
            letter = await taken_in(poll.site.spool, name, heard)
            async with self._large if letter.size > LARGE_BYTES else nullcontext():
                return await self._understand(poll, heard, letter, entry)
        except StoreError as error:  # the controller is not to blame
            return of_error(replace(entry, reason=f"could not be kept: {error}"), error)

    async def _known(self, poll: Poll) -> dict[str, str]:
        """Return the fingerprints that spare the driver a block's content."""
        if poll.ticket.depth is not Depth.INVENTORY:
            return {}
        state = await self._delivery.state_of(poll.watched, poll.site)
        units = {} if state is None else state.units
        return {
            str(unit_id): known.unit.fingerprint
            for unit_id, known in units.items()
            if known.unit and known.unit.fingerprint and known.unread is None
        }

    async def _seated(self, poll: Poll) -> frozenset[str] | None:
        """Return the modules that the history knows; None where nobody can tell."""
        if poll.ticket.depth not in (Depth.DIAGNOSTICS, Depth.FULL):
            return None
        try:
            state = await self._delivery.state_of(poll.watched, poll.site, SEATED)
        except StoreError:  # polls go on while the store gives nothing
            return None
        units = {} if state is None else state.units
        return frozenset(str(unit_id) for unit_id in units if unit_id.kind in SEATED)

    async def _understand(
        self, poll: Poll, heard: Collected, letter: Letter, entry: JournalEntry
    ) -> JournalEntry:
        watched = poll.watched
        decoded = await self._crew.decode(letter.source, poll.site.seal)
        fault = broken(watched, decoded)
        if isinstance(decoded, Lost) or decoded.snapshot is None or fault:
            await letter.put_aside(fault)
            lost = Lost(f"its answers broke the decoder: {fault}", sure=True)
            return self._setbacks.broke_a_worker(poll, lost, self.settings)
        snapshot = accounts.with_own_findings(watched, decoded.snapshot, self._clock.now())
        entry = with_sight(entry, watched.memory, snapshot)
        decision: Decision | None = None
        if not snapshot.usable and has_failed(poll, heard):
            entry = self._unverified(poll, snapshot, entry)
        else:
            decision = await self._acting.decide(poll, snapshot)
        if decision is None or decision.commit is None:
            await letter.let_go()
        if decision is None:
            return entry
        entry = await self._acting.act(poll, snapshot, decision, entry, letter)
        return with_sight(entry, watched.memory, snapshot)

    def _unverified(self, poll: Poll, snapshot: Snapshot, entry: JournalEntry) -> JournalEntry:
        """It answered something, and then it could not be verified."""
        told = replace(entry, reason=snapshot.reason or entry.reason)
        entry = self._setbacks.failed(poll, told, scheduled=self.scheduled)
        poll.watched.health = health_of.after_unverified(poll.watched.health, entry.at)
        return entry

    def _failure(self, poll: Poll, reason: str) -> JournalEntry:
        return poll.entry(self._clock.now(), Outcome.FAILED, reason)
