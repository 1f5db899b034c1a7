"""Polls that wait for their turn: by hand first, then what a result asked for, then the schedule.

Knows no time and starts nothing: the engine takes from it when there is room.
"""

from asyncio import Future
from collections.abc import Callable, Collection, Iterator
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
    quiet: bool = False
    """A witness asked for it, once somebody's work was over."""
    is_turn: bool = False
    """A turn of the schedule is in it, also when something else asked for the same before."""
    replies: "list[Future[JournalEntry]]" = field(default_factory=list)
    """Who waits for what comes of it."""


class Waiting:
    """At most one ticket for each controller and depth; each priority in order of arrival."""

    def __init__(self) -> None:
        self._lines: dict[Priority, dict[tuple[Key, Depth], Ticket]] = {
            priority: {} for priority in Priority
        }

    def __iter__(self) -> Iterator[Ticket]:
        return (ticket for line in self._lines.values() for ticket in line.values())

    def put(self, ticket: Ticket) -> bool:
        """Add a ticket; one for the same poll that waits already takes it in.

        False when a turn of the schedule is lost by that: the one before is in it.
        """
        place = ticket.key, ticket.depth
        there = next((line.get(place) for line in self._lines.values() if place in line), None)
        if there is None:
            self._lines[ticket.priority][place] = ticket
            return True
        is_lost = there.is_turn and ticket.is_turn
        there.is_turn = there.is_turn or ticket.is_turn
        there.triggered = there.triggered and ticket.triggered
        there.quiet = there.quiet or ticket.quiet
        there.replies.extend(ticket.replies)
        if ticket.priority < there.priority:
            del self._lines[there.priority][place]
            there.priority = ticket.priority
            self._lines[there.priority][place] = there
        return not is_lost

    def take(
        self, is_free: Callable[[Ticket], bool], without: Collection[Depth] = ()
    ) -> Ticket | None:
        """Remove and return the first ticket whose controller can be asked now.

        Depths without any room are passed over: a thousand may wait, and a look at each costs.
        """
        for ticket in self:
            if ticket.depth not in without and is_free(ticket):
                del self._lines[ticket.priority][ticket.key, ticket.depth]
                return ticket
        return None

    def drop(self, unwanted: Callable[[Ticket], bool]) -> tuple[Ticket, ...]:
        """Remove and return every ticket that is not wanted any more."""
        gone = tuple(ticket for ticket in self if unwanted(ticket))
        for ticket in gone:
            del self._lines[ticket.priority][ticket.key, ticket.depth]
        return gone
