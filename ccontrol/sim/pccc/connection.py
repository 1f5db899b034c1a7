"""One TCP connection of a simulated processor: frames, pace and faults of the wire."""

import asyncio
import socket
import struct
from collections import deque
from typing import cast

from ccontrol.sim.pccc import wire
from ccontrol.sim.pccc.fault import NO_FAULT, After, Fault
from ccontrol.sim.pccc.processor import Processor
from ccontrol.sim.pccc.request_log import RequestLog
from ccontrol.sim.pccc.session import Session

_TICK_S = 0.05


class Connection(asyncio.Protocol):
    """What the event loop calls when bytes come and go."""

    def __init__(
        self,
        processor: Processor,
        log: RequestLog,
        faults: list[Fault],
        open_ones: set["Connection"],
        delay_s: float,
    ) -> None:
        log.connections += 1
        self._log = log
        self._faults = faults
        self._open_ones = open_ones
        self._delay_s = delay_s
        self._number = log.connections
        self._session = Session(processor, log, self._number)
        self._reader = wire.Reader()
        self._messages = 0
        self._send_at = 0.0
        self._late: deque[tuple[bytes, Fault]] = deque()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._flooding: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked."""
        self._transport = cast("asyncio.Transport", transport)
        self._loop = asyncio.get_running_loop()
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — the protocol's form
        """The client is gone: its session is free again."""
        self._open_ones.discard(self)
        self._session.leave()
        if self._flooding is not None:
            self._flooding.cancel()

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._may_write.set()

    def close(self) -> None:
        """Hang up at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answer every whole frame; hang up on rubbish, and on a client that leaves."""
        self._log.bytes_in += len(data)
        try:
            for asked in self._reader.feed(data):
                self._answer(asked)
                if asked.command == wire.UNREGISTER:
                    self._transport.close()
        except wire.RubbishError:
            self._transport.close()

    def _answer(self, asked: wire.Frame) -> None:
        self._messages += 1
        fault = next((f for f in self._faults if f.strikes(self._number, self._messages)), NO_FAULT)
        told = fault.frame(self._session.answer(asked, fault))
        wait_s = self._delay_s + fault.delay_s
        at_once = not (wait_s or self._late) and fault.bytes_per_s is None
        if at_once and self._send_at <= self._loop.time():
            self._send(told, fault)
            return
        self._late.append((told, fault))
        self._send_at = max(self._send_at, self._loop.time()) + wait_s
        self._loop.call_at(self._send_at, self._send_next)

    def _send_next(self) -> None:
        """Send the oldest answer that waits: timers that come due together keep no order."""
        self._send(*self._late.popleft())

    def _send(self, told: bytes, fault: Fault) -> None:
        if self._transport.is_closing():
            return
        if fault.bytes_per_s is not None:
            self._trickle(told, max(round(fault.bytes_per_s * _TICK_S), 1), fault.bytes_per_s)
            return
        self._write(told)
        if fault.after is After.RESET:
            self._reset()
        elif fault.after is After.CLOSE:
            self._transport.close()
        elif fault.after is After.FLOOD and self._flooding is None:
            self._flooding = self._loop.create_task(self._flood(told))

    def _trickle(self, rest: bytes, step: int, rate: float) -> None:
        if not rest or self._transport.is_closing():
            return
        self._write(rest[:step])
        self._send_at = self._loop.time() + step / rate
        self._loop.call_at(self._send_at, self._trickle, rest[step:], step, rate)

    async def _flood(self, told: bytes) -> None:
        while not self._transport.is_closing():
            await self._may_write.wait()
            self._write(told)
            await asyncio.sleep(0)

    def _write(self, data: bytes) -> None:
        self._log.bytes_out += len(data)
        self._transport.write(data)

    def _reset(self) -> None:
        raw: socket.socket = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
