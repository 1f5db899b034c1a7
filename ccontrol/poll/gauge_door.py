"""The door for whoever measures the daemon: `GET /metrics`, on this host, and nothing else.

Off unless [engine] metrics names an address. It holds nobody up: so many connections at once, each
for so long, and a question of so many bytes.
"""

import asyncio
import logging
from collections.abc import Callable

from ccontrol.poll.metrics import CONTENT_TYPE

CONNECTIONS_AT_MOST = 8
QUESTION_BYTES = 8_192
ANSWER_S = 5.0
"""From accepting a connection to the last byte of the answer."""
_END = b"\r\n\r\n"
_log = logging.getLogger(__name__)

Place = tuple[str, int]


class GaugeDoor:
    """Listens where the configuration wants it; a place that is taken is told, and tried again."""

    def __init__(self, tell: Callable[[], bytes]) -> None:
        self._tell = tell
        self._place: Place | None = None
        self._server: asyncio.Server | None = None
        self._complained = ""
        self._guests: set[asyncio.Task[None]] = set()

    async def settle(self, wanted: Place | None) -> None:
        """Listen at a place, or nowhere. Cheap when nothing changed."""
        if wanted == self._place and (wanted is None or self._server is not None):
            return
        await self.close()
        self._place = wanted
        if wanted is None:
            return
        try:
            self._server = await asyncio.start_server(self._serve, *wanted, limit=QUESTION_BYTES)
        except OSError as error:
            if str(error) != self._complained:
                _log.error("metrics cannot be served at %s:%d: %s", *wanted, error)
            self._complained = str(error)
        else:
            self._complained = ""
            _log.info("metrics are served at http://%s:%d/metrics", *wanted)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for guest in self._guests:
            guest.cancel()

    async def _serve(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is None or len(self._guests) >= CONNECTIONS_AT_MOST:
            telling.transport.abort()
            return
        self._guests.add(task)
        try:
            async with asyncio.timeout(ANSWER_S):
                telling.write(self._answer(await asking.readuntil(_END)))
                await telling.drain()
                telling.close()
                await telling.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, asked nothing, or reads nothing: nobody waits for them
        finally:
            telling.transport.abort()
            self._guests.discard(task)

    def _answer(self, question: bytes) -> bytes:
        method, _, rest = question.partition(b"\r\n")[0].partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in {b"GET", b"HEAD"}:
            return _response("405 Method Not Allowed", b"only GET is answered here\n", "text/plain")
        if path != b"/metrics":
            return _response("404 Not Found", b"there is only /metrics\n", "text/plain")
        found = _response("200 OK", self._tell(), CONTENT_TYPE)
        return found.partition(_END)[0] + _END if method == b"HEAD" else found


def _response(status: str, body: bytes, kind: str) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
