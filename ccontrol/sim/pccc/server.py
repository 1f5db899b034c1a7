"""A simulated processor on a TCP and a UDP port, in the caller's event loop or in a thread."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Unpack

from ccontrol.sim import server
from ccontrol.sim.background import in_background
from ccontrol.sim.connection import Framed, RubbishError
from ccontrol.sim.pccc import wire
from ccontrol.sim.pccc.fault import NO_FAULT, Fault
from ccontrol.sim.pccc.processor import Processor
from ccontrol.sim.pccc.request_log import Request, RequestLog
from ccontrol.sim.pccc.session import Session


class Server(server.Server[Processor, Fault, Request]):
    """One processor, listening."""

    def __init__(self, processor: Processor, **how: Unpack[server.How[Fault]]) -> None:
        super().__init__(processor, RequestLog, NO_FAULT, how)

    def connection(self, number: int) -> asyncio.Protocol:
        """Return what talks to a client."""
        return Framed(self, number, wire.Reader(), Session(self.device, self.log, number))

    def said_to(self, datagram: bytes) -> list[bytes]:
        """Answer whole frames of ListIdentity, which needs no session, and nothing else."""
        try:
            asked = list(wire.Reader().feed(datagram))
        except RubbishError:
            return []
        listing = (one for one in asked if one.command == wire.LIST_IDENTITY)
        return [Session(self.device, self.log, 0).answer(one) or b"" for one in listing]


class Live(server.Live[Processor, Fault, Request]):
    """A processor that runs in a thread."""

    @property
    def processor(self) -> Processor:
        """The processor; read it freely, change it with `play`."""
        return self.server.device


@contextlib.contextmanager
def running(processor: Processor, **how: Unpack[server.How[Fault]]) -> Iterator[Live]:
    """Run one processor in a thread until the block ends."""
    listening = Server(processor, **how)
    with in_background(listening) as background:
        yield Live(listening, background)
