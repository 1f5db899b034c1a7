"""The door of a cosigner: POST …/add-checkpoint over HTTP/1.1, and nothing else.

A question has so many bytes at most. Plain HTTP: what is asked and answered is signed and holds no
secret. Whoever needs TLS puts a proxy before it.
"""

import asyncio
import logging
import re
from http import HTTPStatus

from ccontrol.cosigner.book import Answer, Book
from ccontrol.doorway import END, Doorway, response
from ccontrol.errors import CcontrolError
from ccontrol.store import submission

CONNECTIONS_AT_MOST = 16
ANSWER_S = 10.0
_POST = re.compile(rb"POST (?:/[!-~]*)?/add-checkpoint HTTP/1\.[01]")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,7})[ \t]*(?=\r\n)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_log = logging.getLogger(__name__)


class Server:
    """Listens for logs until it is closed."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._doorway = Doorway(self._response, CONNECTIONS_AT_MOST, ANSWER_S)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Begin. Raises OSError when the place is taken."""
        return await self._doorway.listen(host, port)

    async def _response(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> bytes:
        answer = await self._answer(asking, telling)
        return response(answer.status, answer.text.encode(), answer.kind)

    async def _answer(self, asking: asyncio.StreamReader, telling: asyncio.StreamWriter) -> Answer:
        head = await asking.readuntil(END)
        lengths = _LENGTH.findall(head[:-2])
        if _POST.fullmatch(head.partition(b"\r\n")[0]) is None:
            return Answer(HTTPStatus.NOT_FOUND, "there is only POST /add-checkpoint\n")
        if len(lengths) != 1:
            return Answer(HTTPStatus.LENGTH_REQUIRED, "say once how long the question is\n")
        if int(lengths[0]) > submission.LARGEST:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "no question is so long\n")
        if _EXPECTS.search(head):
            telling.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await self._taken(await asking.readexactly(int(lengths[0])))

    async def _taken(self, body: bytes) -> Answer:
        try:
            answer = await asyncio.to_thread(self._book.take, body)
        except CcontrolError as error:  # our own trouble: the log has to ask again
            _log.error("a checkpoint could not be taken: %s (%s)", error, error.hint)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "the book cannot be used just now\n")
        if not answer.is_cosigned:
            said = answer.text.strip()
            _log.warning("a checkpoint is not cosigned status=%d: %s", answer.status, said)
        return answer
