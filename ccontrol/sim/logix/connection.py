"""One TCP connection of a simulated chassis: frames in, answers out, faults of the wire between."""

import asyncio
from typing import cast

from ccontrol.sim.delivery import Delivery
from ccontrol.sim.logix import wire
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.fault import NO_FAULT, Fault
from ccontrol.sim.logix.request_log import RequestLog
from ccontrol.sim.logix.session import Session


class Connection(asyncio.Protocol):
    """What the event loop calls when bytes come and go."""

    def __init__(
        self,
        chassis: Chassis,
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
        self._session = Session(chassis, log, self._number)
        self._reader = wire.Reader()
        self._frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked."""
        self._transport = cast("asyncio.Transport", transport)
        self._delivery = Delivery(self._transport, self._count_out, self._delay_s)
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — the protocol's form
        """The client is gone: what it held is free again."""
        self._open_ones.discard(self)
        self._session.close()
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
        """Answer every whole frame; hang up when the client unregisters."""
        self._log.bytes_in += len(data)
        for frame in self._reader.feed(data):
            self._frames += 1
            fault = next(
                (one for one in self._faults if one.strikes(self._number, self._frames)), NO_FAULT
            )
            reply = self._session.answer(frame, fault)
            if reply is None:
                self._transport.close()
                return
            if reply:
                self._delivery.put(fault.frame(reply), fault)

    def _count_out(self, count: int) -> None:
        self._log.bytes_out += count
