"""The envelope of S7 messages: TPKT (RFC 1006) and COTP class 0 (ISO 8073). Pure.

Holds no socket and no meaning of a message. Class 0 has no goodbye: closing TCP is the goodbye,
so no disconnect request is ever built.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import struct
from enum import IntEnum

from ccontrol.errors import DriverError, GarbledError, NoSpareConnectionError, RefusedError

CONNECT, CONFIRM, DISCONNECT, DATA = 0xE0, 0xD0, 0x80, 0xF0
WHOLE = 0x80
"""Flag of the last (or only) COTP segment of a message."""
OUR_REFERENCE = 0x0001
TPDU_1024 = 0x0A
"""Exponent of the longest segment that we ask for."""
MOST_MESSAGE_BYTES = 65_535
"""No S7 message comes near it: the longest PDU that was ever negotiated is 960 bytes."""
MOST_SEGMENTS = 1_024

_HEADER = 4
_DATA_HEADER = 7
_CONFIRM_BYTES = 7
_FULL = frozenset({0x01, 0x81, 0x87})  # ISO 8073 13.5.3: congestion (twice), no more references


class ConnectionType(IntEnum):
    """What we say that we are; each type has connections of its own in the CPU."""

    PG = 1
    OP = 2
    BASIC = 3


def connection_request(kind: ConnectionType, rack: int, slot: int) -> bytes:
    """Return the frame that asks for a connection to the CPU in that rack and slot."""
    ours, theirs = kind << 8, kind << 8 | rack << 5 | slot
    options = struct.pack(">BBHBBHBBB", 0xC1, 2, ours, 0xC2, 2, theirs, 0xC0, 1, TPDU_1024)
    cotp = struct.pack(">BBHHB", 6 + len(options), CONNECT, 0, OUR_REFERENCE, 0) + options
    return b"\x03\x00" + struct.pack(">H", _HEADER + len(cotp)) + cotp


def data_frame(pdu: bytes) -> bytes:
    """Return the frame that carries one whole S7 message."""
    return b"\x03\x00" + (len(pdu) + _DATA_HEADER).to_bytes(2, "big") + b"\x02\xf0\x80" + pdu


def judge_confirm(unit: bytes, rack: int, slot: int) -> DriverError | None:
    """Say what is wrong with the answer to a connection request, or None when we are let in."""
    if len(unit) < _CONFIRM_BYTES or unit[0] + 1 != len(unit):
        return GarbledError(f"not an answer to a connection request: {unit[:16].hex()}")
    if unit[1] & 0xF0 == DISCONNECT:
        return _turned_away(unit[6], rack, slot)
    if unit[1] & 0xF0 != CONFIRM or int.from_bytes(unit[2:4], "big") != OUR_REFERENCE:
        return GarbledError(f"not an answer to our connection request: {unit[:16].hex()}")
    return None


def _turned_away(reason: int, rack: int, slot: int) -> DriverError:
    if reason in _FULL:
        return NoSpareConnectionError("the controller has no connection left for us")
    return RefusedError(
        f"no CPU at rack {rack}, slot {slot}, or no free connection: check rack and slot"
        f" (S7-300: slot 2); COTP reason 0x{reason:02x}",
        hint="Check rack, slot and connection_type, and whether all its connections are taken.",
    )


class Stream:
    """Cuts what arrives on a connection into messages; raises GarbledError on anything else."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._segments: list[bytes] = []
        self._held = 0
        self.connecting = True
        """True until the connection was confirmed: a unit is then handed out with its header."""

    @property
    def midway(self) -> bool:
        """True when a message has begun and not ended."""
        return bool(self._buffer or self._segments)

    def whole(self, data: bytes) -> bytes | None:
        """Return the message when exactly one whole one arrived, as is usual; None otherwise."""
        if (
            data[4:7] == b"\x02\xf0\x80"
            and data[0] == 3
            and data[2] << 8 | data[3] == len(data)
            and not (self._buffer or self._segments or self.connecting)
        ):
            return data[_DATA_HEADER:]
        return None

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived, return the messages that it completed."""
        self._buffer += data
        return self._cut()

    def _cut(self) -> list[bytes]:
        messages: list[bytes] = []
        buffer, at = self._buffer, 0
        while len(buffer) - at >= _HEADER:
            length = buffer[at + 2] << 8 | buffer[at + 3]
            if buffer[at] != 3 or length < _DATA_HEADER:
                raise GarbledError(f"not ISO-on-TCP: {bytes(buffer[at : at + 8]).hex()}")
            if len(buffer) - at < length:
                break
            self._unit(bytes(buffer[at : at + length]), messages)
            at += length
        if buffer and buffer[0] != 3:
            raise GarbledError(f"not ISO-on-TCP: {bytes(buffer[:8]).hex()}")
        del buffer[:at]
        return messages

    def _unit(self, frame: bytes, messages: list[bytes]) -> None:
        if self.connecting:
            messages.append(frame[_HEADER:])
            return
        if len(frame) < _DATA_HEADER or frame[4] != 2 or frame[5] != DATA:
            raise GarbledError(f"not a COTP data unit: {frame[:16].hex()}")
        if frame[6] == WHOLE and not self._segments:
            messages.append(frame[_DATA_HEADER:])
        else:
            self._segment(frame, messages)

    def _segment(self, frame: bytes, messages: list[bytes]) -> None:
        if frame[6] & 0x7F:
            raise GarbledError(f"a COTP segment of class 0 is numbered: {frame[:16].hex()}")
        self._segments.append(frame[_DATA_HEADER:])
        self._held += len(frame) - _DATA_HEADER
        empty = len(frame) == _DATA_HEADER
        if empty or self._held > MOST_MESSAGE_BYTES or len(self._segments) > MOST_SEGMENTS:
            raise GarbledError(f"a message of {len(self._segments)} segments does not end")
        if frame[6] == WHOLE:
            messages.append(b"".join(self._segments))
            self._segments.clear()
            self._held = 0
