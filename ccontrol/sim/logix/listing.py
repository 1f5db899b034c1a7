"""What anybody may ask without a session: who is there (ListIdentity) and what it speaks.

Byte for byte as a 1756-L61 and a 1756-ENBT answer.
"""

import ipaddress
import struct

from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.cip import u8
from ccontrol.sim.logix.wire import PORT, Item, ItemKind

OPERATIONAL = 3


def identity_item(chassis: Chassis) -> Item:
    """The item that describes the module whose Ethernet port this is."""
    module = chassis.module()
    address = module.ethernet.address if module.ethernet else "0.0.0.0"  # noqa: S104 — unset
    socket = struct.pack(">HH4s8x", 2, PORT, ipaddress.IPv4Address(address).packed)
    facts = b"".join(module.identity().values())
    return Item(ItemKind.IDENTITY, struct.pack("<H", 1) + socket + facts + u8(OPERATIONAL))


def services_item() -> Item:
    """CIP over TCP, and class 0 and 1 over UDP."""
    return Item(ItemKind.SERVICES, struct.pack("<HH16s", 1, 0x0120, b"Communications"))
