"""The parameters of Forward Open and Forward Close, and what comes back for them. Pure.

Layout: The CIP Networks Library, volume 1, chapter 3-5; seen in captures of FactoryTalk Linx, which
asks for the same transport (0xA3: class 3, application object, server).
"""

import struct
from typing import NamedTuple

from ccontrol.drivers.enip.request import OUR_VENDOR
from ccontrol.errors import GarbledError

LARGE_BYTES, SMALL_BYTES = 4_000, 500
"""What one message may carry over a connection of either kind."""

_TICK_2048_MS, _TICKS = 0x0A, 0x05
_TRANSPORT = 0xA3
_INTERVAL_US = 2_000_000
_TIMES_32 = 3
"""A connection that nobody uses ends after 32 intervals; TCP's end ends it at once."""
_SMALL, _LARGE = 0x4200, 0x4200_0000
"""Point to point, low priority, variable length; the length goes into the lower bits."""
_OPENED = struct.Struct("<II")


class Originator(NamedTuple):
    """By what a controller tells our connections from those of others."""

    serial: int
    connection: int
    towards_us: int
    """The id that messages to us carry."""
    vendor: int = OUR_VENDOR


def to_open(ours: Originator, size: int, path: bytes) -> bytes:
    """Return the parameters of a Forward Open; a large one above 504 bytes.

    `path` leads to the message router, its length in words before it.
    """
    large = size > SMALL_BYTES
    both_ways = struct.pack("<I", _LARGE | size) if large else struct.pack("<H", _SMALL | size)
    interval = struct.pack("<I", _INTERVAL_US)
    return b"".join(
        (
            bytes((_TICK_2048_MS, _TICKS)),
            struct.pack("<II", 0, ours.towards_us),
            struct.pack("<HHI", ours.connection, ours.vendor, ours.serial),
            struct.pack("<I", _TIMES_32),
            interval,
            both_ways,
            interval,
            both_ways,
            bytes((_TRANSPORT,)),
            path,
        )
    )


def to_close(ours: Originator, path: bytes) -> bytes:
    """Return the parameters of a Forward Close; `path` has a zero behind its length."""
    named = struct.pack("<HHI", ours.connection, ours.vendor, ours.serial)
    return bytes((_TICK_2048_MS, _TICKS)) + named + path


def opened(data: bytes) -> int:
    """Return the id that messages to the controller carry. Raises GarbledError."""
    if len(data) < _OPENED.size:
        raise GarbledError("a connection was opened without an id")
    to_them, _ = _OPENED.unpack_from(data)
    return int(to_them)
