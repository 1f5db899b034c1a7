"""The line to an adapter: whole frames of EtherNet/IP over TCP.

Guard, limits and deadlines are those of every driver (drivers.wire). A session and its connections
end with TCP, so that nothing has to be said to end them. Holds no meaning of a frame.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from ccontrol.drivers.enip.frames import Frame, Stream
from ccontrol.drivers.wire import Guard, Limits, Wire

__all__ = ["Guard", "Limits", "Line", "Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """Where to connect."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Line(Wire[Frame]):
    """A connection to one adapter."""

    def __init__(self, peer: Peer, limits: Limits, guard: Guard) -> None:
        super().__init__(peer, limits, guard)
        self._stream = Stream()

    @property
    def midway(self) -> bool:
        """True while only part of a frame is there."""
        return self._stream.midway

    def ask(self, frame: bytes) -> Awaitable[Frame]:
        """Send one frame; await the next one that arrives. Raises DriverError.

        Raises ReadOnlyViolationError when the frame is not a read; then nothing was sent.
        """
        answer = self.exchange(frame)
        self.requests += 1
        return answer

    def take(self, data: bytes) -> None:
        """Put frames together, and deliver them."""
        for frame in self._stream.feed(data):
            self.deliver(frame)
