"""Asks every address of a plan, evenly paced, a bounded number at once. Talks; keeps nothing.

One turnstile for everything: each message to whomever passes it, so that a sweep never brings more
into a network than its plan says.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from ccontrol.clock import Clock
from ccontrol.drivers.finder import Finder, Found
from ccontrol.poll.pace import Gate, Turnstile

AT_ONCE = 64
"""Addresses that may be waited for at the same time."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One finder and the port at which it asks."""

    finder: Finder
    port: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep sends, and to whom."""

    askings: tuple[Asking, ...]
    addresses: tuple[IPv4Address, ...]
    broadcasts: tuple[IPv4Address, ...]
    """Asked once each, by the finders that can."""
    per_second: float
    """Messages a second, all addresses and finders together."""
    timeout_s: float
    """For one answer."""

    @property
    def questions(self) -> int:
        """How many times an address is asked."""
        return len(list(self._questions()))

    @property
    def least_s(self) -> float:
        """How long it takes when nobody answers."""
        return self.questions / self.per_second + self.timeout_s

    def _questions(self) -> Iterator[tuple[Asking, IPv4Address]]:
        for asking in self.askings:
            if asking.finder.broadcasts:
                yield from ((asking, address) for address in self.broadcasts)
        for address in self.addresses:
            yield from ((asking, address) for asking in self.askings)

    async def carry_out(self, clock: Clock, told: Callable[[], None]) -> "Result":
        """Ask everybody, call `told` after each question. Raises only ReadOnlyViolationError."""
        turnstile, room = Turnstile(clock, self.per_second), asyncio.Semaphore(AT_ONCE)
        gate = Gate(turnstile)

        async def one(asking: Asking, address: IPv4Address) -> tuple[Found, ...]:
            try:
                said = await asking.finder.ask(str(address), asking.port, self.timeout_s, gate)
            finally:
                room.release()
                told()
            return said if address in self.broadcasts else _own(said, address)

        tasks: list[asyncio.Task[tuple[Found, ...]]] = []
        try:
            async with asyncio.TaskGroup() as group:
                for asking, address in self._questions():
                    await room.acquire()
                    tasks.append(group.create_task(one(asking, address)))
        except ExceptionGroup as stopped:  # the guard refused something: nobody else is asked
            raise stopped.exceptions[0] from stopped
        found = [each for task in tasks for each in task.result()]
        return Result(self._meant(found), self._outside(found), gate.passed)

    def _meant(self, found: list[Found]) -> tuple[Found, ...]:
        """Return each that answered once; one that says more comes before a broadcast's echo."""
        meant = set(map(str, self.addresses))
        each = {(one.address, one.port, one.family): one for one in found if one.address in meant}
        return tuple(sorted(each.values(), key=lambda one: (IPv4Address(one.address), one.port)))

    def _outside(self, found: list[Found]) -> tuple[str, ...]:
        meant = set(map(str, self.addresses))
        outside = {IPv4Address(one.address) for one in found if one.address not in meant}
        return tuple(map(str, sorted(outside)))


def _own(said: tuple[Found, ...], address: IPv4Address) -> tuple[Found, ...]:
    """Return what an address says of itself: nobody answers for another one."""
    return tuple(each for each in said if each.address == str(address))


@dataclass(frozen=True, slots=True)
class Result:
    """What a sweep brought."""

    found: tuple[Found, ...]
    """Everybody who answered at an address that was meant."""
    outside: tuple[str, ...]
    """Addresses that answered a broadcast although nobody named them; nothing else is told."""
    messages: int
    """How many messages were sent, as far as they were paced."""
