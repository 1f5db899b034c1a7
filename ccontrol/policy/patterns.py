"""Patterns that people write: * is any text, ? one character, capitals do not count."""

import fnmatch
import ipaddress
import re
from functools import lru_cache

from ccontrol.model.engineering import Actor


def looks_like(pattern: str, text: str) -> bool:
    """Tell whether a text looks like a pattern. Brackets stand for themselves: keys have some."""
    return _compiled(pattern).match(text.casefold()) is not None


def is_station(pattern: str, actor: Actor) -> bool:
    """Tell whether a pattern means a station: by address, network, MAC or what it calls itself."""
    network = _network(pattern)
    if network is not None:
        address = _address(actor.address)
        return address is not None and address in network
    called = (actor.address, actor.mac, *(claim.value for claim in actor.claims))
    return any(looks_like(pattern, name) for name in called if name)


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.casefold().replace("[", "[[]")))


@lru_cache(maxsize=4_096)
def _network(pattern: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
