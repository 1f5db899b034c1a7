"""A simulated processor on a TCP and a UDP port, in the caller's event loop or in a thread."""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from ccontrol.sim.background import Background, in_background
from ccontrol.sim.pccc import wire
from ccontrol.sim.pccc.connection import Connection
from ccontrol.sim.pccc.fault import Fault
from ccontrol.sim.pccc.processor import Processor
from ccontrol.sim.pccc.request_log import Request, RequestLog
from ccontrol.sim.pccc.session import Session

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Datagrams(asyncio.DatagramProtocol):
    """Answers ListIdentity over UDP, which needs no session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer whole frames of ListIdentity, and nothing else."""
        try:
            asked = list(wire.Reader().feed(data))
        except wire.RubbishError:
            return
        for one in asked:
            if one.command == wire.LIST_IDENTITY:
                self._transport.sendto(self._session.answer(one), addr)


class Server:
    """One processor, listening. `delay_s` is how long it thinks about each message."""

    def __init__(
        self,
        processor: Processor,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay_s: float = 0.0,
        faults: list[Fault] | None = None,
        keep_requests: int = 20_000,
    ) -> None:
        self.processor = processor
        self.host = host
        self.port = port
        self.delay_s = delay_s
        self.faults = faults if faults is not None else []
        self.log = RequestLog(keep_requests)
        self._open_ones: set[Connection] = set()
        self._listening: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None

    @property
    def requests(self) -> list[Request]:
        """The newest requests, oldest first."""
        return list(self.log.requests)

    @property
    def violations(self) -> list[Request]:
        """Requests that were no reads. All of them were refused."""
        return list(self.log.violations)

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one, of TCP and of UDP."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]
        session = Session(self.processor, self.log, 0)
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(session), local_addr=(self.host, self.port)
        )

    async def stop(self) -> None:
        """Stop listening and hang up on everybody: the processor has lost its power."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        for connection in list(self._open_ones):
            connection.close()
        await asyncio.sleep(0)  # let the transports report that they are gone

    def _connection(self) -> Connection:
        return Connection(self.processor, self.log, self.faults, self._open_ones, self.delay_s)


@dataclass(frozen=True)
class Live:
    """A server that runs in a thread. Everything that touches its processor goes through `play`."""

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
    def processor(self) -> Processor:
        """The processor; read it freely, change it with `play`."""
        return self.server.processor

    @property
    def faults(self) -> list[Fault]:
        """Hang faults in here; they strike from the next message on."""
        return self.server.faults

    def play(
        self, scene: Callable[Concatenate[Processor, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Let something happen between two messages; returns what the scene returns."""
        return self._background.act(
            functools.partial(scene, self.server.processor, *args, **kwargs)
        )

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
    processor: Processor,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    delay_s: float = 0.0,
    faults: list[Fault] | None = None,
) -> Iterator[Live]:
    """Run one processor in a thread until the block ends."""
    server = Server(processor, host=host, port=port, delay_s=delay_s, faults=faults)
    with running_server(server) as live:
        yield live
