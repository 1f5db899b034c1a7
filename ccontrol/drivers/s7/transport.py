"""The line to a S7 CPU: the ISO connection above TCP, whole messages, each with its own number.

Guard, limits and deadlines are those of every driver (drivers.wire). Holds no meaning of a message.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from ccontrol.drivers.s7 import cotp
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.guard import Guard
from ccontrol.drivers.wire import Limits, Wire
from ccontrol.errors import GarbledError

__all__ = ["Limits", "Line", "Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """Where to connect, and as what."""

    host: str
    port: int
    connection_type: ConnectionType
    rack: int
    slot: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Line(Wire[bytes]):
    """A connection to one CPU."""

    def __init__(self, peer: Peer, limits: Limits, guard: Guard) -> None:
        super().__init__(peer, limits, guard)
        self._cpu = peer
        self._stream = cotp.Stream()
        self._reference = b""
        self.longest = cotp.MOST_MESSAGE_BYTES
        """Bytes of the longest message that is taken; lowered to what was agreed upon."""

    @property
    def midway(self) -> bool:
        """True while only part of a message is there."""
        return self._stream.midway

    async def connect(self) -> None:
        """Open TCP and the ISO connection above it: one request. Raises DriverError."""
        await super().connect()
        cpu = self._cpu
        frame = cotp.connection_request(cpu.connection_type, cpu.rack, cpu.slot)
        refusal = cotp.judge_confirm(await self.exchange(frame), cpu.rack, cpu.slot)
        if refusal is not None:
            self.fail(refusal)
            raise refusal
        self._stream.connecting = False

    def ask(self, pdu: bytes) -> Awaitable[bytes]:
        """Send one S7 message, numbered anew; await its answer, whole. Raises DriverError.

        Raises ReadOnlyViolationError when the message is not a read; then nothing was sent.
        """
        self._reference = (self.requests & 0xFFFF).to_bytes(2, "big")
        self.requests += 1
        return self.exchange(cotp.data_frame(pdu[:4] + self._reference + pdu[6:]))

    def take(self, data: bytes) -> None:
        """Put messages together, and deliver those that answer the question."""
        if (whole := self._stream.whole(data)) is not None:
            self._check(whole)
            self.deliver(whole)
            return
        for message in self._stream.feed(data):
            self._check(message)
            self.deliver(message)

    def _check(self, message: bytes) -> None:
        if len(message) > self.longest:
            raise GarbledError(f"{len(message)} bytes at once, where {self.longest} were agreed")
        answers_us = self._stream.connecting or message[4:6] == self._reference
        if self.waiting and not answers_us:
            wanted = self._reference.hex()
            raise GarbledError(f"an answer to another question: {message[4:6].hex()} for {wanted}")
