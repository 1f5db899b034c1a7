"""What witnesses beside the poller hand in: events, and how well they watched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ccontrol.model.engineering import EngineeringEvent

LISTENER: Final = "syslog"
"""By this name whoever listens to syslog calls itself. It sees no packets of others: nothing heard
there says nothing."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a witness says of its own watching. Silence without one proves nothing."""

    sensor: str
    """The name that the configuration gives it."""
    since: datetime
    until: datetime
    packets: int
    """Packets, or lines of a log, that it looked at."""
    dropped: int
    """Those that passed and that it never saw, as far as it can tell (kernel drops)."""
    heard: tuple[tuple[str, int], ...] = ()
    """Packets of each controller's address, sorted: proof that the way to it is watched."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of a site's log of witnesses."""

    at: datetime
    """When ccontrol took it in, by its own clock."""
    controller_id: str
    """Whom it concerns; empty: an address that the site does not know, or a watch."""
    said: EngineeringEvent | Watch
    source: str = ""
    """Name of the sensor, listener or followed log; of an import, "import"."""


@dataclass(frozen=True, slots=True, order=True)
class OwnConnection:
    """Our own end of a connection to a controller, as the operating system named it."""

    address: str
    port: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that witnesses told about one controller and one time."""

    events: tuple[EngineeringEvent, ...] = ()
    """Acts on this controller, in any order: by its address, and by the way from there to it."""
    watches: tuple[Watch, ...] = ()
    """Of all sensors of packets of the site: one that heard nothing of this controller says so
    itself. Not of listeners to what controllers send: their silence says nothing of the ways."""
    own: tuple[OwnConnection, ...] = ()
    """Of our polls of this controller in that time."""
    addresses: frozenset[str] = frozenset()
    """IP addresses by which witnesses know the controller; empty: the one it is configured by."""
    mirrored: bool = False
    """The owner declares that the controller's own port is mirrored to a sensor."""
    left_out: int = 0
    """Events beyond those that are handed over."""
    trouble: str = ""
    """Why less is handed over than was heard, in one sentence; empty: it is all there."""
