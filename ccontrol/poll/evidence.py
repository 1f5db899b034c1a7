"""Polls on evidence: a witness saw work on a controller, so it is looked at once that is over.

What leads to a look is activity's; here is who is looked at, and how often. Forged acts lead to
glances within their own limit, and what glances lead to stays within the limit on deep reads.
"""

import asyncio
import logging
from asyncio import TimerHandle
from dataclasses import dataclass

from ccontrol.clock import Clock
from ccontrol.model.aspect import Depth
from ccontrol.model.engineering import Effect, EngineeringEvent
from ccontrol.poll.activity import CHANGING, Activity, quiet_s
from ccontrol.poll.roster import Roster
from ccontrol.poll.turns import Turns
from ccontrol.poll.waiting import Key, Priority, Ticket
from ccontrol.poll.watched import SUCCESSES, Watched

_RESETS = frozenset({"controller.reset", "controller.factory-reset"})
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Case:
    """What is known of one controller."""

    activity: Activity | None = None
    timer: TimerHandle | None = None
    looked_at: float | None = None
    """Monotonic time of the last look on evidence."""


class Evidence:
    """Has controllers looked at because of what witnesses saw. Lives in the engine's loop."""

    def __init__(self, roster: Roster, turns: Turns, clock: Clock) -> None:
        self._roster = roster
        self._turns = turns
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._cases: dict[Key, _Case] = {}

    def act(
        self,
        key: Key,
        effect: Effect,
        actor: tuple[str, int],
        action: str = "",
        ago_s: float = 0.0,
    ) -> None:
        """Take in that somebody was seen at work on a controller, just now or a while ago."""
        watched = self._roster.find(key)
        if watched is None or not watched.enrolled or effect not in CHANGING:
            return
        schedule = watched.controller.schedule
        wait_s = schedule.restart_s if action in _RESETS else quiet_s(schedule, effect)
        case, at = self._cases.setdefault(key, _Case()), self._loop.time() - ago_s
        if case.activity is None:
            case.activity = Activity(at, at, wait_s)
        case.activity.add(at, wait_s, effect, actor)
        if case.timer is None:
            self._wake_at(key, case, case.activity.due)

    def event(self, key: Key, event: EngineeringEvent) -> None:
        """Take in an event; what was refused, or what a poll has seen since, leads to nothing."""
        watched = self._roster.find(key)
        if watched is None or event.outcome.word == "refused" or _is_seen(watched, event):
            return
        # quiet since the last act, not since somebody told of it: a sensor waits for quiet, too
        ago_s = max(0.0, (self._clock.now() - event.last).total_seconds())
        actor = (event.actor.address, event.actor.port)
        self.act(key, event.effect, actor, event.action, ago_s)

    def holds(self, ticket: Ticket) -> bool:
        """Whether a poll has to wait for quiet. By hand it never has to."""
        case = self._cases.get(ticket.key)
        if case is None or case.activity is None or ticket.priority is not Priority.SCHEDULED:
            return False
        return self._loop.time() < case.activity.due

    def forget(self, watched: Watched) -> None:
        """Let go of a controller."""
        case = self._cases.pop(watched.key, None)
        if case is not None and case.timer is not None:
            case.timer.cancel()

    def _wake_at(self, key: Key, case: _Case, at: float) -> None:
        case.timer = self._loop.call_at(at, self._look, key, case)

    def _look(self, key: Key, case: _Case) -> None:
        case.timer = None
        watched, activity = self._roster.find(key), case.activity
        if watched is None or activity is None:
            self._cases.pop(key, None)
            return
        now, schedule = self._loop.time(), watched.controller.schedule
        allowed = now if case.looked_at is None else case.looked_at + schedule.evidence_pause_s
        due = max(activity.due, allowed)
        if watched.asking is not None:  # it may be our own poll that was seen: wait for its end
            due = max(due, now + min(activity.quiet_s, 1.0))
        if due > now:
            self._wake_at(key, case, due)
            return
        case.activity = None
        self._turns.wake.set()  # whoever was held may be asked now
        own = self._roster.site_of(watched).own_ends.last(key.controller_id)
        if not activity.is_ours(own):
            case.looked_at = now
            _log.info("it is looked at, for a witness saw work on it controller=%s", key)
            self._turns.trigger(watched, Depth.GLANCE, quiet=True)


def _is_seen(watched: Watched, event: EngineeringEvent) -> bool:
    """Whether a poll that began after an event has succeeded; clocks may differ by the quiet."""
    last = watched.last
    if last is None or last.outcome not in SUCCESSES or watched.succeeded_at is None:
        return False
    began_s = watched.succeeded_at.timestamp() - last.duration_ms / 1000
    return event.last.timestamp() < began_s - watched.controller.schedule.quiet_s
