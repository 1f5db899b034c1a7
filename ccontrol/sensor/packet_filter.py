"""What the kernel hands to the sensor, as a program for its filter. Pure.

The kernel takes the outermost VLAN tag out of a frame before the filter sees it; further tags stand
where they were. What passes:

- TCP and UDP, IPv4 and IPv6, from or to a controller's port;
- GRE, in which mirror sessions (ERSPAN) arrive: what is inside is looked at later;
- IPv6 with headers between, for these would have to be followed one by one;
- PROFINET DCP that is asked of one station or answers that (frame id 0xFEFD). Cyclic data of
  PROFINET, thousands of frames a second, does not.

Later pieces of a fragmented IPv4 packet have no ports and are of no use to the decoder: they do not
pass, and the first piece tells that something is missing.
"""

from collections.abc import Iterable
from typing import Final

from ccontrol.sensor import bpf
from ccontrol.sensor.bpf import Assembly, Instruction

WHOLE: Final = 1 << 18
"""Bytes kept of a packet: all of it, also when the card or the kernel has joined several."""
MOST_PORTS: Final = 64
_VLANS: Final = (0x8100, 0x88A8, 0x9100)
_TAGS: Final = 4
"""Tags within tags that the decoder follows."""
_IPV4, _IPV6, _PROFINET = 0x0800, 0x86DD, 0x8892
_GET_OR_SET: Final = 0xFEFD
_TCP, _UDP, _GRE = 6, 17, 47
_BETWEEN: Final = (0, 43, 44, 60)
"""Headers between IPv6 and what it carries: hop by hop, routing, fragment, destination."""
_OFFSET: Final = 0x1FFF
"""Of the word that holds flags and offset of an IPv4 packet."""
_ETHERNET, _IPV6_HEAD = 14, 40


def program(ports: Iterable[int]) -> tuple[Instruction, ...]:
    """Return the program for these ports. Raises ValueError for none, or more than 64."""
    wanted = sorted(set(ports))
    if not 0 < len(wanted) <= MOST_PORTS:
        raise ValueError(f"{len(wanted)} ports; want 1..{MOST_PORTS}")
    lines = Assembly()
    _tags(lines)
    _kinds(lines)
    _ipv4(lines)
    _ipv6(lines)
    _ports(lines, wanted)
    return lines.instructions()


def _tags(lines: Assembly) -> None:
    """Let X be the bytes that tags take, and A the type behind them."""
    for tag in range(_TAGS + 1):
        lines.label(f"tag {tag}")
        lines.add(bpf.SET_X, 4 * tag)
        lines.add(bpf.LOAD_HALF, 12)
        if tag == _TAGS:
            return
        for vlan in _VLANS[:-1]:
            lines.add(bpf.JUMP_EQUAL, vlan, yes=f"tag {tag + 1}")
        lines.add(bpf.JUMP_EQUAL, _VLANS[-1], yes=f"tag {tag + 1}", no="kinds")


def _kinds(lines: Assembly) -> None:
    lines.label("kinds")
    lines.add(bpf.JUMP_EQUAL, _IPV4, yes="ipv4")
    lines.add(bpf.JUMP_EQUAL, _IPV6, yes="ipv6")
    lines.add(bpf.JUMP_EQUAL, _PROFINET, no="reject")
    lines.add(bpf.LOAD_HALF, _ETHERNET)
    lines.add(bpf.JUMP_EQUAL, _GET_OR_SET, yes="accept", no="reject")


def _ipv4(lines: Assembly) -> None:
    lines.label("ipv4")
    lines.add(bpf.LOAD_HALF, _ETHERNET + 6)
    lines.add(bpf.JUMP_ANY_BIT, _OFFSET, yes="reject")
    lines.add(bpf.LOAD_BYTE, _ETHERNET + 9)
    lines.add(bpf.JUMP_EQUAL, _GRE, yes="accept")
    lines.add(bpf.JUMP_EQUAL, _TCP, yes="ipv4 head")
    lines.add(bpf.JUMP_EQUAL, _UDP, no="reject")
    lines.label("ipv4 head")
    lines.add(bpf.LOAD_BYTE, _ETHERNET)  # its lower half counts words of four bytes
    lines.add(bpf.AND, 0x0F)
    lines.add(bpf.SHIFT_LEFT, 2)
    lines.add(bpf.ADD_X)
    lines.add(bpf.A_TO_X)
    lines.add(bpf.JUMP, yes="ports")


def _ipv6(lines: Assembly) -> None:
    lines.label("ipv6")
    lines.add(bpf.LOAD_BYTE, _ETHERNET + 6)
    for passed in (_GRE, *_BETWEEN):
        lines.add(bpf.JUMP_EQUAL, passed, yes="accept")
    lines.add(bpf.JUMP_EQUAL, _TCP, yes="ipv6 head")
    lines.add(bpf.JUMP_EQUAL, _UDP, no="reject")
    lines.label("ipv6 head")
    lines.add(bpf.X_TO_A)
    lines.add(bpf.ADD, _IPV6_HEAD)
    lines.add(bpf.A_TO_X)


def _ports(lines: Assembly, ports: list[int]) -> None:
    """Look at both ports of the header that begins 14 bytes behind X."""
    lines.label("ports")
    for at in (_ETHERNET, _ETHERNET + 2):
        lines.add(bpf.LOAD_HALF, at)
        for port in ports:
            lines.add(bpf.JUMP_EQUAL, port, yes="accept")
    lines.label("reject")
    lines.add(bpf.RETURN, 0)
    lines.label("accept")
    lines.add(bpf.RETURN, WHOLE)
