"""ListIdentity over UDP: how a chassis is found without a connection."""

import asyncio
from typing import cast

from ccontrol.sim.logix import wire
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.listing import identity_item, services_item
from ccontrol.sim.logix.request_log import Request, RequestLog
from ccontrol.sim.logix.wire import Command


class Datagrams(asyncio.DatagramProtocol):
    """Answers ListIdentity and ListServices, and nothing else."""

    def __init__(self, chassis: Chassis, log: RequestLog) -> None:
        self._chassis = chassis
        self._log = log

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Answer whoever asks; be silent to rubbish."""
        self._log.bytes_in += len(data)
        try:
            frame = wire.parse_frame(data)
        except wire.RubbishError:
            return
        if frame.command == Command.LIST_IDENTITY:
            item = identity_item(self._chassis)
        elif frame.command == Command.LIST_SERVICES:
            item = services_item()
        else:
            return
        self._log.note(Request(0, frame.command, None, (), (), frame.data))
        reply = wire.answer(frame, wire.pack_items(item))
        self._log.bytes_out += len(reply)
        self._transport.sendto(reply, address)
