"""Ready-made processors for the tests and the benchmarks: a press, a pump, a conveyor, a furnace.

Ladder files have the outline of those in the recording of a 1766-LEC (rungs with a number of their
own, instructions with the addresses of their data), not the true codes of instructions.
"""

import binascii
import struct
from datetime import UTC, datetime

from ccontrol.clock import Clock, SystemClock
from ccontrol.sim.pccc.memory import (
    BIT,
    CONTROL,
    COUNTER,
    FLOAT,
    INPUT,
    INPUT_FORCES,
    INTEGER,
    LADDER,
    LONG,
    MICROLOGIX_1100,
    MICROLOGIX_1400,
    OUTPUT,
    OUTPUT_FORCES,
    SLC,
    STATUS,
    STRING,
    TIMER,
    File,
    Layout,
    Memory,
)
from ccontrol.sim.pccc.processor import Firmware, Kind, Mode, Model, Processor

NO_FORCES = b"\x00\x00\xff\xff"
_CONTACT, _COIL, _END = 0xE4, 0xBC, 0x14
_ETHERNET = bytes.fromhex("0400120000003c000100030000000000") + b"\xa8\xc0\x1e\x00\xff\xff\x00\x00"
_EDITED = datetime(2019, 6, 3, 14, 7, 31, tzinfo=UTC)

ML1400 = Model(Kind.MICROLOGIX, "1766-LEC", "1766-L32BWA B/15.00", 185, 0x4A, 0x9F, "EC")
ML1100 = Model(Kind.MICROLOGIX, "1763-LEC", "1763-L16BWA B/14.00", 90, 0x4A, 0x9C, "EC", 16)
SLC_505 = Model(Kind.SLC, "5/05", "1747-L551/C C/13 - DC 3.54", 26, 0x36, 0x78, "51", 64)
PLC_540E = Model(Kind.PLC5, "PLC-5/40E", "1785-L40E/F", 21, 0, 0x4B, "40", 100)


def rung(contact: int, bit: int, coil: int, coil_bit: int) -> bytes:
    """One rung: a contact and a coil, each with the address of its data."""
    body = struct.pack("<HHHH", _CONTACT, 0x100, contact, bit)
    body += struct.pack("<HHHH", _COIL, 0, coil, coil_bit)
    return struct.pack("<HHH", 0, binascii.crc_hqx(body, 0), len(body)) + body


def ladder(*rungs: bytes) -> File:
    """A ladder file with its last rung."""
    return File(LADDER, b"".join(rungs) + struct.pack("<HHH", 0, _END, 8))


def motor(limit: int = 5) -> File:
    """The kind of ladder file that engineers change."""
    rungs = (rung(0x4F94, at, 0x4F88, (at + limit) % 16) for at in range(12))
    return ladder(*rungs)


def _memory(layout: Layout, catalogue: str, *more: File) -> Memory:
    files = [
        File(0x24, bytes(range(64))),
        File(0x20),
        ladder(*(rung(0x4F94, at, 0x4F88, at) for at in range(4))),
        motor(),
        File(0x47, bytes(90)),
        File(0x49, _ETHERNET.ljust(100, b"\0")),
        File(0x60, bytes.fromhex("0100000010000c000000ffff")),
        File(0x69, bytes(28)),
        File(OUTPUT, bytes(12)),
        File(INPUT, bytes(16)),
        File(STATUS, bytes(132)),
        File(BIT, bytes(4)),
        File(TIMER, bytes.fromhex("000a64000000")),
        File(COUNTER, bytes.fromhex("000005000000")),
        File(CONTROL, bytes(6)),
        File(INTEGER, struct.pack("<10h", *range(100, 110))),
        File(FLOAT, struct.pack("<2f", 85.5, 3.0)),
        *more,
        File(OUTPUT_FORCES, NO_FORCES * 6),
        File(INPUT_FORCES, NO_FORCES * 8),
    ]
    return Memory(layout, catalogue, files=files)


def press(clock: Clock | None = None) -> Processor:
    """A MicroLogix 1400 with two ladder files."""
    text = File(STRING, struct.pack("<H82s", 5, b"rPse s"))
    counts = File(LONG, struct.pack("<2i", 0, 70_000))
    memory = _memory(MICROLOGIX_1400, "ML1400", text, counts, File(0xE0, bytes(216)))
    return Processor(ML1400, memory, clock=clock or SystemClock())


def pump(clock: Clock | None = None) -> Processor:
    """A MicroLogix 1100."""
    return Processor(
        ML1100,
        _memory(MICROLOGIX_1100, "ML1100"),
        firmware=Firmware(1100, 1, 14, (2, 14)),
        clock=clock or SystemClock(),
    )


def conveyor(clock: Clock | None = None) -> Processor:
    """A SLC 5/05 with its key on REM."""
    return Processor(
        SLC_505,
        _memory(SLC, "500"),
        firmware=Firmware(501, 3, 13, (3, 13)),
        hardware=(2, 4),
        forces_enabled=False,
        clock=clock or SystemClock(),
    )


def furnace(clock: Clock | None = None) -> Processor:
    """A PLC-5/40E that tells when it was edited."""
    return Processor(
        PLC_540E,
        _memory(SLC, "PLC5"),
        firmware=Firmware(540, 5, 3, (5, 3)),
        hardware=(5, 1),
        mode=Mode.REMOTE_RUN,
        forces_enabled=False,
        edited=_EDITED,
        clock=clock or SystemClock(),
    )


def fleet(count: int, clock: Clock | None = None) -> list[Processor]:
    """Many presses, each with a serial number of its own."""
    made = [press(clock) for _ in range(count)]
    for number, processor in enumerate(made):
        processor.serial = 0x40000000 + number
    return made
