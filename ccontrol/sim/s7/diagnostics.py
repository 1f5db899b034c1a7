"""The diagnostic buffer: what a CPU writes into it, and how much of it may be read.

Entries are 20 bytes: event id, priority class, mode before and after, 8 bytes of detail, BCD time
in the CPU's own local time. Ids and texts: System and Standard Functions C79000-G7076-C503,
appendix C; the detail bytes are those of a CPU 315-2 PN/DP.
"""

import enum
import struct
from collections import deque
from datetime import datetime
from typing import Final

RECORD_LENGTH: Final = 20


class Event(enum.IntEnum):
    """The event ids that the scenes use."""

    MANUAL_RESTART = 0x1381
    AUTOMATIC_RESTART = 0x1382
    POWER_ON = 0x4300
    STARTUP = 0x4301
    RUN = 0x4302
    STOP_BY_SWITCH = 0x4303
    STOP_BY_PG = 0x4304
    RESET_BY_PG = 0x4307
    RESET_BY_SWITCH = 0x4308
    RESET_DONE = 0x430E
    POWER_OFF = 0x494E
    CARD_RESET_REQUEST = 0x6526
    CARD_REPLACED = 0x6527
    MODULE_INSERTED = 0x3861
    MODULE_REMOVED = 0x3961
    STATION_LOST = 0x39CB
    FIRMWARE_STARTED = 0x6353
    FIRMWARE_DONE = 0x43B0


class StartType(enum.IntEnum):
    """Who asked for a start; byte 9 of the start entries."""

    BY_SWITCH = 0x13
    BY_PG = 0x14
    BY_POWER = 0x10


_MODES = {  # the byte after the priority: mode before (high nibble) and after
    Event.MANUAL_RESTART: 0x64,
    Event.AUTOMATIC_RESTART: 0x64,
    Event.STARTUP: 0x46,
    Event.RUN: 0x68,
    Event.STOP_BY_SWITCH: 0x84,
    Event.STOP_BY_PG: 0x84,
    Event.POWER_ON: 0x11,
}


def bcd(number: int) -> int:
    """Two decimal digits in one byte."""
    return number // 10 << 4 | number % 10


def bcd_time(when: datetime) -> bytes:
    """DATE_AND_TIME: eight BCD bytes, weekday (1 is Sunday) in the last nibble."""
    milliseconds = when.microsecond // 1000
    digits = (when.year % 100, when.month, when.day, when.hour, when.minute, when.second)
    last = milliseconds % 10 << 4 | when.isoweekday() % 7 + 1
    return bytes((*map(bcd, digits), bcd(milliseconds // 10), last))


def start_detail(event: Event, start: StartType, cause: Event) -> bytes:
    """The eight detail bytes of 1381, 1382, 4301 and 4302."""
    if event is Event.RUN:
        return struct.pack(">BBHBBH", 0xC7, 0, 0, 0x08, start, 0x7714)
    return struct.pack(">BBHBBH", 0xC7, 0x72, cause, 0x08, start, 0x7714)


class DiagnosticBuffer:
    """A ring, newest first. In RUN a S7-300 shows its ten newest entries, in STOP all of them."""

    def __init__(self, capacity: int = 100, readable_in_run: int = 10) -> None:
        self._entries: deque[bytes] = deque(maxlen=capacity)
        self._readable_in_run = readable_in_run

    def add(self, event: int, when: datetime, detail: bytes = bytes(8)) -> None:
        """Write an entry; `when` is the CPU's local time."""
        priority = 0xFE if event >> 12 == 1 else 0xFF
        modes = _MODES.get(Event(event), 0x00) if event in Event.__members__.values() else 0x00
        head = struct.pack(">HBB", event, priority, modes)
        self.write(head + detail[:8].ljust(8, b"\0") + bcd_time(when))

    def write(self, record: bytes) -> None:
        """Write an entry as it is, in place of the oldest where the ring is full."""
        self._entries.appendleft(record)

    def readable(self, *, running: bool, newest: int | None = None) -> list[bytes]:
        """The entries that the CPU shows now, newest first."""
        shown = list(self._entries)
        if running:
            shown = shown[: self._readable_in_run]
        return shown if newest is None else shown[:newest]

    def __len__(self) -> int:
        return len(self._entries)
