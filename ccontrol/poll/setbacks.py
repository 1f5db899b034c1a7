"""Polls that brought nothing: how long is waited after them, and who is to blame.

What a poll that brought something does to the controller's health stands in accounts.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.config.settings import EngineSettings
from ccontrol.errors import OverBudgetError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import watched as health_of
from ccontrol.poll.crew import Lost
from ccontrol.poll.in_hand import Poll, of_a_death
from ccontrol.poll.messages import Collected, Decoded
from ccontrol.poll.triage import DEEP, Follow
from ccontrol.poll.watched import Watched

CUT_SHORT = frozenset({"GarbledError", "OverBudgetError"})
"""Faults that show up in answers: the poll is incomplete. Every other fault means it failed."""
SLOW_AT_MOST = 3
"""So many slow decodings in a row count as a broken worker: they hold up everybody else."""


class Setbacks:
    """Takes polls that brought nothing."""

    def __init__(self, clock: Clock, follow: Callable[[Watched, Follow], None]) -> None:
        self._clock = clock
        self._follow = follow

    def failed(self, poll: Poll, entry: JournalEntry, *, scheduled: bool) -> JournalEntry:
        """Count a failure and let the schedule, if there is one, wait longer after each."""
        watched, interval_s = poll.watched, poll.controller.schedule.glance_s
        failures = watched.health.failures + 1
        watched.health = replace(watched.health, failures=failures)
        chance = random.random()  # noqa: S311 — jitter, no secret
        wait_s = health_of.back_off_s(failures, interval_s, chance)
        watched.held_until = self._clock.monotonic() + wait_s
        if poll.ticket.depth in DEEP and not watched.retried:
            watched.retried = True
            self._follow(watched, Follow(poll.ticket.depth, poll.controller.schedule.deep_pause_s))
        if not wait_s or not scheduled:
            return entry
        return replace(entry, reason=f"{entry.reason}; next attempt in {wait_s:.0f} s")

    def broke_a_worker(self, poll: Poll, lost: Lost, settings: EngineSettings) -> JournalEntry:
        """Blame the controller and leave it alone for a while; a mere suspect is asked again."""
        watched, now = poll.watched, self._clock.now()
        if not lost.sure:
            watched.suspect = True
            self._follow(watched, Follow(poll.ticket.depth))
            reason = f"{lost.reason} while several were asked; it is asked again, alone"
            return of_a_death(poll.entry(now, Outcome.FAILED, reason))
        watched.health = health_of.after_death(
            watched.health, now, settings.quarantine_first_s, settings.quarantine_most_s
        )
        watched.health = health_of.after_unverified(watched.health, now)
        watched.doubt = health_of.deeper(watched.doubt, poll.ticket.depth)
        until = f"{watched.health.quarantined_until:%Y-%m-%d %H:%M:%S} UTC"
        reason = f"{lost.reason}; quarantined until {until}"
        return of_a_death(poll.entry(now, Outcome.FAILED, reason))


def has_failed(poll: Poll, heard: Collected) -> bool:
    """Whether a poll of no use failed; a deep one that was cut short is incomplete and goes on."""
    if heard.fault_class == OverBudgetError.__name__ and poll.ticket.depth not in DEEP:
        return True  # a few short answers fit into any budget
    return bool(heard.fault) and heard.fault_class not in CUT_SHORT


def broken(watched: Watched, decoded: Decoded | Lost) -> str:
    """Say how answers broke the decoder; "" when they did not."""
    if isinstance(decoded, Lost):
        return decoded.reason
    watched.slow_decodes = watched.slow_decodes + 1 if decoded.slow else 0
    if watched.slow_decodes >= SLOW_AT_MOST:
        return f"{watched.slow_decodes} times in a row they took far too long to decode"
    return decoded.fault
