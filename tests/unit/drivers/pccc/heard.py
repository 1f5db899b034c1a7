"""Captures made by hand, for the stories about decoding: replies framed here once more."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange

AT = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
REQUESTOR = bytes.fromhex("07 4d00 e0312b3d")
"""As RSLogix 500 named itself in the recording."""
LEC_RUN = bytes.fromhex("00ee4a9f23313736362d4c45432020200000260036829efc01")
LEC_PROGRAM = bytes.fromhex("00ee4a9f23313736362d4c45432020200000210036829efc01")
LEC_FORCED = bytes.fromhex("00ee4a9f23313736362d4c45432020200000660036829efc01")
"""Diagnostic status of a 1766-LEC: running, stopped over the network, running with forces."""
LEC_SYSTEM = bytes.fromhex("780501000f00454301000300 01903605")
"""S:57 to S:64 of the same processor."""
STATUS = "status"
SYSTEM = "read 84 002 00057 00016"


def cip(data: bytes, service: int = 0x4B, status: int = 0) -> bytes:
    """An answer of the message router."""
    return bytes((service | 0x80, 0, status, 0)) + data


def told(data: bytes, command: int = 0x0F, status: bytes = b"\0") -> bytes:
    """A reply to a PCCC command, with its status (F0 with the extended one behind it)."""
    head = bytes((command | 0x40, status[0])) + struct.pack("<H", 7)
    return cip(REQUESTOR + head + status[1:] + data)


def exchange(question: str, *answers: bytes, fault: str | None = None) -> Exchange:
    """One question and its answers."""
    return Exchange(question, answers, fault)


def capture(
    exchanges: Iterable[Exchange], depth: Depth = Depth.GLANCE, fault: str | None = None
) -> Capture:
    """What was heard, as a poll would hand it on."""
    heard = tuple(exchanges)
    name = "UnreachableError" if fault else ""
    return Capture("press-3", "pccc", depth, AT, AT, heard, len(heard), 1, 1, fault, name)


def glance(status: bytes = LEC_RUN, system: bytes = LEC_SYSTEM) -> list[Exchange]:
    """A glance at a processor that has no Identity object."""
    return [
        exchange("identity", cip(b"", 0x01, 0x05)),
        exchange(STATUS, told(status, 0x06)),
        exchange(SYSTEM, told(system)),
    ]
