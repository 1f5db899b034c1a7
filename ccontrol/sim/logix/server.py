"""A simulated chassis on a TCP and a UDP port, in the caller's event loop or in a thread."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Unpack

from ccontrol.sim import server
from ccontrol.sim.background import in_background
from ccontrol.sim.connection import Framed, RubbishError
from ccontrol.sim.logix import scene, wire
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import Controller, controller_in
from ccontrol.sim.logix.fault import NO_FAULT, Fault
from ccontrol.sim.logix.request_log import Request, RequestLog
from ccontrol.sim.logix.session import Session
from ccontrol.sim.logix.wire import Command

UPDATE_SILENCE_S = 82.0  # of a controller that takes new firmware over the backplane


class Server(server.Server[Chassis, Fault, Request]):
    """One chassis, listening."""

    log: RequestLog

    def __init__(self, chassis: Chassis, **how: Unpack[server.How[Fault]]) -> None:
        super().__init__(chassis, RequestLog, NO_FAULT, how)

    def connection(self, number: int) -> asyncio.Protocol:
        """Return what talks to a client."""
        return Framed(self, number, wire.Reader(), Session(self.device, self.log, number))

    def said_to(self, datagram: bytes) -> list[bytes]:
        """Answer ListIdentity and ListServices, which need no session, and nothing else."""
        try:
            frame = wire.parse_frame(datagram)
        except RubbishError:
            return []
        if frame.command not in (Command.LIST_IDENTITY, Command.LIST_SERVICES):
            return []
        return [Session(self.device, self.log, 0).answer(frame) or b""]

    async def update_firmware(
        self, slot: int, revision: tuple[int, int], silence_s: float = UPDATE_SILENCE_S
    ) -> None:
        """Let a module take new firmware; whoever holds the Ethernet port takes it along."""
        scene.start_firmware_update(self.device, slot)
        alone = slot != self.device.entry
        if not alone:
            await self.stop()
        await asyncio.sleep(silence_s)
        scene.finish_firmware_update(self.device, slot, revision)
        if not alone:
            await self.start()


@dataclass(frozen=True)
class Live(server.Live[Chassis, Fault, Request]):
    """A chassis that runs in a thread."""

    server: Server

    @property
    def chassis(self) -> Chassis:
        """The chassis; read it freely, change it with `play`."""
        return self.server.device

    @property
    def cpu(self) -> Controller:
        """The first controller of the chassis."""
        return controller_in(self.server.device)

    def update_firmware(
        self, slot: int, revision: tuple[int, int], silence_s: float = UPDATE_SILENCE_S
    ) -> None:
        """Let a module take new firmware; returns when it answers again."""
        update = self.server.update_firmware(slot, revision, silence_s)
        self.background.wait_for(update, silence_s + 10)


@contextlib.contextmanager
def running(chassis: Chassis, **how: Unpack[server.How[Fault]]) -> Iterator[Live]:
    """Run one chassis in a thread until the block ends."""
    listening = Server(chassis, **how)
    with in_background(listening) as background:
        yield Live(listening, background)
