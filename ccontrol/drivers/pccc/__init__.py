"""Allen-Bradley MicroLogix, SLC 5/05 and PLC-5 over EtherNet/IP (PCCC), read only.

`MANIFEST` is what the driver says of itself, `DRIVER` the driver (ccontrol.drivers.api.Driver).
Holds no work: collecting is in collect.py, interpreting in decode.py.
"""

from pydantic import BaseModel

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Load, Manifest, Pace
from ccontrol.drivers.pccc import collect, findings, guard
from ccontrol.drivers.pccc.options import PcccTable, frozen
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot

_GLANCE = Load("4", "0.3 KB out, 0.3 KB in")
_DEEP = Load(
    "25, and one for each 80 bytes of program and of kept values",
    "1 KB out, 1.7 KB in for each KB of program",
)

MANIFEST = Manifest(
    family=collect.FAMILY,
    title="Allen-Bradley MicroLogix 1100, 1400, SLC 5/05, PLC-5",
    models=("MicroLogix 1100", "MicroLogix 1400", "SLC 5/05", "PLC-5 (20E, 40E, 80E)"),
    default_port=44818,
    strengths=dict.fromkeys(
        (
            Aspect.PROGRAM,
            Aspect.CONFIGURATION,
            Aspect.FIRMWARE,
            Aspect.IDENTITY,
            Aspect.PROTECTION,
            Aspect.MODE,
            Aspect.INVENTORY,
            Aspect.VALUES,
        ),
        Strength.CONTENT,
    ),
    services=guard.SERVICES,
    proof={
        Aspect.PROGRAM: "capture",
        Aspect.CONFIGURATION: "capture",
        Aspect.FIRMWARE: "capture",
        Aspect.IDENTITY: "simulator",  # the bulletin number is seen in a capture, no Identity is
        Aspect.PROTECTION: "simulator",  # no locked processor and no turned key was captured
        Aspect.MODE: "capture",
        Aspect.INVENTORY: "capture",
        Aspect.VALUES: "capture",
    },
    loads={
        Depth.GLANCE: _GLANCE,
        Depth.DIAGNOSTICS: _GLANCE,
        Depth.INVENTORY: _DEEP,
        Depth.FULL: _DEEP,
    },
    findings=findings.FINDINGS,
)


class PcccDriver:
    """One process's driver. It remembers nothing from poll to poll."""

    manifest = MANIFEST
    options: type[BaseModel] = PcccTable

    def freeze(self, options: BaseModel) -> object:
        """Turn checked settings into what `Controller.options` carries."""
        return frozen(options)

    async def collect(self, controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
        """Ask the controller and return what it said."""
        return await collect.collect(controller, ask, pace, clock)

    def interpret(self, capture: Capture, seal: Seal) -> Snapshot:
        """Turn raw answers into facts."""
        from ccontrol.drivers.pccc.decode import interpret  # noqa: PLC0415 — a collector never decodes

        return interpret(capture, seal)


DRIVER = PcccDriver()
