"""How a door for HTTP/1.1 is kept: one question for each connection, within bounds.

So many connections at once, each for so long, a head of so many bytes; nobody waits for whoever is
gone, asks nothing or reads nothing. What is asked and answered is said by whoever opens the door.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

HEAD_BYTES = 8_192
END = b"\r\n\r\n"
"""Ends the head of a question, and of an answer."""

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


class Doorway:
    """Answers guests on the loop on which it listens."""

    def __init__(self, answer: Answering, connections_at_most: int, answer_s: float) -> None:
        self._answer = answer
        self._connections_at_most = connections_at_most
        self.answer_s = answer_s
        """From accepting a connection to the last byte of the answer."""
        self._guests: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Begin. Raises OSError when the place is taken."""
        return await asyncio.start_server(self._serve, host, port, limit=HEAD_BYTES)

    def dismiss(self) -> None:
        """Let go of every guest."""
        for guest in self._guests:
            guest.cancel()

    async def _serve(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._guests) >= self._connections_at_most:
            telling.transport.abort()
            return
        self._guests.add(task)
        try:
            async with asyncio.timeout(self.answer_s):
                telling.write(await self._answer(asking, telling))
                await telling.drain()
                telling.close()
                await telling.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, asked nothing, or reads nothing: nobody waits for them
        finally:
            telling.transport.abort()
            self._guests.discard(task)


def response(status: int, body: bytes, kind: str) -> bytes:
    """Return an answer after which the connection ends; `kind` is its media type."""
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close"
    )
    return head.encode("ascii") + END + body
