"""Polls that wait for their turn: by hand first, then what a result asked for, then the schedule.

Knows no time and starts nothing: the engine takes from it when there is room.
"""

import itertools
from asyncio import Future
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry


class Key(NamedTuple):
    """Which controller: ids are unique within a site only."""

    site: str
    controller_id: str

    def __str__(self) -> str:
        return f"{self.site}/{self.controller_id}"


class Priority(IntEnum):
    """Whose turn comes first; lower is sooner."""

    BY_HAND = 0
    FOLLOW_UP = 1
    SCHEDULED = 2


@dataclass(slots=True)
class Ticket:
    """One poll that is to be made."""

    key: Key
    depth: Depth
    priority: Priority
    triggered: bool = False
    """A result asked for it: a deep one counts against the limit on deep reads."""
    replies: "list[Future[JournalEntry]]" = field(default_factory=list)
    """Who waits for what comes of it."""


class Waiting:
    """At most one ticket for each controller and depth."""

    def __init__(self) -> None:
        self._tickets: dict[tuple[Key, Depth], tuple[int, Ticket]] = {}
        self._serial = itertools.count()

    def __len__(self) -> int:
        return len(self._tickets)

    def __iter__(self) -> Iterator[Ticket]:
        return (ticket for _, ticket in self._tickets.values())

    def put(self, ticket: Ticket) -> bool:
        """Add a ticket; False when one for the same poll waits already and takes it in."""
        place = ticket.key, ticket.depth
        if place not in self._tickets:
            self._tickets[place] = next(self._serial), ticket
            return True
        serial, there = self._tickets[place]
        there.priority = min(there.priority, ticket.priority)
        there.triggered = there.triggered and ticket.triggered
        there.replies.extend(ticket.replies)
        self._tickets[place] = serial, there
        return False

    def take(self, is_free: Callable[[Ticket], bool]) -> Ticket | None:
        """Remove and return the first ticket whose controller can be asked now."""
        free = [(t.priority, serial, t) for serial, t in self._tickets.values() if is_free(t)]
        if not free:
            return None
        ticket = min(free, key=lambda row: row[:2])[2]
        del self._tickets[ticket.key, ticket.depth]
        return ticket

    def drop(self, unwanted: Callable[[Ticket], bool]) -> tuple[Ticket, ...]:
        """Remove and return every ticket that is not wanted any more."""
        gone = [ticket for _, ticket in self._tickets.values() if unwanted(ticket)]
        for ticket in gone:
            del self._tickets[ticket.key, ticket.depth]
        return tuple(gone)
