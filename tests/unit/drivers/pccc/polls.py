"""Polls of simulated processors, for the stories about collecting."""

from dataclasses import dataclass, field

import uvloop

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.pccc import PcccDriver
from ccontrol.drivers.pccc.decode import interpret
from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Snapshot
from ccontrol.model.unit import Fields, Unit, UnitId
from ccontrol.sim.pccc.server import Live
from tests.contract.allowance import AMPLE, CountingPace

SEAL = Seal(b"a site's own key")


@dataclass
class Poller:
    """One driver and one processor."""

    live: Live
    budget: Budget = AMPLE
    options: PcccOptions = field(default_factory=PcccOptions)
    pace: CountingPace = field(default_factory=CountingPace)

    def poll(self, depth: Depth = Depth.FULL) -> Capture:
        """Poll once."""
        controller = Controller(
            "press-3", "north", "hall-1", "pccc", self.live.host, self.live.port,
            budget=self.budget, options=self.options,
        )  # fmt: skip
        return uvloop.run(PcccDriver().collect(controller, Ask(depth), self.pace, SystemClock()))

    def see(self, depth: Depth = Depth.FULL) -> Snapshot:
        """Poll once, and understand it."""
        return interpret(self.poll(depth), SEAL)


def unit(snapshot: Snapshot, kind: str, key: str = "cpu") -> Unit:
    """A unit that was read."""
    sighting = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(sighting, Read), sighting
    return sighting.unit


def facts(of: Fields) -> dict[str, object]:
    """Fields by their names."""
    return dict(of)
