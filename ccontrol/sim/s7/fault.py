"""What can go wrong between a CPU and its reader, to be hung into a server's `faults`.

A fault strikes messages `first` to `last` of a connection (message 1 is the setup, the connect
request before it is not counted), on every connection or on the nth since the server's start.
"""

import struct
from dataclasses import dataclass

from ccontrol.sim.delivery import After
from ccontrol.sim.s7 import wire


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Nothing goes wrong; the others override what they spoil."""

    first: int = 1
    last: int = 2**31
    connection: int | None = None

    endless = False
    refusal: int | None = None

    def strikes(self, connection: int, message: int) -> bool:
        """Whether this message of this connection is hit."""
        return self.connection in (None, connection) and self.first <= message <= self.last

    def payload(self, _group: int, _subfunction: int, data: bytes) -> bytes:
        """A whole list or record set, before it is cut into fragments."""
        return data

    def length(self, true: int) -> int:
        """The size that an upload announces."""
        return true

    def frame(self, pdu: bytes) -> bytes:
        """What goes onto the wire for one answer."""
        return wire.data_frame(pdu)

    @property
    def delay_s(self) -> float:
        """How long the answer waits."""
        return 0.0

    @property
    def bytes_per_s(self) -> float | None:
        """How fast the answer trickles; None is at once."""
        return None

    @property
    def after(self) -> After:
        """What follows the answer."""
        return After.KEEP


NO_FAULT = Fault()


@dataclass(frozen=True, kw_only=True)
class Silence(Fault):
    """The request is read and never answered."""

    def frame(self, _pdu: bytes) -> bytes:
        """Nothing at all."""
        return b""


@dataclass(frozen=True, kw_only=True)
class Reset(Fault):
    """TCP reset instead of an answer."""

    def frame(self, _pdu: bytes) -> bytes:
        """Nothing at all."""
        return b""

    @property
    def after(self) -> After:
        """Reset."""
        return After.RESET


@dataclass(frozen=True, kw_only=True)
class Cut(Fault):
    """The peer closes in the middle of its answer, after `keep` bytes of the packet."""

    keep: int = 12

    def frame(self, pdu: bytes) -> bytes:
        """The first bytes only."""
        return wire.data_frame(pdu)[: self.keep]

    @property
    def after(self) -> After:
        """Close."""
        return After.CLOSE


@dataclass(frozen=True, kw_only=True)
class Delay(Fault):
    """The answer comes late."""

    seconds: float

    @property
    def delay_s(self) -> float:
        """As asked."""
        return self.seconds


@dataclass(frozen=True, kw_only=True)
class Dribble(Fault):
    """The answer trickles, a few bytes per second."""

    rate: float = 2.0

    @property
    def bytes_per_s(self) -> float | None:
        """As asked."""
        return self.rate


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


@dataclass(frozen=True, kw_only=True)
class Flood(Fault):
    """The answer, then the same answer again and again without being asked."""

    @property
    def after(self) -> After:
        """Flood."""
        return After.FLOOD


@dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """An error word instead of an answer (8702: first upload through a CP 443-1)."""

    refusal: int | None = 0x8702
