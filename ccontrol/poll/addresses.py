"""Whose address is it: the controllers that an event of a witness concerns.

Witnesses know addresses; a controller may be configured by name. Names are looked up now and then,
beside the engine's loop, and what was found last holds until something else is.
"""

import ipaddress
import logging
import socket
from collections.abc import Collection, Iterable
from functools import partial

from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent, Target
from ccontrol.model.witness import Watch
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.poll.ways import on_its_way

_log = logging.getLogger(__name__)


class Addresses:
    """The IP addresses of hosts that are configured by name."""

    def __init__(self) -> None:
        self._found: dict[str, frozenset[str]] = {}
        self._behind: dict[str, list[Controller]] = {}
        self._of_whom: tuple[object, object] = (None, None)
        """For which controllers and names that holds, by identity."""

    def of(self, controller: Controller) -> frozenset[str]:
        """Return the addresses of a controller; none while its name could not be looked up."""
        plain = as_ip(controller.address)
        return frozenset({plain}) if plain else self._found.get(controller.address, frozenset())

    async def look_up(self, controllers: Iterable[Controller]) -> bool:
        """Look names up; say whether any of them leads elsewhere than before."""
        names = {each.address for each in controllers if not as_ip(each.address)}
        found = dict(self._found)
        for name in sorted(names):
            addresses = await in_its_own_thread(partial(_looked_up, name))
            if addresses:
                found[name] = addresses
        is_news, self._found = found != self._found, found
        return is_news

    def whose(
        self, said: EngineeringEvent | Watch, controllers: Collection[Controller]
    ) -> tuple[Controller, ...] | None:
        """Return whom something concerns that a witness said; None: nobody, or everybody."""
        if isinstance(said, Watch):
            return None
        return on_its_way(said, self.behind(said.controller, controllers)) or None

    def behind(self, target: Target, controllers: Collection[Controller]) -> tuple[Controller, ...]:
        """Return whom an act on an address concerns.

        Where several controllers are behind it, those on its port; where none is on that port,
        all of them.
        """
        address = as_ip(target.address)
        if not address:
            return ()
        there = tuple(self._by_address(controllers).get(address, ()))
        on_port = tuple(each for each in there if each.port == target.port)
        return on_port or there

    def _by_address(self, controllers: Collection[Controller]) -> dict[str, list[Controller]]:
        """Return controllers by address: thousands of events may come at once, for thousands."""
        known = self._of_whom
        if known[0] is not controllers or known[1] is not self._found:
            self._of_whom = controllers, self._found
            self._behind = {}
            for each in controllers:
                for address in self.of(each):
                    self._behind.setdefault(address, []).append(each)
        return self._behind


def as_ip(text: str) -> str:
    """Return an IP address in the one form in which they are compared; "" for what is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).compressed


def _looked_up(name: str) -> frozenset[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as error:
        _log.debug("a name cannot be looked up name=%s: %s", name, error)
        return frozenset()
    return frozenset(as_ip(str(place[0])) for *_, place in found)
