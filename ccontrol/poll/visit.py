"""One poll from its ticket to its line in the journal. Runs in the engine's loop.

Whose turn it is, is the engine's business; what a result asks for is triage's; what it means is the
pipeline's. Here they are done in their order, and every way in which they can fail is told.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

from ccontrol.clock import Clock
from ccontrol.config.settings import EngineSettings
from ccontrol.drivers.api import Ask
from ccontrol.errors import CcontrolError, OverBudgetError, PausedError, StoreError, WorkerDiedError
from ccontrol.model.aspect import Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.model.state import State
from ccontrol.poll import passwords, window
from ccontrol.poll import watched as health_of
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.delivery import Delivery, Parcel, spool_name
from ccontrol.poll.messages import Collected, Decoded
from ccontrol.poll.pipeline import Sighted, kinds_of
from ccontrol.poll.schedule import Turn, next_phase
from ccontrol.poll.site import OpenSite
from ccontrol.poll.telling import tell_poll
from ccontrol.poll.triage import DEEP, Circumstances, Decision, Follow, decide, face_of
from ccontrol.poll.waiting import Ticket
from ccontrol.poll.watched import SUCCESSES, Watched
from ccontrol.store.standing import Health

CUT_SHORT = frozenset({"GarbledError", "OverBudgetError"})
"""Faults that show up in answers: the poll is incomplete. Every other fault means it failed."""
LARGE_BYTES = 8 * 1024 * 1024
"""Larger captures are understood and written one at a time: each lies in memory several times."""
SLOW_AT_MOST = 3
"""So many slow decodings in a row count as a broken worker: they hold up everybody else."""
STORE_RETRY_S = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll in hand."""

    watched: Watched
    ticket: Ticket
    site: OpenSite

    @property
    def controller(self) -> Controller:
        """Who is asked."""
        return self.watched.controller


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
            entry = _of_error(self._entry(poll, Outcome.FAILED, str(error)), error)
        except StoreError as error:  # nothing was asked: what is owed comes later
            watched.health = before
            if poll.ticket.depth in DEEP:
                self._follow(watched, Follow(poll.ticket.depth, STORE_RETRY_S))
            entry = _of_error(self._entry(poll, Outcome.MISSED, f"the store: {error}"), error)
        except CcontrolError as error:
            told = _of_error(self._entry(poll, Outcome.FAILED, str(error)), error)
            entry = self._failed(poll, told)
        if entry.outcome in SUCCESSES:
            watched.succeeded_at = entry.at
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
            await self._delivery.send(Parcel(watched, site, Sighted(watched.controller, own)))

    async def _visit(self, poll: Poll) -> JournalEntry:
        watched, ticket = poll.watched, poll.ticket
        refused = passwords.was_refused(poll.controller, watched.health, poll.site.seal)
        ask = Ask(ticket.depth, await self._known(poll), password_refused=refused)
        heard = await self._crew.collect(
            poll.controller,
            ask,
            self._pace_of(poll.controller),
            lambda: watched.pause is None,
            alone=watched.alone,
        )
        if isinstance(heard, Lost):
            return self._broke_a_worker(poll, heard)
        watched.suspect = False  # whatever it said, it broke nothing
        if heard.password_refused:
            watched.health = passwords.refused(poll.controller, watched.health, poll.site.seal)
        entry = replace(
            self._entry(poll, Outcome.FAILED, heard.fault),
            duration_ms=heard.duration_ms,
            requests=heard.requests,
            bytes_sent=heard.bytes_sent,
            bytes_received=heard.bytes_received,
            fault_class=heard.fault_class,
        )
        if heard.fault_class == PausedError.__name__:
            return entry
        if heard.fault and not heard.bytes_received:
            return self._failed(poll, entry)
        try:
            async with self._large if len(heard.capture) > LARGE_BYTES else nullcontext():
                return await self._understand(poll, heard, entry)
        except StoreError as error:  # the controller is not to blame
            kept_not = replace(entry, reason=f"could not be kept: {error}")
            return _of_error(replace(kept_not, outcome=Outcome.FAILED), error)

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

    async def _understand(self, poll: Poll, heard: Collected, entry: JournalEntry) -> JournalEntry:
        spool = poll.site.spool
        name = spool_name(poll.controller, poll.ticket.depth, entry.at)
        is_deep = poll.ticket.depth in DEEP
        if is_deep:  # asking for it again would cost the controller: keep it before it is decoded
            await asyncio.to_thread(spool.put, name, heard.capture)
        decoded = await self._crew.decode(heard.capture, poll.site.seal)
        fault = _broken(poll.watched, decoded)
        if isinstance(decoded, Lost) or decoded.snapshot is None or fault:
            await asyncio.to_thread(_put_aside, poll.site, name, heard.capture, fault)
            lost = Lost(f"its answers broke the decoder: {fault}", sure=True)
            return self._broke_a_worker(poll, lost)
        snapshot = self._with_own_findings(poll, decoded.snapshot)
        entry = replace(entry, unread=health_of.unread(snapshot))
        if not snapshot.usable and _has_failed(poll, heard):
            entry = self._failed(poll, replace(entry, reason=snapshot.reason or heard.fault))
            watched = poll.watched  # it answered something, and then it could not be verified
            watched.health = health_of.after_unverified(watched.health, entry.at)
            decision = None
        else:
            decision = await self._decide(poll, snapshot)
        if is_deep and (decision is None or decision.commit is None):
            await asyncio.to_thread(spool.acknowledge, name)
        if decision is None:
            return entry
        entry = await self._act(poll, snapshot, decision, entry, heard.capture)
        return replace(entry, unseen=unseen(poll.watched.memory.face, snapshot))

    def _with_own_findings(self, poll: Poll, snapshot: Snapshot) -> Snapshot:
        """Let what the poll proves clear what the engine had to say."""
        if not snapshot.usable:
            return snapshot
        watched = poll.watched
        shadow = replace(watched, health=self._after(poll, snapshot), last=None)
        own = health_of.own_findings(shadow, self._clock.now())
        return replace(
            snapshot,
            findings=snapshot.findings | own,
            checked=snapshot.checked | health_of.OWN_CHECKS,
        )

    async def _decide(self, poll: Poll, snapshot: Snapshot) -> Decision:
        watched = poll.watched
        if watched.enrolled and watched.memory.face is None and snapshot.depth not in DEEP:
            state = await self._delivery.state_of(watched, poll.site, kinds_of(snapshot))
            if state is not None:
                self._meet(watched, state, snapshot)
        at = Circumstances(
            now=self._clock.now(),
            schedule=poll.controller.schedule,
            enrolled=watched.enrolled,
            last_deep_at=watched.health.last_deep_at,
        )
        return decide(watched.memory, snapshot, at)

    def _meet(self, watched: Watched, state: State, snapshot: Snapshot) -> None:
        marker = watched.memory.log_marker or watched.health.log_marker
        face = face_of(state, snapshot.sightings)
        watched.memory = replace(watched.memory, face=face, log_marker=marker)

    async def _act(
        self,
        poll: Poll,
        snapshot: Snapshot,
        decision: Decision,
        entry: JournalEntry,
        capture: bytes,
    ) -> JournalEntry:
        watched = poll.watched
        log = decision.memory.log
        watched.memory = decision.memory
        entry = replace(entry, outcome=decision.outcome, reason=decision.reason)
        if decision.commit is not None:
            opened_at = window.opened_at(watched, decision.commit)
            sighted = Sighted(poll.controller, decision.commit, log, opened_at)
            entry = await self._deliver(poll, sighted, entry, capture)
        if snapshot.usable and entry.outcome is not Outcome.PENDING:
            own = (each for each in snapshot.findings if each.code in health_of.OWN_CODES)
            watched.told = frozenset(own)
        self._settle_accounts(poll, snapshot, entry)
        window.remember(watched, snapshot, entry.outcome)
        self._plan_full(poll, entry, decision.follow)
        follow = self._retry(poll, snapshot, decision.follow)
        if follow is not None:
            self._follow(watched, follow)
        return entry

    async def _deliver(
        self, poll: Poll, sighted: Sighted, entry: JournalEntry, capture: bytes
    ) -> JournalEntry:
        watched = poll.watched
        self._delivery.require_room(poll.site)
        name = spool_name(poll.controller, poll.ticket.depth, entry.at)
        if poll.ticket.depth not in DEEP:  # a deep one is there already
            await asyncio.to_thread(poll.site.spool.put, name, capture)
        written = await self._delivery.send(Parcel(watched, poll.site, sighted, name))
        if not watched.memory.pending:
            watched.memory = replace(watched.memory, log=())
        if written is None:
            trouble = poll.site.trouble or "it is busy"
            reason = f"kept in the spool; the store takes nothing yet: {trouble}"
            return replace(entry, outcome=Outcome.PENDING, reason=reason)
        if written.record is not None:
            decided = entry.outcome in {Outcome.PENDING, Outcome.SUPPRESSED}
            changed = replace(entry, change_id=written.record.change_id)
            return changed if decided else replace(changed, outcome=Outcome.CHANGED)
        if entry.outcome is Outcome.CHANGED:
            return replace(entry, outcome=Outcome.UNCHANGED)
        return entry

    def _settle_accounts(self, poll: Poll, snapshot: Snapshot, entry: JournalEntry) -> None:
        """Bring the controller's health up to what this poll showed."""
        watched = poll.watched
        if not snapshot.usable:
            watched.doubt = health_of.deeper(watched.doubt, snapshot.depth)
            watched.health = health_of.after_unverified(watched.health, entry.at)
            return
        watched.health = self._after(poll, snapshot)
        watched.held_until = 0.0
        if watched.health.unverified_since is None and not watched.health.worker_deaths:
            watched.doubt = Depth.GLANCE
        if snapshot.depth is Depth.FULL:
            # Only a first sight triggers one: what the owner enrolled for does not count.
            watched.health = replace(watched.health, last_deep_at=None)
        if not watched.memory.log:
            watched.health = replace(watched.health, log_marker=watched.memory.log_marker)

    def _after(self, poll: Poll, snapshot: Snapshot) -> Health:
        verified = health_of.transient_gaps(snapshot) == 0
        if not verified:
            poll.watched.doubt = health_of.deeper(poll.watched.doubt, snapshot.depth)
        return health_of.after_success(
            poll.watched, snapshot.depth, self._clock.now(), verified=verified
        )

    def _plan_full(self, poll: Poll, entry: JournalEntry, follow: Follow | None) -> None:
        """Remember when everything is to be read next, so that a restart does not forget it."""
        watched, schedule = poll.watched, poll.controller.schedule
        if poll.ticket.depth in DEEP and entry.outcome is not Outcome.INCOMPLETE:
            turn = Turn(watched.key, Depth.FULL, schedule.full_s)
            watched.health = replace(watched.health, next_full_at=next_phase(turn, entry.at))
        elif entry.outcome is Outcome.SUPPRESSED and follow is not None:
            owed_at = entry.at + timedelta(seconds=follow.after_s)
            watched.health = replace(watched.health, next_full_at=owed_at)

    def _retry(self, poll: Poll, snapshot: Snapshot, follow: Follow | None) -> Follow | None:
        """Try a deep read that had gaps once more, later; not for ever."""
        watched = poll.watched
        if snapshot.depth not in DEEP:
            return follow
        gaps = not snapshot.usable or health_of.transient_gaps(snapshot) > 0
        if not gaps or watched.retried:
            watched.retried = False
            return None
        watched.retried = True
        return follow or Follow(Depth.INVENTORY, poll.controller.schedule.deep_pause_s)

    def _failed(self, poll: Poll, entry: JournalEntry) -> JournalEntry:
        """Count a failure and let the schedule wait longer after each."""
        watched, interval_s = poll.watched, poll.controller.schedule.glance_s
        failures = watched.health.failures + 1
        watched.health = replace(watched.health, failures=failures)
        chance = random.random()  # noqa: S311 — jitter, no secret
        wait_s = health_of.back_off_s(failures, interval_s, chance)
        watched.held_until = self._clock.monotonic() + wait_s
        if poll.ticket.depth in DEEP and not watched.retried:
            watched.retried = True
            self._follow(watched, Follow(poll.ticket.depth, poll.controller.schedule.deep_pause_s))
        if not wait_s or not self.scheduled:
            return entry
        return replace(entry, reason=f"{entry.reason}; next attempt in {wait_s:.0f} s")

    def _broke_a_worker(self, poll: Poll, lost: Lost) -> JournalEntry:
        watched = poll.watched
        if not lost.sure:
            watched.suspect = True
            self._follow(watched, Follow(poll.ticket.depth))
            reason = f"{lost.reason} while several were asked; it is asked again, alone"
            return _of_a_death(self._entry(poll, Outcome.FAILED, reason))
        now, settings = self._clock.now(), self.settings
        watched.health = health_of.after_death(
            watched.health, now, settings.quarantine_first_s, settings.quarantine_most_s
        )
        watched.health = health_of.after_unverified(watched.health, now)
        watched.doubt = health_of.deeper(watched.doubt, poll.ticket.depth)
        until = f"{watched.health.quarantined_until:%Y-%m-%d %H:%M:%S} UTC"
        reason = f"{lost.reason}; quarantined until {until}"
        return _of_a_death(self._entry(poll, Outcome.FAILED, reason))

    def _entry(self, poll: Poll, outcome: Outcome, reason: str) -> JournalEntry:
        controller_id, depth = poll.controller.id, poll.ticket.depth
        return JournalEntry(self._clock.now(), controller_id, outcome, depth, reason=reason)


def unseen(face: State | None, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the aspects of which a change would not be seen, by all that is known now."""
    known = {**(face.strengths if face else {}), **snapshot.strengths}
    return tuple(sorted(aspect.value for aspect, how in known.items() if how is Strength.NONE))


def _of_a_death(entry: JournalEntry) -> JournalEntry:
    """Whoever asked by hand ends with the code of a worker that died."""
    return replace(entry, fault_class=WorkerDiedError.__name__)


def _of_error(entry: JournalEntry, error: CcontrolError) -> JournalEntry:
    return replace(entry, fault_class=type(error).__name__)


def _has_failed(poll: Poll, heard: Collected) -> bool:
    """Whether a poll of no use failed; a deep one that was cut short is incomplete and goes on."""
    if heard.fault_class == OverBudgetError.__name__ and poll.ticket.depth not in DEEP:
        return True  # a few short answers fit into any budget
    return bool(heard.fault) and heard.fault_class not in CUT_SHORT


def _broken(watched: Watched, decoded: Decoded | Lost) -> str:
    """Say how answers broke the decoder; "" when they did not."""
    if isinstance(decoded, Lost):
        return decoded.reason
    watched.slow_decodes = watched.slow_decodes + 1 if decoded.slow else 0
    if watched.slow_decodes >= SLOW_AT_MOST:
        return f"{watched.slow_decodes} times in a row they took far too long to decode"
    return decoded.fault


def _put_aside(site: OpenSite, name: str, capture: bytes, reason: str) -> None:
    """Keep what a decoder could not stand: it may be evidence."""
    site.spool.put(name, capture)
    site.spool.quarantine(name, reason)
