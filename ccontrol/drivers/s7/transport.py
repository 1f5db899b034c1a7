"""One connection to a controller: bytes out past the guard, whole messages in, hard limits.

Runs on uvloop and on plain asyncio. One question is out at a time; nothing is repeated, nothing is
sent unasked, nothing reconnects. Holds no meaning of a message. The poll's overall deadline is the
collector's: it cancels whoever waits here.
"""

import asyncio
import socket
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

from ccontrol.drivers.s7 import cotp
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.guard import Guard
from ccontrol.errors import DriverError, GarbledError, OverBudgetError, UnreachableError


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


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may cost."""

    answer_timeout_s: float
    """Longest wait for one complete answer, however many pieces it trickles in by."""
    bytes_limit: int
    """Most bytes received over the connection's life."""


class Line(asyncio.Protocol):
    """A connection that answers one question at a time, or fails for good with `error`."""

    def __init__(self, peer: Peer, limits: Limits, guard: Guard) -> None:
        self._peer, self._limits, self._guard = peer, limits, guard
        self._loop = asyncio.get_running_loop()
        self._stream = cotp.Stream()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[bytes] | None = None
        self._reference = b""
        self._answer_by = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.error: DriverError | None = None
        """Why the connection is of no more use; None while it is."""
        self.longest = cotp.MOST_MESSAGE_BYTES
        """Bytes of the longest message that is taken; lowered to what was agreed upon."""
        self.requests = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    async def connect(self) -> None:
        """Open TCP and the ISO connection above it. Raises DriverError.

        Connecting counts as one request.
        """
        self.requests += 1
        try:
            async with asyncio.timeout(self._limits.answer_timeout_s):
                await self._loop.create_connection(lambda: self, self._peer.host, self._peer.port)
        except TimeoutError as error:
            raise self._dead(f"no connection within {self._limits.answer_timeout_s:g} s") from error
        except OSError as error:
            raise self._dead(f"no connection: {error.strerror or error}") from error
        peer = self._peer
        frame = cotp.connection_request(peer.connection_type, peer.rack, peer.slot)
        refusal = cotp.judge_confirm(await self._exchange(frame), peer.rack, peer.slot)
        if refusal is not None:
            self._fail(refusal)
            raise refusal
        self._stream.connecting = False

    def ask(self, pdu: bytes) -> Awaitable[bytes]:
        """Send one S7 message, numbered anew; await its answer, whole. Raises DriverError.

        Raises ReadOnlyViolationError when the message is not a read; then nothing was sent.
        """
        self._reference = (self.requests & 0xFFFF).to_bytes(2, "big")
        self.requests += 1
        return self._exchange(cotp.data_frame(pdu[:4] + self._reference + pdu[6:]))

    def close(self) -> None:
        """Let the controller go. What had not been sent yet is not sent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            if self.error is None and not self._transport.get_write_buffer_size():
                self._transport.close()
            else:
                self._transport.abort()

    def _exchange(self, frame: bytes) -> Awaitable[bytes]:
        self._guard.check(frame)
        if self.error is not None:
            raise self.error
        if self._transport is None:
            raise self._dead("the connection is not open")
        waiter: asyncio.Future[bytes] = self._loop.create_future()
        self._waiter = waiter
        self._answer_by = self._loop.time() + self._limits.answer_timeout_s
        if self._timer is None:
            self._timer = self._loop.call_at(self._answer_by, self._watch)
        self._transport.write(frame)
        self.bytes_sent += len(frame)
        return waiter

    def _watch(self) -> None:
        """Fail when the answer is overdue. One timer serves many answers: it re-arms itself."""
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._answer_by:
            self._timer = self._loop.call_at(self._answer_by, self._watch)
            return
        how = "only part of an answer" if self._stream.midway else "no answer"
        self._fail(self._dead(f"{how} within {self._limits.answer_timeout_s:g} s"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        self._transport = cast(
            "asyncio.Transport", transport
        )  # uvloop's is one in deed, not by type
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Take in what arrived (asyncio calls this)."""
        self.bytes_received += len(data)
        if self.bytes_received > self._limits.bytes_limit:
            limit = self._limits.bytes_limit
            self._fail(OverBudgetError(f"{self._peer} sent more than {limit} bytes in one poll"))
            return
        try:
            if (whole := self._stream.whole(data)) is not None:
                self._deliver(whole)
                return
            for message in self._stream.feed(data):
                self._deliver(message)
        except GarbledError as error:
            self._fail(GarbledError(f"{self._peer}: {error}"))

    def connection_lost(self, _exc: Exception | None) -> None:
        """Wake whoever waits (asyncio calls this)."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        how = "in the middle of an answer" if self._stream.midway else "without an answer"
        self._fail(self._dead(f"it closed the connection {how}"))

    def _deliver(self, message: bytes) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            raise GarbledError(f"it speaks unasked: {message[:16].hex()}")
        if len(message) > self.longest:
            raise GarbledError(f"{len(message)} bytes at once, where {self.longest} were agreed")
        if not self._stream.connecting and message[4:6] != self._reference:
            wanted = self._reference.hex()
            raise GarbledError(f"an answer to another question: {message[4:6].hex()} for {wanted}")
        waiter.set_result(message)

    def _fail(self, error: DriverError) -> None:
        if self.error is None:
            self.error = error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self.error)
        if self._transport is not None:
            self._transport.abort()

    def _dead(self, what: str) -> UnreachableError:
        return UnreachableError(f"{self._peer}: {what}")
