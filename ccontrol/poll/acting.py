"""From an understood poll to what it leads to: a decision, a commit, accounts, the next poll.

What a result asks for is triage's, when a change can have happened is window's, and the writer's
door is delivery's: here they are brought together.
"""

from collections.abc import Callable
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.model.change import ChangeSet
from ccontrol.model.finding import ENGINE_CODES
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.model.state import State
from ccontrol.poll import accounts, restless, window
from ccontrol.poll.delivery import Delivery, Parcel
from ccontrol.poll.in_hand import Poll
from ccontrol.poll.letters import Letter
from ccontrol.poll.sighted import Sighted, kinds_of
from ccontrol.poll.triage import (
    DEEP,
    Circumstances,
    Decision,
    Follow,
    decide,
    face_of,
    observed,
    reported,
)
from ccontrol.poll.watched import Watched


class Acting:
    """Acts on what polls brought."""

    def __init__(
        self, delivery: Delivery, clock: Clock, follow: Callable[[Watched, Follow], None]
    ) -> None:
        self._delivery = delivery
        self._clock = clock
        self._follow = follow

    async def decide(self, poll: Poll, snapshot: Snapshot) -> Decision:
        """Say what a snapshot leads to; for that the face has to be known."""
        watched = poll.watched
        if watched.enrolled and watched.memory.face is None and snapshot.depth not in DEEP:
            state = await self._delivery.state_of(watched, poll.site, kinds_of(snapshot))
            if state is not None:
                _meet(watched, state, snapshot)
        schedule = poll.controller.schedule
        at = Circumstances(
            now=self._clock.now(),
            schedule=schedule,
            enrolled=watched.enrolled,
            last_deep_at=watched.health.last_deep_at,
            quiet=poll.ticket.quiet,
            held=restless.held(watched.health.unrest, self._clock.now(), schedule.deep_pause_s),
        )
        return decide(watched.memory, snapshot, at)

    async def act(
        self,
        poll: Poll,
        snapshot: Snapshot,
        decision: Decision,
        entry: JournalEntry,
        letter: Letter,
    ) -> JournalEntry:
        """Do what was decided; return the poll's line as it is then."""
        watched = poll.watched
        log, before = decision.memory.log, watched.memory
        watched.memory = decision.memory
        entry = replace(entry, outcome=decision.outcome, reason=decision.reason)
        if decision.held is not None:
            entry = self._hold(watched, decision.held, entry)
        if decision.commit is not None:
            looks = window.looks_before(watched, before, decision.commit)
            sums_up = "" if decision.held else restless.summary(watched.health.unrest)
            sighted = Sighted(poll.controller, decision.commit, log, looks, sums_up)
            entry = await self._deliver(poll, sighted, entry, letter)
            if not watched.memory.pending and not decision.held:
                watched.memory = reported(watched.memory)
        if snapshot.usable and entry.outcome is not Outcome.PENDING:
            own = (each for each in snapshot.findings if each.code in ENGINE_CODES)
            watched.told = frozenset(own)
        accounts.settle(watched, snapshot, entry.at)
        window.remember(watched, snapshot, entry.outcome)
        accounts.plan_full(watched, snapshot, entry, decision.follow)
        accounts.owe(watched, snapshot, decision.outcome, entry.at)
        follow = accounts.retry(watched, snapshot, decision.follow)
        if follow is not None:
            self._follow(watched, follow)
        return entry

    def _hold(self, watched: Watched, changes: ChangeSet, entry: JournalEntry) -> JournalEntry:
        """Count a look of a restless controller; the journal tells what it showed."""
        unrest, now = watched.health.unrest, self._clock.now()
        held = restless.held(unrest, now, watched.controller.schedule.deep_pause_s)
        wait_s = min((held[each] for each in observed(changes) if each in held), default=0.0)
        unrest = restless.after_look(unrest, changes, now)
        watched.health = replace(watched.health, unrest=unrest)
        return replace(entry, reason=restless.sentence(changes, unrest.digest, wait_s))

    async def _deliver(
        self, poll: Poll, sighted: Sighted, entry: JournalEntry, letter: Letter
    ) -> JournalEntry:
        watched = poll.watched
        self._delivery.require_room(poll.site)
        await letter.keep()
        triggered = poll.ticket.triggered
        parcel = Parcel(watched, poll.site, sighted, letter.name, triggered)
        written = await self._delivery.send(parcel)
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


def _meet(watched: Watched, state: State, snapshot: Snapshot) -> None:
    marker = watched.memory.log_marker or watched.health.log_marker
    face = face_of(state, snapshot.sightings)
    watched.memory = replace(
        watched.memory, face=face, log_marker=marker, unread=state.unread_count
    )
