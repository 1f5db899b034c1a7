"""What a simulated processor is: its label, its mode, its forces, its memory.

Diagnostic status and the words of the status file: 1770-6.5.16 chapter 10 (pages 10-3, 10-4, 10-6
and 10-22) and a recording of a 1766-LEC; of a PLC-5 from byte 19 on: manual of the PLC-5/VME,
page 6-7. Holds no protocol (pccc.py, session.py) and no stories (scene.py).
"""

import enum
import struct
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.clock import Clock, SystemClock
from ccontrol.sim.pccc.memory import INPUT_FORCES, OUTPUT_FORCES, STATUS, Memory

NOBODY = 0x3F
_NAME_BYTES = 11
_FORCES_ENABLED, _FORCES_INSTALLED = 0x20, 0x40
_HALTED, _LOCKED = 0x20, 0x40
_STATUS_WORDS = 66


class Kind(enum.Enum):
    """How a processor is spoken to."""

    MICROLOGIX = enum.auto()
    SLC = enum.auto()
    PLC5 = enum.auto()


class Mode(enum.IntEnum):
    """The low five bits of S:1 of a MicroLogix or SLC: the fifth says that the key holds it."""

    REMOTE_DOWNLOAD = 0x00
    REMOTE_PROGRAM = 0x01
    REMOTE_SUSPEND = 0x03
    REMOTE_RUN = 0x06
    REMOTE_TEST = 0x07
    REMOTE_TEST_ONE_SCAN = 0x08
    PROGRAM = 0x11
    RUN = 0x1E


_PLC5_MODES = {
    Mode.PROGRAM: 0,
    Mode.RUN: 2,
    Mode.REMOTE_PROGRAM: 4,
    Mode.REMOTE_DOWNLOAD: 4,
    Mode.REMOTE_SUSPEND: 4,
    Mode.REMOTE_TEST: 5,
    Mode.REMOTE_TEST_ONE_SCAN: 5,
    Mode.REMOTE_RUN: 6,
}


@dataclass(frozen=True)
class Model:
    """What stands on the label and never changes by itself."""

    kind: Kind
    bulletin: str
    """As the diagnostic status has it: "1766-LEC", "5/05"."""
    name: str
    """As the Identity object has it: "1766-L32BWA B/15.00"."""
    product_code: int
    interface: int
    processor: int
    catalogue: str
    """Two letters, S:60."""
    ram_kb: int = 158
    vendor: int = 1
    product_type: int = 12


@dataclass(frozen=True)
class Firmware:
    """The operating system of a processor: S:57 to S:59, and the revision of its Identity."""

    number: int = 1400
    series: int = 1
    frn: int = 15
    revision: tuple[int, int] = (2, 15)


@dataclass
class Processor:
    """One processor. Change it through the scenes, and only in the server's thread."""

    model: Model
    memory: Memory
    serial: int = 0x40605C59
    firmware: Firmware = field(default_factory=Firmware)
    hardware: tuple[int, int] = (1, 3)
    """Series and revision of the hardware."""
    mode: Mode = Mode.REMOTE_RUN
    forces_enabled: bool = True
    """A MicroLogix enables them by itself, so that it looks so without any force."""
    owner: int = NOBODY
    major_error: int = 0
    halted: bool = False
    locked: bool = False
    corrupt: bool = False
    testing_edits: bool = False
    plc5_forces: bool = False
    plc5_files: tuple[int, int] = (9, 4)
    edited: datetime | None = None
    """When the program was edited last; None: a processor that does not tell."""
    sessions: int = 0
    most_sessions: int = 8
    route: bytes = b""
    """The path that leads here through a bridge; empty: it is reached directly."""
    lacks: frozenset[tuple[int, int]] = frozenset()
    """PCCC commands and functions that it does not know."""
    clock: Clock = field(default_factory=SystemClock)

    @property
    def forces_installed(self) -> bool:
        """Whether any input or output is forced."""
        if self.model.kind is Kind.PLC5:
            return self.plc5_forces
        tables = (
            self.memory.file(kind, at) for at, kind in enumerate((OUTPUT_FORCES, INPUT_FORCES))
        )
        return any(
            on or off != 0xFFFF  # noqa: PLR2004 — all ones: nothing is forced off
            for table in tables
            if table
            for on, off in struct.iter_unpack("<HH", table.data)
        )

    def identity(self) -> bytes:
        """All attributes of the Identity object."""
        model, (major, minor) = self.model, self.firmware.revision
        name = model.name.encode("latin-1")
        head = struct.pack(
            "<HHHBBHI", model.vendor, model.product_type, model.product_code, major, minor,
            0x0034, self.serial,
        )  # fmt: skip
        return head + bytes((len(name),)) + name

    def diagnostic_status(self) -> bytes:
        """The answer to 06/03."""
        return self._plc5_status() if self.model.kind is Kind.PLC5 else self._slc_status()

    def status_file(self) -> bytes:
        """S2 as it is now: what was loaded, with what the processor writes over it."""
        loaded = self.memory.file(STATUS, 2)
        words = list(
            struct.unpack(
                f"<{_STATUS_WORDS}H", (loaded.data if loaded else b"")[:132].ljust(132, b"\0")
            )
        )
        words[1] = self.mode_word
        words[6] = self.major_error
        firmware, (series, revision) = self.firmware, self.hardware
        catalogue = int.from_bytes(self.model.catalogue.encode("latin-1"), "little")
        words[57:65] = (
            firmware.number, firmware.series, firmware.frn, catalogue, series, revision,
            0x9001, self.memory.compiler,
        )  # fmt: skip
        second = self.clock.now().second
        words[42] = second
        return struct.pack(f"<{_STATUS_WORDS}H", *words)

    @property
    def mode_word(self) -> int:
        """S:1."""
        low = self.mode | _FORCES_ENABLED * self.forces_enabled
        low |= _FORCES_INSTALLED * self.forces_installed
        return low | (_HALTED * self.halted | _LOCKED * self.locked) << 8

    def _slc_status(self) -> bytes:
        model, (series, revision) = self.model, self.hardware
        name = model.bulletin.encode("latin-1")[:_NAME_BYTES].ljust(_NAME_BYTES)
        edits = 0x40 * self.testing_edits
        head = bytes((edits, 0xEE, model.interface, model.processor, series << 5 | revision))
        last = self.owner << 2 | self.corrupt
        rest = struct.pack(
            "<HHHBB", self.major_error, self.mode_word, self.memory.program_id, model.ram_kb, last
        )
        return head + name + rest + b"\x01" * (model.kind is Kind.MICROLOGIX)

    def _plc5_status(self) -> bytes:
        series, revision = self.hardware
        faulted = bool(self.major_error)
        first = _PLC5_MODES[self.mode] | faulted << 3 | (self.mode is Mode.REMOTE_DOWNLOAD) << 4
        first |= self.testing_edits << 6
        head = bytes((first, 0xEB, self.model.processor))
        data, program = self.plc5_files
        forces = self.forces_enabled | self.plc5_forces << 4
        told = head + struct.pack(
            "<IBBBBHHBBB", self.model.ram_kb * 1024, series << 5 | revision, 1, 0xFD, 0,
            data, program, forces, self.locked, self.corrupt,
        )  # fmt: skip
        if self.edited is None:
            return told
        at = self.edited
        stamp = (at.second, at.minute, at.hour, at.day, at.month, at.year)
        return told + struct.pack("<BHH6HB", 0, 0, 0, *stamp, 0x10)
