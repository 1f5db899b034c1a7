"""One TCP connection to a controller, as every driver has it: a guard beneath, hard limits above.

Runs on uvloop and on plain asyncio. One question is out at a time; nothing is repeated, nothing is
sent unasked, nothing reconnects. A peer that closes, at whatever byte, fails the line at once. The
poll's overall deadline is the collector's: it cancels whoever waits here. Holds no protocol: a
family says how bytes become answers.
"""

import asyncio
import socket
from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast

from ccontrol.errors import DriverError, GarbledError, OverBudgetError, UnreachableError

T = TypeVar("T")


class Guard(Protocol):
    """The last look at every whole frame before it leaves."""

    def check(self, frame: bytes) -> None:
        """Return when the frame is a read; raise ReadOnlyViolationError otherwise."""
        ...


class Peer(Protocol):
    """Where to connect; as a text, "host:port"."""

    @property
    def host(self) -> str:
        """Host name or IP address."""
        ...

    @property
    def port(self) -> int:
        """TCP port."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may cost."""

    answer_timeout_s: float
    """Longest wait for one complete answer, however many pieces it trickles in by."""
    bytes_limit: int
    """Most bytes received over the connection's life."""


class Wire(asyncio.Protocol, Generic[T]):
    """A connection that answers one question at a time, or fails for good with `error`."""

    def __init__(self, peer: Peer, limits: Limits, guard: Guard) -> None:
        self._peer, self._limits, self._guard = peer, limits, guard
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[T] | None = None
        self._answer_by = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.error: DriverError | None = None
        """Why the connection is of no more use; None while it is."""
        self.own_end = ""
        """Address and port that the operating system gave to our end; empty before it did."""
        self.requests = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    @property
    @abstractmethod
    def midway(self) -> bool:
        """True while only part of an answer is there."""

    @abstractmethod
    def take(self, data: bytes) -> None:
        """Take in bytes, and `deliver` each answer that is whole. Raises GarbledError."""

    @property
    def waiting(self) -> bool:
        """True while a question is out."""
        return self._waiter is not None and not self._waiter.done()

    async def connect(self) -> None:
        """Open TCP, which counts as one request. Raises DriverError."""
        self.requests += 1
        try:
            async with asyncio.timeout(self._limits.answer_timeout_s):
                await self._loop.create_connection(lambda: self, self._peer.host, self._peer.port)
        except TimeoutError as error:
            raise self._dead(f"no connection within {self._limits.answer_timeout_s:g} s") from error
        except OSError as error:
            raise self._dead(f"no connection: {error.strerror or error}") from error

    def exchange(self, frame: bytes) -> Awaitable[T]:
        """Send one frame; await the next answer that arrives. Raises DriverError.

        Raises ReadOnlyViolationError when the frame is not a read; then nothing was sent.
        """
        self._guard.check(frame)
        if self.error is not None:
            raise self.error
        if self._transport is None:
            raise self._dead("the connection is not open")
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._waiter = waiter
        self._answer_by = self._loop.time() + self._limits.answer_timeout_s
        if self._timer is None:
            self._timer = self._loop.call_at(self._answer_by, self._watch)
        self._transport.write(frame)
        self.bytes_sent += len(frame)
        return waiter

    def deliver(self, answer: T) -> None:
        """Hand an answer to whoever waits. Raises GarbledError when nobody does."""
        if self._waiter is None or self._waiter.done():
            raise GarbledError(f"it speaks unasked: {answer!r:.60}")
        self._waiter.set_result(answer)

    def fail(self, error: DriverError) -> None:
        """Give the connection up: what came over it can be trusted no more."""
        if self.error is None:
            self.error = error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self.error)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Let the controller go. What had not been sent yet is not sent."""
        self._stop_watching()
        if self._transport is not None:
            if self.error is None and not self._transport.get_write_buffer_size():
                self._transport.close()
            else:
                self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        self._transport = cast(
            "asyncio.Transport", transport
        )  # uvloop's is one in deed, not by type
        address, port, *_ = transport.get_extra_info("sockname")
        self.own_end = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Take in what arrived (asyncio calls this)."""
        self.bytes_received += len(data)
        if self.bytes_received > self._limits.bytes_limit:
            limit = self._limits.bytes_limit
            self.fail(OverBudgetError(f"{self._peer} sent more than {limit} bytes in one poll"))
            return
        try:
            self.take(data)
        except GarbledError as error:
            self.fail(GarbledError(f"{self._peer}: {error}"))

    def connection_lost(self, _exc: Exception | None) -> None:
        """Wake whoever waits (asyncio calls this)."""
        self._stop_watching()
        how = "in the middle of an answer" if self.midway else "without an answer"
        self.fail(self._dead(f"it closed the connection {how}"))

    def _watch(self) -> None:
        """Fail when the answer is overdue. One timer serves many answers: it re-arms itself."""
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._answer_by:
            self._timer = self._loop.call_at(self._answer_by, self._watch)
            return
        how = "only part of an answer" if self.midway else "no answer"
        self.fail(self._dead(f"{how} within {self._limits.answer_timeout_s:g} s"))

    def _stop_watching(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _dead(self, what: str) -> UnreachableError:
        return UnreachableError(f"{self._peer}: {what}")
