"""One TCP connection of a simulated processor: frames, pace and faults of the wire."""

import asyncio
from typing import cast

from ccontrol.sim.delivery import Delivery
from ccontrol.sim.pccc import wire
from ccontrol.sim.pccc.fault import NO_FAULT, Fault
from ccontrol.sim.pccc.processor import Processor
from ccontrol.sim.pccc.request_log import RequestLog
from ccontrol.sim.pccc.session import Session


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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked."""
        self._transport = cast("asyncio.Transport", transport)
        self._delivery = Delivery(self._transport, self._count_out, self._delay_s)
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — the protocol's form
        """The client is gone: its session is free again."""
        self._open_ones.discard(self)
        self._session.leave()
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
        self._delivery.put(fault.frame(self._session.answer(asked, fault)), fault)

    def _count_out(self, count: int) -> None:
        self._log.bytes_out += count
