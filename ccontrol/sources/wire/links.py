"""From a frame of any link to the IP packet in it: Ethernet, VLANs, tunnels of mirrors. Pure.

A mirror session may arrive in GRE or ERSPAN (types I, II and III); what counts is the innermost
packet. Anything that is not understood yields nothing, and nothing is ever raised.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from typing import Final, NamedTuple

_IPV4, _IPV6, _PROFINET = b"\x08\x00", b"\x86\xdd", b"\x88\x92"
_VLANS: Final = frozenset({b"\x81\x00", b"\x88\xa8", b"\x91\x00"})
DCP: Final = 0
TCP: Final = 6
UDP: Final = 17
_GRE: Final = 47
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION = 0, 43, 44, 60
_DEPTH: Final = 4
"""Tunnels within tunnels, and tags within tags, that are followed."""
_TRANSPARENT, _ERSPAN, _ERSPAN_3 = b"\x65\x58", b"\x88\xbe", b"\x22\xeb"
ETHERNET: Final = 1
_BARE_IP: Final = frozenset({12, 14, 101, 228, 229})
_HEADS: Final = {0: 4, 108: 4, 113: 16, 276: 20}
"""Links with a head of so many bytes before the IP packet: BSD loopback, Linux cooked."""


class Packet(NamedTuple):
    """The innermost packet: where it stands in the frame, and between whom."""

    protocol: int
    """TCP, UDP or DCP."""
    key: bytes
    """Source and destination address, source and destination port, as on the wire. For DCP the
    addresses are MAC addresses and the ports 0."""
    at: int
    """Where the TCP or UDP header begins, or what follows DCP's type."""
    end: int
    """Where it ends by its own account; beyond the data when the frame was cut."""
    ethernet: int
    """Where the innermost Ethernet header begins; -1 without one."""
    ident: int
    """The IPv4 header's identification; 0 without one."""


def innermost(link: int, data: bytes) -> Packet | None:
    """Return the innermost TCP, UDP or DCP packet of a frame, if there is one."""
    if link == ETHERNET:
        return _ethernet(data, 0, _DEPTH)
    if link in _BARE_IP:
        return _ip(data, 0, -1, _DEPTH)
    head = _HEADS.get(link)
    return None if head is None else _ip(data, head, -1, _DEPTH)


def _ethernet(data: bytes, at: int, depth: int) -> Packet | None:
    kind_at = at + 12
    for _ in range(_DEPTH):
        kind = data[kind_at : kind_at + 2]
        if kind not in _VLANS:
            break
        kind_at += 4
    if kind in (_IPV4, _IPV6):
        return _ip(data, kind_at + 2, at, depth)
    if kind == _PROFINET:
        key = data[at + 6 : at + 12] + data[at : at + 6] + b"\0\0\0\0"
        return Packet(DCP, key, kind_at + 2, len(data), at, 0)
    return None


def _ip(data: bytes, at: int, ethernet: int, depth: int) -> Packet | None:
    version = data[at] >> 4 if at < len(data) else 0
    if version == 4:
        return _ipv4(data, at, ethernet, depth)
    if version == 6:
        return _ipv6(data, at, ethernet, depth)
    return None


def _ipv4(data: bytes, at: int, ethernet: int, depth: int) -> Packet | None:
    if len(data) < at + 20:
        return None
    head = (data[at] & 0x0F) * 4
    size = data[at + 2] << 8 | data[at + 3]
    if head < 20 or (data[at + 6] & 0x1F or data[at + 7]):
        return None  # broken, or a later piece of a fragmented packet
    # A network card that cuts packets itself hands up a length of 0 (segmentation offload).
    end = at + size if size >= head else len(data)
    ident = data[at + 4] << 8 | data[at + 5]
    addresses = data[at + 12 : at + 20]
    return _carried(data, (data[at + 9], at + head, end), (addresses, ethernet, ident), depth)


def _ipv6(data: bytes, at: int, ethernet: int, depth: int) -> Packet | None:
    if len(data) < at + 40:
        return None
    size = data[at + 4] << 8 | data[at + 5]
    end = at + 40 + size if size else len(data)
    following, here = data[at + 6], at + 40
    for _ in range(2 * _DEPTH):
        if following not in (_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION):
            break
        if len(data) < here + 8:
            return None
        if following == _FRAGMENT and (data[here + 2] or data[here + 3] & 0xF8):
            return None
        step = 8 if following == _FRAGMENT else 8 + data[here + 1] * 8
        following, here = data[here], here + step
    return _carried(data, (following, here, end), (data[at + 8 : at + 40], ethernet, 0), depth)


def _carried(
    data: bytes, inner: tuple[int, int, int], outer: tuple[bytes, int, int], depth: int
) -> Packet | None:
    protocol, at, end = inner
    addresses, ethernet, ident = outer
    if protocol == _GRE:
        return _gre(data, at, depth - 1) if depth else None
    least = 20 if protocol == TCP else 8
    if protocol not in (TCP, UDP) or len(data) < at + least:
        return None
    return Packet(protocol, addresses + data[at : at + 4], at, end, ethernet, ident)


def _gre(data: bytes, at: int, depth: int) -> Packet | None:
    if len(data) < at + 8:
        return None
    flags, kind = data[at], data[at + 2 : at + 4]
    numbered = bool(flags & 0x10)
    inner = at + 4 + (4 if flags & 0x80 else 0) + (4 if flags & 0x20 else 0) + 4 * numbered
    if kind in (_IPV4, _IPV6):
        return _ip(data, inner, -1, depth)
    if kind == _TRANSPARENT:
        return _ethernet(data, inner, depth)
    if kind == _ERSPAN:
        return _ethernet(data, inner + 8 * numbered, depth)  # type I has no header of its own
    if kind == _ERSPAN_3 and len(data) >= inner + 12:
        platform = 8 if data[inner + 11] & 0x01 else 0
        return _ethernet(data, inner + 12 + platform, depth)
    return None
