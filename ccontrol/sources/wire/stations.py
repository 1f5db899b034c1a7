"""Which MAC addresses speak for more than one station: behind those stands a router. Bounded."""

from typing import Final

from ccontrol.model.engineering import MacScope

_MOST: Final = 4096


class Stations:
    """The addresses seen behind each MAC address."""

    def __init__(self) -> None:
        self._first: dict[bytes, bytes] = {}
        self._routed: set[bytes] = set()

    def saw(self, mac: bytes, address: bytes) -> None:
        """Note that a packet with this address came from that MAC address."""
        if len(self._first) < _MOST and self._first.setdefault(mac, address) != address:
            self._routed.add(mac)

    def scope(self, mac: bytes) -> MacScope:
        """Return whether the MAC address is the station's own, by all that was seen so far."""
        if not mac:
            return MacScope.UNKNOWN
        return MacScope.ROUTED if mac in self._routed else MacScope.LINK
