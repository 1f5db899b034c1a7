"""What can go wrong between a CPU and its reader, to be hung into a server's `faults`.

A fault strikes messages `first` to `last` of a connection (message 1 is the setup, the connect
request before it is not counted), on every connection or on the nth since the server's start.
"""

import struct
from dataclasses import dataclass

from ccontrol.sim import mishap
from ccontrol.sim.s7 import wire


@dataclass(frozen=True, kw_only=True)
class Fault(mishap.Mishap):
    """Nothing goes wrong; the others override what they spoil."""

    endless = False
    refusal: int | None = None

    def payload(self, _group: int, _subfunction: int, data: bytes) -> bytes:
        """A whole list or record set, before it is cut into fragments."""
        return data

    def length(self, true: int) -> int:
        """The size that an upload announces."""
        return true

    def packed(self, pdu: bytes) -> bytes:
        """A PDU in its packet."""
        return wire.data_frame(pdu)


NO_FAULT = Fault()


class Silence(mishap.Silence, Fault):
    """The request is read and never answered."""


class Reset(mishap.Reset, Fault):
    """TCP reset instead of an answer."""


class Cut(mishap.Cut, Fault):
    """The peer closes in the middle of its answer, after `keep` bytes of the packet."""


class Delay(mishap.Delay, Fault):
    """The answer comes late."""


class Dribble(mishap.Dribble, Fault):
    """The answer trickles, a few bytes per second."""


@dataclass(frozen=True, kw_only=True)
class Truncated(Fault):
    """A list ends before all that its header announced has come."""

    missing: int = 2

    def payload(self, _group: int, _subfunction: int, data: bytes) -> bytes:
        """All but the last bytes."""
        return data[: -self.missing]


@dataclass(frozen=True, kw_only=True)
class WrongCount(Fault):
    """Announced numbers are off: records of a SZL, blocks of each type, bytes of an upload."""

    by: int = 1

    def payload(self, group: int, subfunction: int, data: bytes) -> bytes:
        """The same records under another number."""
        if (group, subfunction) == (4, 1):
            (count,) = struct.unpack(">H", data[6:8])
            return data[:6] + struct.pack(">H", count + self.by & 0xFFFF) + data[8:]
        if (group, subfunction) == (3, 1):
            counts = struct.iter_unpack(">2sH", data)
            return b"".join(struct.pack(">2sH", k, n + self.by & 0xFFFF) for k, n in counts)
        return data

    def length(self, true: int) -> int:
        """Another size than the image has."""
        return true + self.by


@dataclass(frozen=True, kw_only=True)
class StaleReference(Fault):
    """The answer bears the number of the request before."""

    def frame(self, pdu: bytes) -> bytes:
        """The same answer with another reference."""
        (reference,) = struct.unpack(">H", pdu[4:6])
        return wire.data_frame(pdu[:4] + struct.pack(">H", reference - 1 & 0xFFFF) + pdu[6:])


@dataclass(frozen=True, kw_only=True)
class Segmented(Fault):
    """COTP segmentation: legal, rare, and not understood by every client."""

    size: int = 40

    def frame(self, pdu: bytes) -> bytes:
        """The answer in several units."""
        return wire.segmented(pdu, self.size)


@dataclass(frozen=True, kw_only=True)
class Rubbish(Fault):
    """Bytes that are no answer: in a packet of their own, or raw when `framed` is off."""

    data: bytes = bytes(range(64))
    framed: bool = True

    def frame(self, _pdu: bytes) -> bytes:
        """The rubbish."""
        return wire.data_frame(self.data) if self.framed else self.data


@dataclass(frozen=True, kw_only=True)
class Endless(Fault):
    """Each fragment says that another follows, for ever."""

    endless = True


class Flood(mishap.Flood, Fault):
    """The answer, then the same answer again and again without being asked."""


@dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """An error word instead of an answer (8702: first upload through a CP 443-1)."""

    refusal: int | None = 0x8702
