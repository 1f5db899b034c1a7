"""How answers go out over TCP: in order, at the pace and with the ending that a mishap asks for."""

import asyncio
import enum
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol

_TICK_S = 0.05


class After(enum.Enum):
    """What becomes of the connection once the answer is out."""

    KEEP = enum.auto()
    CLOSE = enum.auto()
    RESET = enum.auto()
    FLOOD = enum.auto()


class Mishap(Protocol):
    """What befalls one answer on its way."""

    @property
    def delay_s(self) -> float:
        """How long the answer waits."""

    @property
    def bytes_per_s(self) -> float | None:
        """How fast the answer trickles; None is at once."""

    @property
    def after(self) -> After:
        """What follows the answer."""


class Delivery:
    """The sending side of one connection. `sent` is told all that goes out."""

    def __init__(
        self, transport: asyncio.Transport, sent: Callable[[bytes], None], delay_s: float
    ) -> None:
        self._transport = transport
        self._sent = sent
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()
        self._send_at = 0.0
        self._late: deque[tuple[bytes, Mishap]] = deque()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._flooding: asyncio.Task[None] | None = None

    def put(self, frame: bytes, mishap: Mishap) -> None:
        """Send an answer, now or when its time comes."""
        wait_s = self._delay_s + mishap.delay_s
        at_once = not (wait_s or self._late) and mishap.bytes_per_s is None
        if at_once and self._send_at <= self._loop.time():
            self._send(frame, mishap)
            return
        self._late.append((frame, mishap))
        self._send_at = max(self._send_at, self._loop.time()) + wait_s
        self._loop.call_at(self._send_at, self._send_next)

    def write(self, data: bytes) -> None:
        """Send bytes at once."""
        self._sent(data)
        self._transport.write(data)

    def pause(self) -> None:
        """The client does not read as fast as we write."""
        self._may_write.clear()

    def resume(self) -> None:
        """The client has caught up."""
        self._may_write.set()

    def stop(self) -> None:
        """The client is gone."""
        if self._flooding is not None:
            self._flooding.cancel()

    def _send_next(self) -> None:
        """Send the oldest answer that waits: timers that come due together keep no order."""
        self._send(*self._late.popleft())

    def _send(self, frame: bytes, mishap: Mishap) -> None:
        if self._transport.is_closing():
            return
        if mishap.bytes_per_s is not None:
            step = max(round(mishap.bytes_per_s * _TICK_S), 1)
            self._trickle(frame, step, step / mishap.bytes_per_s)
            return
        self.write(frame)
        if mishap.after is After.RESET:
            self._reset()
        elif mishap.after is After.CLOSE:
            self._transport.close()
        elif mishap.after is After.FLOOD and self._flooding is None:
            self._flooding = self._loop.create_task(self._flood(frame))

    def _trickle(self, rest: bytes, step: int, wait_s: float) -> None:
        if not rest or self._transport.is_closing():
            return
        self.write(rest[:step])
        self._send_at = self._loop.time() + wait_s
        self._loop.call_at(self._send_at, self._trickle, rest[step:], step, wait_s)

    async def _flood(self, frame: bytes) -> None:
        while not self._transport.is_closing():
            await self._may_write.wait()
            self.write(frame)
            await asyncio.sleep(0)

    def _reset(self) -> None:
        raw: socket.socket = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
