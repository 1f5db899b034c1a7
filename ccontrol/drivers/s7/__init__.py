"""Siemens S7-300 and S7-400 over ISO-on-TCP, read only.

`MANIFEST` is what the driver says of itself, `DRIVER` the driver (ccontrol.drivers.api.Driver).
Holds no work: collecting is in collect.py, interpreting in decode.py.
"""

from pydantic import BaseModel

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Load, Manifest, Pace
from ccontrol.drivers.s7 import collect, findings, guard
from ccontrol.drivers.s7.memory import Memory
from ccontrol.drivers.s7.options import S7Table, frozen
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot

MANIFEST = Manifest(
    family=collect.FAMILY,
    title="Siemens S7-300, S7-400",
    models=("S7-300", "S7-400", "S7-400H", "ET 200 CPU (IM151-8, IM154-8)"),
    default_port=102,
    strengths={
        Aspect.PROGRAM: Strength.CONTENT,
        Aspect.CONFIGURATION: Strength.CONTENT,
        Aspect.HARDWARE: Strength.CONTENT,
        Aspect.FIRMWARE: Strength.CONTENT,
        Aspect.IDENTITY: Strength.CONTENT,
        Aspect.PROTECTION: Strength.CONTENT,
        Aspect.MODE: Strength.CONTENT,
        Aspect.INVENTORY: Strength.CONTENT,
        Aspect.VALUES: Strength.CONTENT,
    },
    services=guard.SERVICES,
    proof={
        Aspect.PROGRAM: "capture",
        Aspect.CONFIGURATION: "capture",
        Aspect.HARDWARE: "simulator",  # the memory card is seen in captures, racks are not
        Aspect.FIRMWARE: "capture",
        Aspect.IDENTITY: "capture",
        Aspect.PROTECTION: "capture",
        Aspect.MODE: "capture",
        Aspect.INVENTORY: "capture",
        Aspect.VALUES: "simulator",
    },
    loads={
        Depth.GLANCE: Load("7", "0.3 KB out, 0.6 KB in"),
        Depth.DIAGNOSTICS: Load("40", "1.5 KB out, 6 KB in"),
        Depth.INVENTORY: Load("blocks + 15", "37 bytes out, 111 bytes in for each block"),
        Depth.FULL: Load(
            "3 for each block, 50, and one for each 222 bytes", "1 KB out for 8 KB in: the program"
        ),
    },
    findings=findings.FINDINGS,
    counts_connections=True,
    takes_longer=True,
    wire_bytes=1.25,  # 0.8 MB for 650 KB, in messages of 240 bytes
)


class S7Driver:
    """One process's driver. It remembers, while it lives, which lists a CPU answers."""

    manifest = MANIFEST
    options: type[BaseModel] = S7Table

    def __init__(self) -> None:
        self._memory = Memory()

    def freeze(self, options: BaseModel) -> object:
        """Turn checked settings into what `Controller.options` carries."""
        return frozen(options)

    async def collect(self, controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
        """Ask the controller and return what it said."""
        return await collect.collect(controller, ask, pace, clock, self._memory)

    def interpret(self, capture: Capture, seal: Seal) -> Snapshot:
        """Turn raw answers into facts."""
        from ccontrol.drivers.s7.decode import interpret  # noqa: PLC0415 — a collector never decodes

        return interpret(capture, seal)


DRIVER = S7Driver()
