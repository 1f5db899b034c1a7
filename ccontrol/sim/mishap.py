"""What can go wrong on the way of any answer, whatever protocol it speaks: the families add theirs.

Holds no frames: how an answer is put into one, a family says.
"""

from dataclasses import dataclass

from ccontrol.sim.delivery import After


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """Nothing goes wrong; the others override what they spoil.

    It strikes messages `first` to `last` of a connection, on every connection or on the nth since
    the server's start.
    """

    first: int = 1
    last: int = 2**31
    connection: int | None = None

    def strikes(self, connection: int, message: int) -> bool:
        """Whether this message of this connection is hit."""
        return self.connection in (None, connection) and self.first <= message <= self.last

    def packed(self, answer: bytes) -> bytes:
        """An answer in its frame; a family whose sessions frame none says how."""
        return answer

    def frame(self, answer: bytes) -> bytes:
        """What goes onto the wire for one answer."""
        return self.on_the_way(self.packed(answer))

    def on_the_way(self, frame: bytes) -> bytes:
        """What is left of a frame."""
        return frame

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


@dataclass(frozen=True, kw_only=True)
class Silence(Mishap):
    """The request is read and never answered."""

    def on_the_way(self, _frame: bytes) -> bytes:
        """Nothing at all."""
        return b""


@dataclass(frozen=True, kw_only=True)
class Reset(Silence):
    """TCP reset instead of an answer."""

    @property
    def after(self) -> After:
        """Reset."""
        return After.RESET


@dataclass(frozen=True, kw_only=True)
class Cut(Mishap):
    """The peer closes in the middle of its answer, after `keep` bytes of it; 0 is none at all."""

    keep: int = 12

    def on_the_way(self, frame: bytes) -> bytes:
        """The first bytes only."""
        return frame[: self.keep]

    @property
    def after(self) -> After:
        """Close."""
        return After.CLOSE


@dataclass(frozen=True, kw_only=True)
class Delay(Mishap):
    """The answer comes late."""

    seconds: float

    @property
    def delay_s(self) -> float:
        """As asked."""
        return self.seconds


@dataclass(frozen=True, kw_only=True)
class Dribble(Mishap):
    """The answer trickles, a few bytes per second."""

    rate: float = 2.0

    @property
    def bytes_per_s(self) -> float | None:
        """As asked."""
        return self.rate


@dataclass(frozen=True, kw_only=True)
class Flood(Mishap):
    """The answer, then the same answer again and again without being asked."""

    @property
    def after(self) -> After:
        """Flood."""
        return After.FLOOD
