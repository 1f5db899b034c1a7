"""A simulated CPU on a TCP port, in the caller's event loop or in a thread of its own."""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from ccontrol.sim.background import Background, in_background
from ccontrol.sim.s7.connection import Connection
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import Fault
from ccontrol.sim.s7.request_log import Request, RequestLog

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Server:
    """One CPU, listening. `delay_s` is how long it thinks about each message."""

    def __init__(
        self,
        cpu: Cpu,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay_s: float = 0.0,
        faults: list[Fault] | None = None,
        keep_requests: int = 20_000,
    ) -> None:
        self.cpu = cpu
        self.host = host
        self.port = port
        self.delay_s = delay_s
        self.faults = faults if faults is not None else []
        self.log = RequestLog(keep_requests)
        self._open_ones: set[Connection] = set()
        self._listening: asyncio.Server | None = None

    @property
    def requests(self) -> list[Request]:
        """The newest requests, oldest first."""
        return list(self.log.requests)

    @property
    def violations(self) -> list[Request]:
        """Requests that were no reads. All of them were refused."""
        return list(self.log.violations)

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on everybody: the CPU has lost its power."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for connection in list(self._open_ones):
            connection.close()
        await asyncio.sleep(0)  # let the transports report that they are gone

    def _connection(self) -> Connection:
        return Connection(self.cpu, self.log, self.faults, self._open_ones, self.delay_s)


@dataclass(frozen=True)
class Live:
    """A server that runs in a thread. Everything that touches its CPU goes through `play`."""

    server: Server
    _background: Background

    @property
    def host(self) -> str:
        """Where it listens."""
        return self.server.host

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    @property
    def cpu(self) -> Cpu:
        """The CPU; read it freely, change it with `play`."""
        return self.server.cpu

    @property
    def faults(self) -> list[Fault]:
        """Hang faults in here; they strike from the next message on."""
        return self.server.faults

    def play(
        self, scene: Callable[Concatenate[Cpu, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Let something happen to the CPU, between two messages; returns what the scene returns."""
        return self._background.act(functools.partial(scene, self.server.cpu, *args, **kwargs))

    def vanish(self) -> None:
        """Lose power: the port is closed, every connection is cut."""
        self._background.vanish()

    def come_back(self) -> None:
        """Listen again on the same port."""
        self._background.come_back()


@contextlib.contextmanager
def running_server(server: Server) -> Iterator[Live]:
    """Run a server in a thread until the block ends."""
    with in_background(server) as background:
        yield Live(server, background)


@contextlib.contextmanager
def running(
    cpu: Cpu,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    delay_s: float = 0.0,
    faults: list[Fault] | None = None,
) -> Iterator[Live]:
    """Run one CPU in a thread until the block ends."""
    server = Server(cpu, host=host, port=port, delay_s=delay_s, faults=faults)
    with running_server(server) as live:
        yield live
