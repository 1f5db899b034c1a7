"""Our own polls of a Logix controller, in a process of its own: each prints a line of JSON.

Asks and interprets, as collector and decoder of the engine do in turn. The polls stand in the order
of `POLLS`; before each the process waits for a line on its standard input.

    python -m benchmarks._logix_poll_ours HOST PORT
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass

from benchmarks._growth import measured
from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask, Pace
from ccontrol.drivers.logix import LogixDriver
from ccontrol.drivers.logix.decode import interpret
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.snapshot import Read, Snapshot
from ccontrol.poll.pace import Gate, Turnstile

GLANCE, COLD, WARM, EDITED, PACED = "glance", "full", "full again", "after an edit", "default pace"
POLLS = (GLANCE, COLD, WARM, EDITED, PACED)
"""A glance; everything; everything again; again after somebody edited a routine; and a process that
knows nothing, at the engine's default pace."""
PACE_PER_S = 20.0
CLOCK = SystemClock()
_REGISTERING_BYTES = 28
"""RegisterSession is so long either way."""


@dataclass(frozen=True)
class Poll:
    """What one poll took, registering the session left out."""

    name: str
    requests: int
    bytes_out: int
    bytes_in: int
    tags: int
    seconds: float
    cpu_s: float
    memory_mb: float
    """By which the process grew at its peak."""


class Unpaced:
    """Lets everybody through at once."""

    async def turn(self) -> None:
        """Return."""


def _poll(driver: LogixDriver, name: str, controller: Controller) -> Poll:
    pace: Pace = Gate(Turnstile(CLOCK, PACE_PER_S)) if name == PACED else Unpaced()
    ask = Ask(Depth.GLANCE if name == GLANCE else Depth.FULL)

    def poll() -> tuple[Capture, Snapshot]:
        capture = asyncio.run(driver.collect(controller, ask, pace, CLOCK))
        return capture, interpret(capture)

    (capture, snapshot), taken = measured(poll)
    assert not capture.fault, capture.fault
    out, back = (n - _REGISTERING_BYTES for n in (capture.bytes_sent, capture.bytes_received))
    return Poll(name, capture.requests - 1, out, back, _tags(snapshot), **asdict(taken))


def _tags(snapshot: Snapshot) -> int:
    read = (one.unit for one in snapshot.sightings.values() if isinstance(one, Read))
    return sum(len(unit.fields) for unit in read if unit.id.kind == "tags")


def main() -> None:
    """Poll at each line of the standard input."""
    budget = Budget(time_limit_s=600.0, answer_timeout_s=30.0)
    address, port = sys.argv[1], int(sys.argv[2])
    controller = Controller(
        "press", "bench", "hall", "logix", address, port, budget=budget, options=LogixOptions()
    )
    driver = LogixDriver()
    for name in POLLS:
        sys.stdin.readline()
        taken = _poll(LogixDriver() if name == PACED else driver, name, controller)
        print(json.dumps(asdict(taken)), flush=True)


if __name__ == "__main__":
    main()
