"""Between sockets and hearing: whose line it is, whether it is listened to, and what had to go."""

import ipaddress
from collections.abc import Callable
from typing import Final

from ccontrol.clock import Clock
from ccontrol.sources.syslog.handing import Handing
from ccontrol.sources.syslog.hearing import Hearing
from ccontrol.sources.syslog.message import LONGEST_LINE

MOST_STRANGERS: Final = 64
"""Addresses nobody configured that are told one by one; further ones are counted."""
_MOST_SPELLINGS: Final = 1_024


class Intake:
    """Takes every line of one listener."""

    def __init__(
        self, hearing: Hearing, handing: Handing, clock: Clock, told: Callable[[str], None]
    ) -> None:
        self.taken = 0
        """Lines of configured addresses."""
        self.cut = 0
        """Lines that lost their end."""
        self.refused = 0
        """Lines and connections of addresses that nobody configured."""
        self._hearing = hearing
        self._handing = handing
        self._clock = clock
        self._told = told
        self._strangers: set[str] = set()
        self._troubled: set[str] = set()
        self._spelt: dict[str, str] = {}

    def sender(self, spelt: str) -> str:
        """Return the configured address that a socket means; "" for a stranger, who is told."""
        known = self._spelt.get(spelt)
        if known is None:
            known = _plain(spelt)
            if len(self._spelt) < _MOST_SPELLINGS:
                self._spelt[spelt] = known
        if self._hearing.knows(known):
            return known
        self._refuse(known)
        return ""

    def line(self, line: bytes, address: str, *, forgeable: bool) -> None:
        """Take a line of a configured address."""
        self.taken += 1
        for heard in self._hearing.hear(
            line[:LONGEST_LINE], address, self._clock.now(), forgeable=forgeable
        ):
            self._handing.put(heard)

    def trouble(self, address: str, why: str) -> None:
        """Tell that a configured sender's connection came to nothing: once for each of them."""
        if address not in self._troubled:
            self._troubled.add(address)
            self._told(f"syslog from {address}: a connection ended with: {why}")

    def drop(self, count: int) -> None:
        """Count what passed and was never seen."""
        self._hearing.dropped += count

    def look(self, *, watch: bool) -> None:
        """Hand over what is over by now, and now and then how well was listened."""
        at = self._clock.now()
        for heard in self._hearing.close(at):
            self._handing.put(heard)
        if watch:
            self._say_watch()

    def close(self) -> None:
        """Hand over the rest."""
        for heard in self._hearing.close(self._clock.now(), every=True):
            self._handing.put(heard)
        self._say_watch()

    def _say_watch(self) -> None:
        self.drop(self._handing.take_lost())
        self._handing.put(self._hearing.watch(self._clock.now()))

    def _refuse(self, address: str) -> None:
        self.refused += 1
        if address in self._strangers or len(self._strangers) >= MOST_STRANGERS:
            return
        self._strangers.add(address)
        last = len(self._strangers) == MOST_STRANGERS
        more = "; further such addresses are counted only" if last else ""
        self._told(f"syslog from {address}, which is no configured sender, is not read{more}")


def _plain(spelt: str) -> str:
    """Return an address as it is configured: no zone, IPv4 also where a socket of IPv6 hears it."""
    address = ipaddress.ip_address(spelt.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
