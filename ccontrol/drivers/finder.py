"""The contract between discovery and those who can ask a stranger for its name.

A finder asks one address who it is, once, with reads that pass the guard of its protocol. It keeps
nothing and knows no other finder; what an answer means for the plant is for discovery to say.
"""

from dataclasses import dataclass
from typing import Protocol

from ccontrol.drivers.api import Pace


@dataclass(frozen=True, slots=True)
class Found:
    """Who answered at an address, in its own words. What it does not say is empty."""

    address: str
    port: int
    family: str
    """The family whose driver reads it; "" when none of this release does."""
    title: str
    order_number: str = ""
    firmware: str = ""
    serial: str = ""
    options: tuple[tuple[str, str | int], ...] = ()
    """What its family's table has to say, where a default would not reach it."""
    note: str = ""
    """What else an engineer should know, in one sentence."""


class Finder(Protocol):
    """Asks addresses over one protocol."""

    name: str
    """What people call it on the command line: "s7", "enip"."""
    port: int
    families: frozenset[str]
    """Families whose controllers it finds."""
    question: str
    """What one address is sent, in words, for the plan that is printed first."""
    broadcasts: bool
    """Whether one question to a broadcast address brings the answers of many."""

    async def ask(self, address: str, port: int, timeout_s: float, pace: Pace) -> tuple[Found, ...]:
        """Return who answers at an address within the time; nobody is no error.

        Each message passes `pace` first. At a broadcast address (only where `broadcasts`) it
        listens for the whole time and returns everybody. Raises only ReadOnlyViolationError.
        """
        ...
