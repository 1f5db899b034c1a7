"""A simulated chassis on a TCP and a UDP port, in the caller's event loop or in a thread."""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from ccontrol.sim.background import Background, in_background
from ccontrol.sim.logix import scene
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.connection import Connection
from ccontrol.sim.logix.controller import Controller, controller_in
from ccontrol.sim.logix.datagram import Datagrams
from ccontrol.sim.logix.fault import Fault
from ccontrol.sim.logix.request_log import Request, RequestLog

UPDATE_SILENCE_S = 82.0  # of a controller that takes new firmware over the backplane
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Server:
    """One chassis, listening. `delay_s` is how long it thinks about each frame."""

    def __init__(
        self,
        chassis: Chassis,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay_s: float = 0.0,
        faults: list[Fault] | None = None,
        keep_requests: int = 20_000,
    ) -> None:
        self.chassis = chassis
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
        """Listen on TCP, and on the same port on UDP; afterwards `port` is the real one."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self.chassis, self.log), local_addr=(self.host, self.port)
        )

    async def stop(self) -> None:
        """Stop listening and hang up on everybody: the chassis has lost its power."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        for connection in list(self._open_ones):
            connection.close()
        await asyncio.sleep(0)  # let the transports report that they are gone

    async def update_firmware(
        self, slot: int, revision: tuple[int, int], silence_s: float = UPDATE_SILENCE_S
    ) -> None:
        """Let a module take new firmware; whoever holds the Ethernet port takes it along."""
        scene.start_firmware_update(self.chassis, slot)
        alone = slot != self.chassis.entry
        if not alone:
            await self.stop()
        await asyncio.sleep(silence_s)
        scene.finish_firmware_update(self.chassis, slot, revision)
        if not alone:
            await self.start()

    def _connection(self) -> Connection:
        return Connection(self.chassis, self.log, self.faults, self._open_ones, self.delay_s)


@dataclass(frozen=True)
class Live:
    """A server that runs in a thread. Everything that touches its chassis goes through `play`."""

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
    def chassis(self) -> Chassis:
        """The chassis; read it freely, change it with `play`."""
        return self.server.chassis

    @property
    def cpu(self) -> Controller:
        """The first controller of the chassis."""
        return controller_in(self.server.chassis)

    @property
    def faults(self) -> list[Fault]:
        """Hang faults in here; they strike from the next frame on."""
        return self.server.faults

    def play(
        self, scene: Callable[Concatenate[Chassis, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Let something happen in the chassis, between two frames."""
        return self._background.act(functools.partial(scene, self.server.chassis, *args, **kwargs))

    def update_firmware(
        self, slot: int, revision: tuple[int, int], silence_s: float = UPDATE_SILENCE_S
    ) -> None:
        """Let a module take new firmware; returns when it answers again."""
        update = self.server.update_firmware(slot, revision, silence_s)
        self._background.wait_for(update, silence_s + 10)

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
    chassis: Chassis,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    delay_s: float = 0.0,
    faults: list[Fault] | None = None,
) -> Iterator[Live]:
    """Run one chassis in a thread until the block ends."""
    server = Server(chassis, host=host, port=port, delay_s=delay_s, faults=faults)
    with running_server(server) as live:
        yield live
