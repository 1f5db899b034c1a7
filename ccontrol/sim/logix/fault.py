"""What can go wrong between a chassis and its reader, to be hung into a server's `faults`.

A fault strikes frames `first` to `last` of a connection (frame 1 is RegisterSession), on every
connection or on the nth since the server's start.
"""

from dataclasses import dataclass

from ccontrol.sim.delivery import After
from ccontrol.sim.logix.cip import Message


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Nothing goes wrong; the others override what they spoil."""

    first: int = 1
    last: int = 2**31
    connection: int | None = None

    refuses_registration = False
    refusal: tuple[int, ...] | None = None
    open_refusal: tuple[int, ...] | None = None

    def strikes(self, connection: int, message: int) -> bool:
        """Whether this frame of this connection is hit."""
        return self.connection in (None, connection) and self.first <= message <= self.last

    def reply(self, _asked: Message, reply: bytes, _room: int) -> bytes:
        """One CIP answer, before it is packed into its frame."""
        return reply

    def frame(self, frame: bytes) -> bytes:
        """What goes onto the wire for one answer."""
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


NO_FAULT = Fault()


@dataclass(frozen=True, kw_only=True)
class Silence(Fault):
    """The request is read and never answered."""

    def frame(self, _frame: bytes) -> bytes:
        """Nothing at all."""
        return b""
