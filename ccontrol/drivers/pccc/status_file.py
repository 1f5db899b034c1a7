"""Words of the status file S2 that say what a processor is and what was loaded into it. Pure.

MicroLogix and SLC: 1762-RM001C, appendix C, held against the words of a 1766-LEC. PLC-5: 1785-5.14,
appendix B. Words that move by themselves (clock, scan times) are not asked for.
"""

import struct
from typing import NamedTuple

from ccontrol.errors import GarbledError

FILE, NUMBER = 0x84, 2
SYSTEM_WORD, SYSTEM_BYTES = 57, 16
PLC5_WORD, PLC5_BYTES = 10, 6
"""S:10 to S:12: minor faults, major faults, fault code."""
_SYSTEM = struct.Struct("<8H")


class System(NamedTuple):
    """S:57 to S:64."""

    os_catalogue: int
    os_series: int
    os_release: int
    """FRN, as engineers call it."""
    catalogue: str
    """The last characters of the processor's bulletin number: "EC"."""
    series: int
    revision: int
    functionality: int
    """What the loaded program needs of a processor."""
    compiler: int
    """Revision of the compiler that made the loaded program."""


def system(data: bytes) -> System:
    """Read S:57 to S:64. Raises GarbledError when they are not whole, or all zeros."""
    if len(data) != SYSTEM_BYTES or not any(data):
        raise GarbledError("status words that are not what was asked for")
    os_catalogue, os_series, os_release, catalogue, *rest = _SYSTEM.unpack(data)
    letters = catalogue.to_bytes(2, "little")
    text = letters.decode("latin-1") if letters.isascii() and letters.decode().isprintable() else ""
    return System(os_catalogue, os_series, os_release, text or f"{catalogue:04x}", *rest)


def letter(number: int) -> str:
    """Return a series as people write it: A for 0."""
    return chr(ord("A") + number) if number < 26 else str(number)  # noqa: PLR2004 — the alphabet
