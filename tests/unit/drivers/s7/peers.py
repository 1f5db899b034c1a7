"""Peers that do what no controller should: real sockets on 127.0.0.1, a script for each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.guard import Guard
from ccontrol.drivers.s7.transport import Limits, Line, Peer

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
AMPLE_S = 20.0
"""Longer than any answer takes on a busy machine."""
CONFIRM = bytes.fromhex("0300001611d00001000300c0010ac1020200c2020202")


async def take(reader: asyncio.StreamReader) -> bytes:
    """Read one whole frame."""
    head = await reader.readexactly(4)
    return head + await reader.readexactly((head[2] << 8 | head[3]) - 4)


def envelope(pdu: bytes, *, last: bool = True) -> bytes:
    """One COTP data unit in its packet."""
    size = len(pdu) + 7
    return (
        b"\x03\x00" + size.to_bytes(2, "big") + b"\x02\xf0" + (b"\x80" if last else b"\x00") + pdu
    )


def echo(frame: bytes, rest: bytes = b"\x00\x00\x00\x00") -> bytes:
    """Something that looks like the answer to a frame: kind 7, its reference."""
    return b"\x32\x07\x00\x00" + frame[11:13] + rest


@asynccontextmanager
async def peer(script: Script, *, confirm: bytes | None = CONFIRM) -> AsyncIterator[int]:
    """Listen; let clients in with `confirm`, then follow the script. Yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if confirm is not None:
                await take(reader)
                writer.write(confirm)
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
    to = Peer("127.0.0.1", port, ConnectionType.OP, 0, 2)
    return Line(to, Limits(timeout_s, bytes_limit), Guard())
