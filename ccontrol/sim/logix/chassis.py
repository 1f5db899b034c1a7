"""Chassis, modules and the ways between them: backplanes (port 1) and Ethernet (port 2).

A controller is a module too (controller.py). Holds no protocol.
"""

import enum
from dataclasses import dataclass, field

from ccontrol.sim.logix.cip import RefusedError, Segment, Status, Step, short_string, u16, u32

BACKPLANE, ETHERNET = 1, 2
TIMED_OUT, NO_PORT, NO_LINK = 0x0204, 0x0311, 0x0312  # extended status of a connection failure


class Presence(enum.Enum):
    """What becomes of a request to a module."""

    ANSWERS = enum.auto()
    DORMANT = enum.auto()  # sits there and says nothing: the one before it reports a time-out
    PULLED = enum.auto()  # is not there


@dataclass
class EthernetPort:
    """The settings of an Ethernet port. The MAC address is 12 hexadecimal digits.

    `leased`: a DHCP server gave address, mask, gateway, name servers and domain.
    """

    address: str = "192.168.1.10"
    mask: str = "255.255.255.0"
    gateway: str = "192.168.1.1"
    name_servers: tuple[str, str] = ("0.0.0.0", "0.0.0.0")  # noqa: S104 — none are set
    domain: str = ""
    host_name: str = ""
    mac: str = "00001dc0ffee"
    mbit_per_s: int = 100
    leased: bool = False


@dataclass
class Module:
    """Anything in a slot. `status` is the status word of its Identity object."""

    catalog: str
    vendor: int = 1
    product_type: int = 7
    product_code: int = 0
    revision: tuple[int, int] = (1, 1)
    status: int = 0x0060
    serial: int = 0
    presence: Presence = Presence.ANSWERS
    ethernet: EthernetPort | None = None
    links: dict[str, "Place"] = field(default_factory=dict)

    @property
    def product_name(self) -> str:
        """What Identity attribute 7 says."""
        return self.catalog

    @property
    def status_word(self) -> int:
        """What Identity attribute 5 says."""
        return self.status

    def identity(self) -> dict[int, bytes]:
        """Attributes 1 to 7 of the Identity object."""
        return {
            1: u16(self.vendor),
            2: u16(self.product_type),
            3: u16(self.product_code),
            4: bytes(self.revision),
            5: u16(self.status_word),
            6: u32(self.serial),
            7: short_string(self.product_name),
        }


@dataclass
class Chassis:
    """A rack. `entry` is the slot whose Ethernet port listens; size 0: there is no backplane."""

    slots: dict[int, Module]
    size: int = 10
    entry: int = 0
    no_module: int = TIMED_OUT
    partner: "Chassis | None" = None

    def module(self, slot: int | None = None) -> Module:
        """The module in a slot (the entry by default); raises KeyError for an empty one."""
        return self.slots[self.entry if slot is None else slot]

    def hop(self, slot: int) -> "Place":
        """The module over the backplane; raises RefusedError when nothing answers there."""
        module = self.slots.get(slot)
        if slot >= self.size:
            raise RefusedError(Status.CONNECTION_FAILURE, NO_LINK)
        if module is None or module.presence is Presence.PULLED:
            raise RefusedError(Status.CONNECTION_FAILURE, self.no_module)
        if module.presence is Presence.DORMANT:
            raise RefusedError(Status.CONNECTION_FAILURE, TIMED_OUT)
        return Place(self, slot)


@dataclass(frozen=True, eq=False)
class Place:
    """A slot of a chassis: where a request has come to."""

    chassis: Chassis
    slot: int

    @property
    def module(self) -> Module:
        """What sits there."""
        return self.chassis.slots[self.slot]

    @property
    def answers(self) -> bool:
        """Whether somebody is there and speaks."""
        module = self.chassis.slots.get(self.slot)
        return module is not None and module.presence is Presence.ANSWERS

    def over(self, step: Step) -> "Place":
        """Follow one port segment; raises RefusedError when the way ends."""
        if step.number == BACKPLANE and len(step.link) == 1 and self.chassis.size:
            return self.chassis.hop(step.link[0])
        if step.number != ETHERNET or not self.module.links:
            raise RefusedError(Status.CONNECTION_FAILURE, NO_PORT)
        far = self.module.links.get(step.link.decode("latin-1"))
        if far is None:
            raise RefusedError(Status.CONNECTION_FAILURE, TIMED_OUT)
        return far.chassis.hop(far.slot)


def follow(start: Place, steps: tuple[Step, ...]) -> tuple[Place, tuple[Step, ...]]:
    """Go along the port segments; returns where they end and the rest of the path."""
    here = start
    for at, step in enumerate(steps):
        if step.kind is not Segment.PORT:
            return here, steps[at:]
        here = here.over(step)
    return here, ()
