"""What witnesses beside the poller hand in: events, and how well they watched."""

from dataclasses import dataclass
from datetime import datetime

from ccontrol.model.engineering import EngineeringEvent


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
