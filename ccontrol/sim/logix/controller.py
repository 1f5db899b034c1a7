"""What a simulated controller is: its model, its project, its key, mode, faults and counters.

Holds no protocol (objects.py, session.py) and no stories (scene.py).
"""

import enum
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ccontrol.clock import Clock, SystemClock
from ccontrol.sim.logix.chassis import Chassis, Module
from ccontrol.sim.logix.memory import Memory
from ccontrol.sim.logix.project import ALL_CHANGES, Project


class Mode(enum.IntEnum):
    """Bits 4 to 7 of a controller's status word."""

    RUN = 6
    PROGRAM = 7


class Key(enum.IntEnum):
    """Bits 12 and 13 of a controller's status word."""

    RUN = 1
    PROGRAM = 2
    REMOTE = 3


class Faults(enum.IntFlag):
    """Bits 8 to 11 of a status word."""

    MINOR_RECOVERABLE = 0x0100
    MINOR_UNRECOVERABLE = 0x0200
    MAJOR_RECOVERABLE = 0x0400
    MAJOR_UNRECOVERABLE = 0x0800


NO_FAULTS = Faults(0)


class Change(enum.IntEnum):
    """Bits of ChangesToDetect (1756-PM015F, pages 50 and 51): what moves the AuditValue."""

    ONLINE_EDIT = 1
    FORCES_ON = 7
    FORCES_OFF = 8
    FIRMWARE = 11
    REMOTE_MODE = 13
    KEY = 14
    MAJOR_FAULT = 15
    SAFETY_CREATED = 23
    SAFETY_DELETED = 24
    SAFETY_LOCKED = 25
    SAFETY_UNLOCKED = 26


@dataclass(frozen=True)
class CpuModel:
    """What differs between the families. `audits`: class 8E has AuditValue (not before v20)."""

    catalog: str
    product_code: int
    product_name: str
    large_connections: bool = True
    audits: bool = True
    ethernet: bool = False
    backplane: bool = True
    safety: bool = False
    connections: int = 250


# Product codes: 36 is seen in captures, A6 in project files, the others are from memory.
def l61() -> CpuModel:
    """ControlLogix of 2003: small connections only, no AuditValue."""
    return CpuModel(
        "1756-L61", 0x36, "1756-L61/B LOGIX5561", large_connections=False, audits=False,
        connections=64,
    )  # fmt: skip


def l73() -> CpuModel:
    """ControlLogix of 2010."""
    return CpuModel("1756-L73", 0x5E, "1756-L73/B LOGIX5573")


def l83() -> CpuModel:
    """ControlLogix of 2016 with its own Ethernet port."""
    return CpuModel("1756-L83E", 0xA6, "1756-L83E/B", ethernet=True)


def l73s() -> CpuModel:
    """GuardLogix of 2011."""
    return CpuModel("1756-L73S", 0x94, "1756-L73S/B LOGIX5573SAFETY", safety=True)


def compact_5380() -> CpuModel:
    """CompactLogix 5380 with its own Ethernet port."""
    return CpuModel("5069-L320ER", 0xC3, "5069-L320ER/A", ethernet=True)


def micro850() -> CpuModel:
    """Micro850: identity and tags, no backplane, no AuditValue."""
    return CpuModel(
        "2080-LC50-24QWB", 0xBA, "2080-LC50-24QWB", audits=False, ethernet=True, backplane=False,
        large_connections=False, connections=16,
    )  # fmt: skip


_KNOWN = (l61, l73, l83, l73s, compact_5380, micro850)


def model_of(processor: str, product_code: int = 0) -> CpuModel:
    """The model of a processor type as a project file names it."""
    known = next((make() for make in _KNOWN if make().catalog == processor), None)
    if known is not None:
        return known
    ethernet = processor.startswith("5069-") or processor.rstrip("RMPSTKX").endswith("E")
    return CpuModel(
        processor, product_code, processor, ethernet=ethernet, safety=processor.endswith("S")
    )


@dataclass
class Edits:
    """What class AC answers (layout: an L61). Clients compare 1 to 4 and 10."""

    major: int = 5
    minor: int = 1
    changed: int = 0x03C3C4F3
    loaded: int = 0x5602B2EE
    uploaded: int = 0x48DF2282
    visited: int = 0x48DF2284
    moves: int = 0

    def stamp(self) -> int:
        """A number that was not there before, as scattered as the real ones."""
        self.moves += 1
        return zlib.crc32(f"{self.moves}/{self.loaded}".encode())


@dataclass
class Controller(Module):
    """One controller. Change it through its methods and the scenes, in the server's thread."""

    model: CpuModel = field(default_factory=l83)
    project: Project = field(default_factory=lambda: Project("Empty"))
    clock: Clock = field(default_factory=SystemClock)
    mode: Mode = Mode.RUN
    key: Key = Key.REMOTE
    faults: Faults = NO_FAULTS
    edits: Edits = field(default_factory=Edits)
    audit_value: int = 0x1122_3344_5566_7788
    changes_to_detect: int = ALL_CHANGES
    downloading: bool = False
    utc_offset: timedelta = timedelta(0)
    zone: str = "GMT+00:00"
    connected: int = 0
    forces_on: bool = False

    def __post_init__(self) -> None:
        self.memory = Memory(self.project)

    @property
    def product_name(self) -> str:
        """What Identity attribute 7 says."""
        return self.model.product_name

    @property
    def status_word(self) -> int:
        """Mode, faults and key as the Identity object has them."""
        return self.mode << 4 | self.faults | self.key << 12 | self.status & 0x000F

    def take(self, project: Project, numbering: str = "") -> None:
        """Have another project in memory."""
        self.project = project
        self.memory = Memory(project, numbering)

    def note(self, change: Change) -> None:
        """Something happened: the AuditValue moves, unless the mask leaves this kind out."""
        if self.changes_to_detect >> change & 1:
            self.move_audit_value()

    def move_audit_value(self) -> None:
        """Give the AuditValue another number, none of them twice (Knuth's generator of MMIX)."""
        self.audit_value = (self.audit_value * 0x5851F42D4C957F2D + 0x14057B7EF767814F) % 2**64

    def local_time(self) -> datetime:
        """What the wall clock shows."""
        return self.clock.now() + self.utc_offset


def controller(
    model: CpuModel, project: Project, *, serial: int = 0x00C0FFEE, clock: Clock | None = None
) -> Controller:
    """A controller in remote run with a project."""
    return Controller(
        model.catalog, product_type=0x0E, product_code=model.product_code,
        revision=project.revision, status=0, serial=serial, model=model, project=project,
        clock=clock or SystemClock(), changes_to_detect=project.changes_to_detect,
    )  # fmt: skip


def controller_in(chassis: Chassis, slot: int | None = None) -> Controller:
    """The controller in a slot, the first one by default; raises KeyError when there is none."""
    wanted = sorted(chassis.slots) if slot is None else [slot]
    for number in wanted:
        module = chassis.slots.get(number)
        if isinstance(module, Controller):
            return module
    raise KeyError(slot)
