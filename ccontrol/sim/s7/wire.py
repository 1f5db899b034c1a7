"""Frames: TPKT (RFC 1006), COTP (ISO 8073 class 0) and the S7 header. Bytes in, bytes out.

Holds no meaning of what is asked and opens nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.sim.connection import RubbishError

JOB, ACK, ACK_DATA, USERDATA = 1, 2, 3, 7
CONNECT, CONFIRM, DISCONNECT, DATA = 0xE0, 0xD0, 0x80, 0xF0
_END = 0x80


@dataclass(frozen=True, slots=True)
class Pdu:
    """One S7 message."""

    kind: int
    reference: int
    parameter: bytes
    data: bytes
    raw: bytes
    error: int = 0
    """The error word of an answer; 0 is none."""


_HEADS = {JOB: 10, USERDATA: 10, ACK: 12, ACK_DATA: 12}
"""Bytes before the parameter: answers have an error word there."""


def parse_pdu(raw: bytes) -> Pdu:
    """Cut a S7 message into its parts; raises RubbishError when they do not add up."""
    head = _HEADS.get(raw[1]) if raw[:1] == b"\x32" and len(raw) > 1 else None
    if head is None or len(raw) < head:
        raise RubbishError(f"not a S7 message: {raw[:12].hex()}")
    reference, parameter_length, data_length = struct.unpack(">HHH", raw[4:10])
    if len(raw) != head + parameter_length + data_length:
        raise RubbishError(f"lengths do not add up: {raw[:12].hex()}")
    if not parameter_length and raw[1] != ACK:
        raise RubbishError(f"it asks for nothing: {raw[:12].hex()}")
    cut = head + parameter_length
    return Pdu(
        raw[1], reference, raw[head:cut], raw[cut:], raw, int.from_bytes(raw[10:head], "big")
    )


def job(reference: int, parameter: bytes, data: bytes = b"") -> bytes:
    """A job: what either side asks of the other."""
    sizes = struct.pack(">HHH", reference, len(parameter), len(data))
    return bytes((0x32, JOB, 0, 0)) + sizes + parameter + data


def reply(pdu: Pdu, parameter: bytes, data: bytes = b"", error: int = 0) -> bytes:
    """An answer to a job with its function; `error` is an error word, 0 for none."""
    sizes = struct.pack(">HHHH", pdu.reference, len(parameter), len(data), error)
    return bytes((0x32, ACK_DATA, 0, 0)) + sizes + parameter + data


def refusal(pdu: Pdu, error: int) -> bytes:
    """A negative answer to a job: a bare acknowledgement (upload of a missing block, 315-2)."""
    return bytes((0x32, ACK, 0, 0)) + struct.pack(">HHHH", pdu.reference, 0, 0, error)


def userdata(reference: int, parameter: bytes, data: bytes) -> bytes:
    """An answer to a user data request."""
    sizes = struct.pack(">HHH", reference, len(parameter), len(data))
    return bytes((0x32, USERDATA, 0, 0)) + sizes + parameter + data


def tpkt(cotp: bytes) -> bytes:
    """Put a COTP unit into its packet."""
    return b"\x03\x00" + struct.pack(">H", 4 + len(cotp)) + cotp


def data_frame(pdu: bytes) -> bytes:
    """The packet that carries one whole S7 message."""
    return tpkt(bytes((2, DATA, _END)) + pdu)


def segmented(pdu: bytes, size: int) -> bytes:
    """The same message cut into COTP units of `size` bytes, of which only the last says end."""
    cuts = range(0, len(pdu), size)
    return b"".join(
        tpkt(bytes((2, DATA, _END if at + size >= len(pdu) else 0)) + pdu[at : at + size])
        for at in cuts
    )


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """What a client says when it knocks: its reference, its options and the called TSAP."""

    reference: bytes
    options: dict[int, bytes]

    @property
    def called(self) -> bytes:
        """Connection type, then rack and slot."""
        return self.options.get(0xC2, b"")

    @property
    def tpdu_size(self) -> bytes:
        """The exponent of the largest unit; 1024 bytes when nothing was asked."""
        return self.options.get(0xC0, b"\x0a")


def parse_connect(cotp: bytes) -> ConnectRequest:
    """Read a connection request; raises RubbishError when its options overrun."""
    options, at = {}, 7
    while at < len(cotp):
        if at + 2 > len(cotp) or at + 2 + cotp[at + 1] > len(cotp):
            raise RubbishError(f"connect request overruns: {cotp.hex()}")
        options[cotp[at]] = cotp[at + 2 : at + 2 + cotp[at + 1]]
        at += 2 + cotp[at + 1]
    return ConnectRequest(cotp[4:6], options)


def confirm(request: ConnectRequest, own_reference: int) -> bytes:
    """The packet that lets a client in (order of options as the IM151-8 answers)."""
    options = b"".join(
        bytes((code, len(value))) + value
        for code, value in (
            (0xC0, request.tpdu_size),
            (0xC1, request.options.get(0xC1, b"")),
            (0xC2, request.called),
        )
    )
    own = struct.pack(">H", own_reference & 0xFFFF)
    return tpkt(bytes((6 + len(options), CONFIRM)) + request.reference + own + b"\x00" + options)


def turn_away(request: ConnectRequest) -> bytes:
    """The packet that refuses a client: disconnect request, reason 'congestion'."""
    return tpkt(bytes((6, DISCONNECT)) + request.reference + b"\x00\x00\x82")


class Reader:
    """Collects a TCP stream into COTP units."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield every COTP unit that is complete; raises RubbishError on anything else."""
        self._buffer += data
        while len(self._buffer) >= 4:  # noqa: PLR2004 — a TPKT header
            length = int.from_bytes(self._buffer[2:4], "big")
            if self._buffer[0] != 3 or length < 7:  # noqa: PLR2004 — version, shortest unit
                raise RubbishError(f"not a TPKT: {bytes(self._buffer[:8]).hex()}")
            if len(self._buffer) < length:
                return
            unit = bytes(self._buffer[4:length])
            del self._buffer[:length]
            if unit[0] >= len(unit):
                raise RubbishError(f"COTP header overruns: {unit[:8].hex()}")
            yield unit
