"""What the tests of the sensor share: frames through an ear, and what it hands on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ccontrol.canonical.witness import Act
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.sensor.ear import Ear, Findings, Orders
from ccontrol.sensor.evidence import Evidence, Exhibit
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.table import Watchlist


@dataclass
class SetClock:
    """A clock that goes when it is told to."""

    at: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Overheard:
    """An ear, and all that came of it."""

    watchlist: Watchlist = field(default_factory=Watchlist)
    quiet_s: float = 10.0
    events: list[EngineeringEvent] = field(default_factory=list)
    hints: list[Act] = field(default_factory=list)
    exhibits: list[Exhibit] = field(default_factory=list)
    ear: Ear = field(init=False)

    def __post_init__(self) -> None:
        orders = Orders("span-a", self.watchlist, self.quiet_s)
        findings = Findings(self.events.append, self.hints.append)
        self.ear = Ear(orders, findings, Evidence(self.exhibits.append))

    def hear(self, frames: list[Frame]) -> "Overheard":
        for frame in frames:
            self.ear.hear(frame)
        return self

    def kept(self) -> bytes:
        """Every byte that would be kept of what passed."""
        return b"".join(exhibit.frame.data for exhibit in self.exhibits)


def at(frame: Frame, later_s: float = 0.0) -> datetime:
    """When a frame passed, or so much later."""
    return datetime.fromtimestamp(frame.time_ns / 10**9 + later_s, UTC)
