"""Which addresses somebody named: networks, ranges and single addresses, IPv4. Pure.

Never more than was named: no neighbour, no route, no name that would have to be looked up.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

MOST_ADDRESSES = 65_536
"""A /16. At the default pace it takes most of an hour for each protocol."""
_POINT_TO_POINT = 31
"""From this length of prefix on there is neither a network's address nor a broadcast one."""


def addresses(named: Iterable[str]) -> tuple[IPv4Address, ...]:
    """Return every address that is meant, in order, each once.

    `10.0.5.0/24` is a network without its own and its broadcast address, `10.0.5.10-10.0.5.40` a
    range, `10.0.5.7` one address. Raises ValueError for anything else, for too many, and for
    what is no address of a host.
    """
    found: dict[IPv4Address, None] = {}
    for name in named:
        for address in _meant(name):
            found[address] = None
            if len(found) > MOST_ADDRESSES:
                raise ValueError(
                    f"{name}: that makes more than {MOST_ADDRESSES} addresses in one call"
                )
    return tuple(sorted(found))


def broadcasts(named: Iterable[str]) -> tuple[IPv4Address, ...]:
    """Return the broadcast address of each network among what was named."""
    found = {_network(name) for name in named if "/" in name}
    return tuple(sorted(one.broadcast_address for one in found if one.prefixlen < _POINT_TO_POINT))


def _meant(name: str) -> Iterator[IPv4Address]:
    if "/" in name:
        network = _network(name)
        if network.num_addresses > MOST_ADDRESSES:
            raise ValueError(
                f"{name}: {network.num_addresses} addresses, {MOST_ADDRESSES} at most in one call"
            )
        yield from network.hosts()
    elif "-" in name:
        first, _, last = (part.strip() for part in name.partition("-"))
        yield from _range(name, _host(name, first), _host(name, last))
    else:
        yield _host(name, name)


def _range(name: str, first: IPv4Address, last: IPv4Address) -> Iterator[IPv4Address]:
    if last < first:
        raise ValueError(f"{name}: the range ends before it begins")
    yield from (IPv4Address(at) for at in range(int(first), int(last) + 1))


def _network(name: str) -> IPv4Network:
    try:
        network = IPv4Network(name)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    _require_host(name, network.network_address)
    return network


def _host(name: str, part: str) -> IPv4Address:
    try:
        address = IPv4Address(part)
    except ValueError as error:
        raise ValueError(f"{name}: {error}; names are not looked up") from error
    _require_host(name, address)
    return address


def _require_host(name: str, address: IPv4Address) -> None:
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        raise ValueError(f"{name} is no address of a host")
