"""Whose turn it is: what the timetable, a result or a person asks for becomes a ticket that waits.

Who of those that wait is asked now is the dispatch's business.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.roster import Roster
from ccontrol.poll.schedule import Tick, Timetable, Turn, phase_s
from ccontrol.poll.triage import DEEP, Follow, deep_wait_s
from ccontrol.poll.waiting import Key, Priority, Ticket, Waiting
from ccontrol.poll.watched import Watched

_log = logging.getLogger(__name__)


class Turns:
    """The tickets of an engine, and the clock that brings most of them."""

    def __init__(self, roster: Roster, clock: Clock) -> None:
        self.waiting = Waiting()
        self.wake = asyncio.Event()
        """Set when there may be somebody to be asked."""
        self.timetable = Timetable(self._tick_from_its_thread, clock)
        self._roster = roster
        self._clock = clock
        self._loop = asyncio.get_running_loop()

    def put(self, ticket: Ticket) -> bool:
        """Have a poll made; False when a turn is lost: the one before still waits."""
        self.wake.set()
        return self.waiting.put(ticket)

    def trigger(self, watched: Watched, depth: Depth, *, quiet: bool = False) -> None:
        """Have a poll made because of something that was seen or decided; `quiet`: see Ticket."""
        ticket = Ticket(watched.key, depth, Priority.FOLLOW_UP, triggered=True, quiet=quiet)
        if not self.postponed(watched, ticket):
            self.put(ticket)

    def postponed(self, watched: Watched, ticket: Ticket) -> bool:
        """Have a triggered deep read made later, if the limit on them forbids it now.

        It is held against the limit when it is asked for and again when it would be made: another
        one may have been made between.
        """
        if not ticket.triggered or ticket.depth not in DEEP:
            return False
        last, now = watched.health.last_deep_at, self._clock.now()
        if last is not None and last > now:  # the clock was set back: the wait begins now, once
            watched.health = replace(watched.health, last_deep_at=now)
        wait_s = deep_wait_s(watched.health.last_deep_at, watched.controller.schedule, now)
        if wait_s:
            self.follow(watched, Follow(ticket.depth, wait_s))
        return wait_s > 0

    def follow(self, watched: Watched, follow: Follow) -> None:
        """Ask for a poll because of a result, now or later."""
        if follow.after_s <= 0:
            self.trigger(watched, follow.depth)
            return
        there = watched.follow_ups.get(follow.depth)
        due = self._loop.time() + follow.after_s
        if there is not None and there.when() <= due:
            return
        if there is not None:
            there.cancel()
        watched.follow_ups[follow.depth] = self._loop.call_at(due, self._due, watched, follow.depth)

    def forget(self, watched: Watched) -> tuple[Ticket, ...]:
        """Drop what a controller's results asked for and its tickets; return these."""
        for timer in watched.follow_ups.values():
            timer.cancel()
        watched.follow_ups.clear()
        return self.waiting.drop(lambda ticket: ticket.key == watched.key)

    def expects_soon(self, key: Key) -> bool:
        """Whether a controller is asked again soon because of what it said."""
        watched = self._roster.find(key)
        if watched is None:
            return False
        soon_s = watched.controller.schedule.settle_s + 1.0
        timed = any(wait_s <= soon_s for wait_s in watched.follow_ups_in_s().values())
        follows = (ticket for ticket in self.waiting if ticket.priority is Priority.FOLLOW_UP)
        return timed or any(ticket.key == key for ticket in follows)

    def lay_timetable(self) -> None:
        """Lay the timetable for everybody who is watched."""
        self.timetable.lay(turn for watched in self._roster for turn in _turns(watched))

    def mind_the_clock(self) -> None:
        """Lay the timetable anew when the host's clock stepped: it goes by that clock."""
        step_s = self.timetable.clock_step_s()
        if not step_s:
            return
        reason = f"the host's clock stepped by {step_s:.0f} s; the timetable was laid anew"
        _log.warning(reason)
        self.lay_timetable()
        for site in self._roster.sites.values():
            site.note(JournalEntry(self._clock.now(), "", Outcome.MISSED, reason=reason))

    def _tick_from_its_thread(self, tick: Tick) -> None:
        self._loop.call_soon_threadsafe(self._tick, tick)

    def _tick(self, tick: Tick) -> None:
        watched = self._roster.find(tick.key)
        if watched is None or watched.pause is not None:
            return
        if tick.depth in DEEP and not watched.enrolled:
            return
        if tick.missed:
            self._missed(watched, tick.depth, f"{tick.missed} turns were not told in time")
        held = self._clock.monotonic() < watched.held_until
        if tick.depth is Depth.GLANCE and (held or watched.quarantined(self._clock.now())):
            return  # the failure's own line in the journal says until when
        if not self.put(Ticket(tick.key, tick.depth, Priority.SCHEDULED, is_turn=True)):
            self._missed(watched, tick.depth, "the one before still waits for its turn")

    def _missed(self, watched: Watched, depth: Depth, reason: str) -> None:
        at, name = self._clock.now(), watched.controller.id
        site = self._roster.site_of(watched)
        site.note(JournalEntry(at, name, Outcome.MISSED, depth, reason=reason))

    def _due(self, watched: Watched, depth: Depth) -> None:
        del watched.follow_ups[depth]
        if watched.pause is None and self._roster.find(watched.key) is watched:
            self.trigger(watched, depth)


def _turns(watched: Watched) -> Iterator[Turn]:
    schedule, key = watched.controller.schedule, watched.key
    yield Turn(key, Depth.GLANCE, schedule.glance_s)
    spread = phase_s(key, Depth.GLANCE, schedule.glance_s)
    yield Turn(key, Depth.FULL, schedule.full_s, watched.health.next_full_at, spread)
