"""Rockwell ControlLogix, CompactLogix, GuardLogix and Micro800 over EtherNet/IP, read only.

`MANIFEST` is what the driver says of itself, `DRIVER` the driver (ccontrol.drivers.api.Driver).
Holds no work: collecting is in collect.py, interpreting in decode.py.
"""

from pydantic import BaseModel

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Load, Manifest, Pace
from ccontrol.drivers.logix import collect, findings, guard
from ccontrol.drivers.logix.memory import Memory
from ccontrol.drivers.logix.options import LogixTable, frozen
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot

MANIFEST = Manifest(
    family=collect.FAMILY,
    title="Rockwell ControlLogix, CompactLogix, GuardLogix, Micro800",
    models=("1756-L6x, L7x, L8x", "1769-L3x", "5069-L3xx", "1756-L6xS, L7xS, L8xS", "2080"),
    default_port=44818,
    strengths={
        Aspect.PROGRAM: Strength.FINGERPRINT,
        Aspect.CONFIGURATION: Strength.CONTENT,
        Aspect.HARDWARE: Strength.CONTENT,
        Aspect.FIRMWARE: Strength.CONTENT,
        Aspect.IDENTITY: Strength.CONTENT,
        Aspect.PROTECTION: Strength.CONTENT,
        Aspect.MODE: Strength.CONTENT,
        Aspect.INVENTORY: Strength.CONTENT,
    },
    services=guard.SERVICES,
    proof={
        Aspect.PROGRAM: "simulator",  # the numbers of AuditValue are in no capture
        Aspect.CONFIGURATION: "simulator",  # entries of symbols are in captures, lists are not
        Aspect.HARDWARE: "capture",
        Aspect.FIRMWARE: "capture",
        Aspect.IDENTITY: "capture",
        Aspect.PROTECTION: "capture",
        Aspect.MODE: "capture",
        Aspect.INVENTORY: "simulator",
    },
    loads={
        Depth.GLANCE: Load("4", "0.25 KB out, 0.25 KB in"),
        Depth.DIAGNOSTICS: Load("42", "3 KB out, 3 KB in"),
        Depth.INVENTORY: Load(
            "12, one for each 100 tags, one for each new type, one for each program",
            "36 bytes in for each tag",
        ),
        Depth.FULL: Load(
            "50, one for each 100 tags, one for each new type, one for each program",
            "36 bytes in for each tag",
        ),
    },
    findings=findings.FINDINGS,
)


class LogixDriver:
    """One process's driver. It remembers, while it lives, templates and what a model lacks."""

    manifest = MANIFEST
    options: type[BaseModel] = LogixTable

    def __init__(self) -> None:
        self._memory = Memory()

    def freeze(self, options: BaseModel) -> object:
        """Turn checked settings into what `Controller.options` carries."""
        return frozen(options)

    async def collect(self, controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
        """Ask the controller and return what it said."""
        return await collect.collect(controller, ask, pace, clock, self._memory)

    def interpret(self, capture: Capture, seal: Seal) -> Snapshot:
        """Turn raw answers into facts. None of them is secret."""
        del seal
        from ccontrol.drivers.logix.decode import interpret  # noqa: PLC0415 — a collector never decodes

        return interpret(capture)


DRIVER = LogixDriver()
