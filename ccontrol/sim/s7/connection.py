"""One TCP connection of a simulated CPU: packets, admission, pace and faults of the wire."""

import asyncio
import socket
import struct
from collections import deque
from typing import cast

from ccontrol.sim.s7 import wire
from ccontrol.sim.s7.connections import ClientType
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import NO_FAULT, After, Fault
from ccontrol.sim.s7.request_log import RequestLog
from ccontrol.sim.s7.session import Session

_TICK_S = 0.05


class Connection(asyncio.Protocol):
    """What the event loop calls when bytes come and go."""

    def __init__(
        self,
        cpu: Cpu,
        log: RequestLog,
        faults: list[Fault],
        open_ones: set["Connection"],
        delay_s: float,
    ) -> None:
        log.connections += 1
        self._cpu = cpu
        self._log = log
        self._faults = faults
        self._open_ones = open_ones
        self._delay_s = delay_s
        self._number = log.connections
        self._session = Session(cpu, log, self._number)
        self._reader = wire.Reader()
        self._pieces = bytearray()
        self._messages = 0
        self._admitted: ClientType | None = None
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
        """The client is gone: its place is free again."""
        self._open_ones.discard(self)
        if self._admitted is not None:
            self._cpu.connections.release(self._admitted)
            self._admitted = None
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
        """Answer every whole message; hang up on rubbish, as a CPU does."""
        self._log.bytes_in += len(data)
        try:
            for unit in self._reader.feed(data):
                self._take(unit)
        except wire.RubbishError:
            self._transport.close()

    def _take(self, unit: bytes) -> None:
        if unit[1] & 0xF0 == wire.CONNECT and len(unit) >= 7:  # noqa: PLR2004 — fixed part
            self._admit(wire.parse_connect(unit))
        elif unit[1] == wire.DATA and self._admitted is not None:
            self._pieces += unit[1 + unit[0] :]
            if unit[2] & 0x80 and self._pieces:
                whole, self._pieces = bytes(self._pieces), bytearray()
                self._answer(wire.parse_pdu(whole))
        else:
            self._transport.close()

    def _admit(self, request: wire.ConnectRequest) -> None:
        called = request.called
        kind = ClientType(called[0]) if len(called) == 2 and called[0] in (1, 2, 3) else None  # noqa: PLR2004 — TSAP
        here = kind is not None and called[1] == self._cpu.model.slot
        if kind is None or not here or not self._cpu.connections.admit(kind):
            self._log.turned_away += 1
            self._write(wire.turn_away(request))
            self._transport.close()
            return
        self._admitted = kind
        self._write(wire.confirm(request, self._number))

    def _answer(self, pdu: wire.Pdu) -> None:
        self._messages += 1
        fault = next((f for f in self._faults if f.strikes(self._number, self._messages)), NO_FAULT)
        frame = fault.frame(self._session.answer(pdu, fault))
        wait_s = self._delay_s + fault.delay_s
        at_once = not (wait_s or self._late) and fault.bytes_per_s is None
        if at_once and self._send_at <= self._loop.time():
            self._send(frame, fault)
            return
        self._late.append((frame, fault))
        self._send_at = max(self._send_at, self._loop.time()) + wait_s
        self._loop.call_at(self._send_at, self._send_next)

    def _send_next(self) -> None:
        """Send the oldest answer that waits: timers that come due together keep no order."""
        self._send(*self._late.popleft())

    def _send(self, frame: bytes, fault: Fault) -> None:
        if self._transport.is_closing():
            return
        if fault.bytes_per_s is not None:
            self._trickle(frame, max(round(fault.bytes_per_s * _TICK_S), 1), fault)
            return
        self._write(frame)
        if fault.after is After.RESET:
            self._reset()
        elif fault.after is After.CLOSE:
            self._transport.close()
        elif fault.after is After.FLOOD and self._flooding is None:
            self._flooding = self._loop.create_task(self._flood(frame))

    def _trickle(self, rest: bytes, step: int, fault: Fault) -> None:
        if not rest or self._transport.is_closing() or not fault.bytes_per_s:
            return
        self._write(rest[:step])
        self._send_at = self._loop.time() + step / fault.bytes_per_s
        self._loop.call_at(self._send_at, self._trickle, rest[step:], step, fault)

    async def _flood(self, frame: bytes) -> None:
        while not self._transport.is_closing():
            await self._may_write.wait()
            self._write(frame)
            await asyncio.sleep(0)

    def _write(self, data: bytes) -> None:
        self._log.bytes_out += len(data)
        self._transport.write(data)

    def _reset(self) -> None:
        raw: socket.socket = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
