"""The door for whoever measures the daemon: `GET /metrics`, on this host, and nothing else.

Off unless [engine] metrics names an address. It holds nobody up, see doorway.
"""

import asyncio
import logging
from collections.abc import Callable

from ccontrol.doorway import END, Doorway, response
from ccontrol.poll.metrics import CONTENT_TYPE

CONNECTIONS_AT_MOST = 8
ANSWER_S = 5.0
_log = logging.getLogger(__name__)

Place = tuple[str, int]


class GaugeDoor:
    """Listens where the configuration wants it; a place that is taken is told, and tried again."""

    def __init__(self, tell: Callable[[], bytes]) -> None:
        self._tell = tell
        self._place: Place | None = None
        self._server: asyncio.Server | None = None
        self._complained = ""
        self.doorway = Doorway(self._asked, CONNECTIONS_AT_MOST, ANSWER_S)

    async def settle(self, wanted: Place | None) -> None:
        """Listen at a place, or nowhere. Cheap when nothing changed."""
        if wanted == self._place and (wanted is None or self._server is not None):
            return
        await self.close()
        self._place = wanted
        if wanted is None:
            return
        try:
            self._server = await self.doorway.listen(*wanted)
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
        self.doorway.dismiss()

    async def _asked(self, asking: asyncio.StreamReader, _telling: asyncio.StreamWriter) -> bytes:
        return self._answer(await asking.readuntil(END))

    def _answer(self, question: bytes) -> bytes:
        method, _, rest = question.partition(b"\r\n")[0].partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in {b"GET", b"HEAD"}:
            return response(405, b"only GET is answered here\n", "text/plain")
        if path != b"/metrics":
            return response(404, b"there is only /metrics\n", "text/plain")
        found = response(200, self._tell(), CONTENT_TYPE)
        return found.partition(END)[0] + END if method == b"HEAD" else found
