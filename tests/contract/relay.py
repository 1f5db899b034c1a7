"""A relay between a driver and a controller: it notes what passes, and can do mischief to answers.

Knows no protocol: what the controller sends in one go is an answer, numbered from 1.
"""

import asyncio
import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class Mischief(enum.Enum):
    """What becomes of an answer, and of everything after it."""

    NONE = enum.auto()
    CUT = enum.auto()
    """Swallowed; the connection is closed."""
    CUT_MIDWAY = enum.auto()
    """Its first half arrives; the connection is closed."""
    SILENCE = enum.auto()
    """Swallowed; the connection stays open for ever."""
    TRICKLE = enum.auto()
    """It arrives at two bytes a second."""
    ENDLESS = enum.auto()
    """It arrives, and then again and again without end."""
    RUBBISH = enum.auto()
    """Other bytes arrive in its place."""


RUBBISH = bytes(range(7, 256, 3)) * 3


@dataclass
class Relay:
    """What passed, and what is to go wrong from which answer on."""

    mischief: Mischief = Mischief.NONE
    at_answer: int = 1
    rubbish: bytes = RUBBISH
    sent: bytearray = field(default_factory=bytearray)
    """Everything that the driver sent."""
    turns: list[str] = field(default_factory=list)
    """Who spoke, in order: "driver" or "controller"."""
    connections: int = 0
    came_from: str = ""
    """Address and port of the driver's end of the last connection."""
    answers: int = 0

    @asynccontextmanager
    async def before(self, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
        """Stand before a controller; yield where the driver has to connect to."""
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            self.connections += 1
            address, driver_port = writer.get_extra_info("peername")
            self.came_from = f"{address}:{driver_port}"
            there = await asyncio.open_connection(host, port)
            try:
                await asyncio.gather(
                    self._questions(reader, there[1]), self._answers(there[0], writer)
                )
            except ConnectionError:
                pass  # either side let go
            finally:
                writer.close()
                there[1].close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[:2]
        finally:
            server.close()
            if tasks:
                await asyncio.wait(tasks, timeout=20)

    async def _questions(self, of: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await of.read(65_536):
            self.sent += data
            self.turns.append("driver")
            to.write(data)
        to.close()

    async def _answers(self, of: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await of.read(65_536):
            self.answers += 1
            self.turns.append("controller")
            if self.mischief is not Mischief.NONE and self.answers >= self.at_answer:
                await self._spoil(data, to)
                break
            to.write(data)
        if self.mischief is not Mischief.SILENCE or self.answers < self.at_answer:
            to.close()

    async def _spoil(self, data: bytes, to: asyncio.StreamWriter) -> None:
        if self.mischief is Mischief.CUT_MIDWAY:
            to.write(data[: len(data) // 2])
        elif self.mischief is Mischief.RUBBISH:
            to.write(self.rubbish)
            await asyncio.sleep(0.05)
        elif self.mischief is Mischief.TRICKLE:
            for byte in data:
                to.write(bytes((byte,)))
                await asyncio.sleep(0.5)
                if to.is_closing():
                    return
        while self.mischief is Mischief.ENDLESS and not to.is_closing():
            to.write(data)
            await to.drain()
            await asyncio.sleep(0)
