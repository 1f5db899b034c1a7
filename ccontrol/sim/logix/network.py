"""What a module with an Ethernet port says of it: port, TCP/IP interface and Ethernet link."""

import ipaddress

from ccontrol.sim.logix.chassis import Place
from ccontrol.sim.logix.cip import RefusedError, Status, short_string, string, u16, u32

PORT_CLASS, INTERFACE_CLASS, LINK_CLASS = 0xF4, 0xF5, 0xF6
_DHCP = 2
_Attributes = dict[int, bytes]


def _address(text: str) -> bytes:
    return u32(int(ipaddress.IPv4Address(text)))


def network_attributes(place: Place, kind: int, instance: int) -> _Attributes:
    """Attributes of classes F4, F5 and F6; raises RefusedError for a module without Ethernet."""
    port = place.module.ethernet
    if port is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    if kind == PORT_CLASS:
        return _ports(place, instance)
    if instance != 1:
        raise RefusedError(Status.PATH_UNKNOWN)
    if kind == LINK_CLASS:
        return {1: u32(port.mbit_per_s), 2: u32(0x0F), 3: bytes.fromhex(port.mac)}
    settings = (port.address, port.mask, port.gateway, *port.name_servers)
    return {
        1: u32(1),
        2: u32(0x14),
        3: u32(_DHCP if port.leased else 0),
        4: u16(2) + bytes((0x20, LINK_CLASS, 0x24, 1)),
        5: b"".join(_address(one) for one in settings) + string(port.domain),
        6: string(port.host_name),
    }


def _ports(place: Place, instance: int) -> _Attributes:
    """Port 1 is the backplane (type 1), port 2 Ethernet (type 4)."""
    rows = [(1, 1), (4, 2)]
    if instance == 0:
        table = b"".join(u16(kind) + u16(number) for kind, number in [(0, 0), *rows])
        return {1: u16(1), 2: u16(len(rows)), 3: u16(len(rows)), 8: u16(2), 9: table}
    if instance > len(rows):
        raise RefusedError(Status.PATH_UNKNOWN)
    kind, number = rows[instance - 1]
    name = ("Backplane", "EtherNet/IP")[instance - 1]
    node = bytes((number, place.slot)) if number == 1 else bytes((number, 0))
    return {1: u16(kind), 2: u16(number), 3: u16(1) + node, 4: short_string(name), 7: node}
