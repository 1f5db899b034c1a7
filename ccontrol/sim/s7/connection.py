"""One TCP connection of a simulated CPU: packets, admission, pace and faults of the wire."""

import asyncio
from typing import cast

from ccontrol.sim.delivery import Delivery
from ccontrol.sim.s7 import wire
from ccontrol.sim.s7.connections import ClientType
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import NO_FAULT, Fault
from ccontrol.sim.s7.request_log import RequestLog
from ccontrol.sim.s7.session import Session


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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked."""
        self._transport = cast("asyncio.Transport", transport)
        self._delivery = Delivery(self._transport, self._count_out, self._delay_s)
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — the protocol's form
        """The client is gone: its place is free again."""
        self._open_ones.discard(self)
        if self._admitted is not None:
            self._cpu.connections.release(self._admitted)
            self._admitted = None
        self._delivery.stop()

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._delivery.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._delivery.resume()

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
            self._delivery.write(wire.turn_away(request))
            self._transport.close()
            return
        self._admitted = kind
        self._delivery.write(wire.confirm(request, self._number))

    def _answer(self, pdu: wire.Pdu) -> None:
        self._messages += 1
        fault = next((f for f in self._faults if f.strikes(self._number, self._messages)), NO_FAULT)
        self._delivery.put(fault.frame(self._session.answer(pdu, fault)), fault)

    def _count_out(self, count: int) -> None:
        self._log.bytes_out += count
