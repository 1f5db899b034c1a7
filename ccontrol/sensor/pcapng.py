"""Recordings written: pcapng with times in nanoseconds. Pure.

Source: draft-ietf-opsawg-pcapng. Reading them is ccontrol.sources.wire.recording's business.
"""

import struct
from collections.abc import Iterable
from typing import Final

from ccontrol.sources.wire.links import ETHERNET
from ccontrol.sources.wire.recording import LONGEST_FRAME, Frame

_SECTION, _INTERFACE, _STATISTICS, _PACKET = 0x0A0D0D0A, 1, 5, 6
_BYTE_ORDER: Final = 0x1A2B3C4D
_COMMENT, _APPLICATION, _NAME, _RESOLUTION, _DROPPED = 1, 4, 2, 9, 5
_NANOSECONDS: Final = b"\x09"


def recording(
    packets: Iterable[tuple[Frame, str]], interface: str, application: str, dropped: int
) -> bytes:
    """Return a file of packets, each with a comment for whoever opens it (empty: none)."""
    section = struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1) + _options(
        (_APPLICATION, application.encode())
    )
    described = struct.pack("<HHI", ETHERNET, 0, LONGEST_FRAME) + _options(
        (_NAME, interface.encode()), (_RESOLUTION, _NANOSECONDS)
    )
    file = bytearray(_block(_SECTION, section) + _block(_INTERFACE, described))
    last_ns = 0
    for frame, comment in packets:
        last_ns = max(last_ns, frame.time_ns)
        file += _packet(frame, comment)
    statistics = struct.pack("<III", 0, *_halves(last_ns))
    file += _block(_STATISTICS, statistics + _options((_DROPPED, struct.pack("<Q", dropped))))
    return bytes(file)


def _packet(frame: Frame, comment: str) -> bytes:
    head = struct.pack("<IIIII", 0, *_halves(frame.time_ns), len(frame.data), frame.length)
    options = _options((_COMMENT, comment.encode())) if comment else b""
    return _block(_PACKET, head + frame.data + bytes(-len(frame.data) % 4) + options)


def _halves(time_ns: int) -> tuple[int, int]:
    return time_ns >> 32 & 0xFFFFFFFF, time_ns & 0xFFFFFFFF


def _options(*options: tuple[int, bytes]) -> bytes:
    told = b"".join(
        struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
        for code, value in options
    )
    return told + bytes(4)


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size
