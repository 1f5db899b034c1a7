"""A simulated controller on a TCP port, in the caller's event loop or in a thread of its own.

Knows no protocol: a family says how it talks over a connection, and what it says to a datagram.
"""

import asyncio
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypedDict, TypeVar, cast

from ccontrol.sim.background import Background
from ccontrol.sim.connection import FaultT
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.request_log import RequestLog, RequestT

_P = ParamSpec("_P")
_T = TypeVar("_T")
DeviceT = TypeVar("DeviceT")


class How(TypedDict, Generic[FaultT], total=False):
    """How a controller listens: at `host` and `port` (0 for a free one), 127.0.0.1 if not said.

    `delay_s` is how long it thinks about each message, `keep_requests` how many are remembered;
    `mirror` gets all that passes over TCP.
    """

    host: str
    port: int
    delay_s: float
    faults: list[FaultT]
    keep_requests: int
    mirror: Mirror


class Server(ABC, Generic[DeviceT, FaultT, RequestT]):
    """One controller, listening."""

    listens_to_datagrams = True
    """Whether it listens on UDP too, on the port that it has on TCP."""

    def __init__(
        self,
        device: DeviceT,
        log: Callable[[int], RequestLog[RequestT]],
        no_fault: FaultT,
        how: How[FaultT],
    ) -> None:
        self.device = device
        self.host = how.get("host", "127.0.0.1")
        self.port = how.get("port", 0)
        self.delay_s = how.get("delay_s", 0.0)
        self.faults = how.get("faults", [])
        self.mirror = how.get("mirror")
        self.no_fault = no_fault
        self.log = log(how.get("keep_requests", 20_000))
        self.open_ones: set[asyncio.Transport] = set()
        self._listening: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None

    @abstractmethod
    def connection(self, number: int) -> asyncio.Protocol:
        """Return what talks to the client that knocked as the nth."""

    def said_to(self, datagram: bytes) -> Iterable[bytes]:
        """Return what goes back, in a datagram each."""
        del datagram
        return ()

    @property
    def requests(self) -> list[RequestT]:
        """The newest requests, oldest first."""
        return list(self.log.requests)

    @property
    def violations(self) -> list[RequestT]:
        """Requests that were no reads. All of them were refused."""
        return list(self.log.violations)

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._knocked, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]
        if self.listens_to_datagrams:
            self._datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=(self.host, self.port)
            )

    async def stop(self) -> None:
        """Stop listening and hang up on everybody: the controller has lost its power."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        for transport in list(self.open_ones):
            transport.abort()
        await asyncio.sleep(0)  # let the transports report that they are gone

    def _knocked(self) -> asyncio.Protocol:
        self.log.connections += 1
        return self.connection(self.log.connections)


class _Datagrams(asyncio.DatagramProtocol):
    """What the event loop calls when a datagram comes."""

    def __init__(self, server: Server[Any, Any, Any]) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer whoever asks; be silent to rubbish."""
        self._server.log.bytes_in += len(data)
        for said in self._server.said_to(data):
            self._server.log.bytes_out += len(said)
            self._transport.sendto(said, addr)


@dataclass(frozen=True)
class Live(Generic[DeviceT, FaultT, RequestT]):
    """A server that runs in a thread. Everything that touches its device goes through `play`."""

    server: Server[DeviceT, FaultT, RequestT]
    background: Background

    @property
    def host(self) -> str:
        """Where it listens."""
        return self.server.host

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    @property
    def faults(self) -> list[FaultT]:
        """Hang faults in here; they strike from the next message on."""
        return self.server.faults

    def play(
        self, scene: Callable[Concatenate[DeviceT, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Let something happen between two messages; returns what the scene returns."""
        return self.background.act(functools.partial(scene, self.server.device, *args, **kwargs))

    def vanish(self) -> None:
        """Lose power: the port is closed, every connection is cut."""
        self.background.vanish()

    def come_back(self) -> None:
        """Listen again on the same port."""
        self.background.come_back()
