"""Adapters that do what no controller should: real sockets on 127.0.0.1, a script for each."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ccontrol.drivers.enip.guard import ATTRIBUTES, Guard, Read, guard_of
from ccontrol.drivers.enip.transport import Limits, Line, Peer

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
AMPLE_S = 20.0
"""Longer than any answer takes on a busy machine."""
SESSION = 0x0BADCAFE
IDENTITY = bytes.fromhex("01000e003600101460303f82510014") + b"1756-L61/B LOGIX5561"
"""All attributes of a 1756-L61, as it answered FactoryTalk Linx."""
READS = {
    "01 on class 01": Read("01", 0x01),
    "03 on class AC": Read("AC", 0x03, ATTRIBUTES),
    "55 on class 6B": Read("6B", 0x55, ATTRIBUTES),
}


def guard() -> Guard:
    """A guard that lets the reads of these tests pass."""
    return guard_of(READS)


async def take(reader: asyncio.StreamReader) -> bytes:
    """Read one whole frame."""
    head = await reader.readexactly(24)
    return head + await reader.readexactly(int.from_bytes(head[2:4], "little"))


def frame(asked: bytes, data: bytes, *, session: int = SESSION, status: int = 0) -> bytes:
    """An answer with that data to a frame."""
    return (
        asked[:2] + struct.pack("<HII", len(data), session, status) + asked[12:20] + bytes(4) + data
    )


def registered(asked: bytes) -> bytes:
    """A session is granted."""
    return frame(asked, asked[24:28])


def unconnected(asked: bytes, message: bytes) -> bytes:
    """An unconnected answer with that message."""
    items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(message))
    return frame(asked, items + message)


def connected(asked: bytes, message: bytes, connection: int) -> bytes:
    """An answer over a connection, numbered as the question was."""
    numbered = asked[44:46] + message
    items = struct.pack("<IHHHHIHH", 0, 0, 2, 0xA1, 4, connection, 0xB1, len(numbered))
    return frame(asked, items + numbered)


def message(asked: bytes) -> bytes:
    """The message within an unconnected question."""
    return asked[40:]


@asynccontextmanager
async def peer(script: Script, *, register: bool = True) -> AsyncIterator[int]:
    """Listen; grant a session, then follow the script. Yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if register:
                writer.write(registered(await take(reader)))
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client let go, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    already = asyncio.all_tasks()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        if serving := asyncio.all_tasks() - already:
            await asyncio.wait(serving, timeout=AMPLE_S)


def line(port: int, *, timeout_s: float = AMPLE_S, bytes_limit: int = 100_000) -> Line:
    """A line to a peer. Whoever asks one that stays silent says how long to wait for it."""
    return Line(Peer("127.0.0.1", port), Limits(timeout_s, bytes_limit), guard())
