"""A simulated CPU on a TCP port, in the caller's event loop or in a thread of its own."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Unpack

from ccontrol.sim import server
from ccontrol.sim.background import in_background
from ccontrol.sim.s7.connection import Connection, Engineers
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import NO_FAULT, Fault
from ccontrol.sim.s7.request_log import Request, RequestLog


class Server(server.Server[Cpu, Fault, Request]):
    """One CPU, listening."""

    listens_to_datagrams = False

    def __init__(
        self, cpu: Cpu, engineers: Iterable[str] = (), **how: Unpack[server.How[Fault]]
    ) -> None:
        """Take a CPU and the addresses of stations that may change it: nobody may, by default."""
        super().__init__(cpu, RequestLog, NO_FAULT, how)
        self._engineers = Engineers(frozenset(engineers))

    @property
    def engineering(self) -> list[Request]:
        """What engineering stations asked for that is no read."""
        return list(self._engineers.log.violations)

    def connection(self, number: int) -> asyncio.Protocol:
        """Return what talks to a client."""
        return Connection(self.device, self, number, self._engineers)


@dataclass(frozen=True)
class Live(server.Live[Cpu, Fault, Request]):
    """A CPU that runs in a thread."""

    server: Server

    @property
    def cpu(self) -> Cpu:
        """The CPU; read it freely, change it with `play`."""
        return self.server.device


@contextlib.contextmanager
def running(
    cpu: Cpu, engineers: Iterable[str] = (), **how: Unpack[server.How[Fault]]
) -> Iterator[Live]:
    """Run one CPU in a thread until the block ends."""
    listening = Server(cpu, engineers, **how)
    with in_background(listening) as background:
        yield Live(listening, background)
