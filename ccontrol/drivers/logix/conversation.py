"""One poll's conversation: asks through the client and writes down every question and answer.

Holds no plan of what to ask (see collect) and no meaning of an answer beyond its status.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ccontrol.clock import Clock
from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.request import Request, Route
from ccontrol.drivers.enip.transport import Line
from ccontrol.errors import CcontrolError, GarbledError
from ccontrol.model.capture import Exchange

T = TypeVar("T")
FollowUp = Callable[[Reply], Request | None]
"""From one answer to the next request for the rest; None when there is no more."""


class Conversation:
    """Questions and answers of one poll, in order."""

    def __init__(self, client: Client, line: Line, clock: Clock) -> None:
        self._client, self._line, self._clock = client, line, clock
        self._began = clock.monotonic()
        self._asked: dict[str, int] = {}
        self.exchanges: list[Exchange] = []

    @property
    def message_bytes(self) -> int:
        """Longest message as things stand."""
        return self._client.message_bytes

    async def ask(
        self, question: str, request: Request, *, route: Route | None = None
    ) -> Reply | None:
        """Ask one thing; None where the answer was no answer. Raises what ends the poll."""
        heard: list[bytes] = []
        return await self._note(question, heard, self._client.ask(request, heard, route=route))

    async def ask_several(self, question: str, requests: Sequence[Request]) -> Reply | None:
        """Ask several things in one packet."""
        heard: list[bytes] = []
        return await self._note(question, heard, self._client.ask_several(requests, heard))

    async def read(self, question: str, request: Request, follow: FollowUp) -> tuple[Reply, ...]:
        """Ask for something that takes several answers; () where one of them was none."""
        heard: list[bytes] = []
        return await self._note(question, heard, self._parts(request, follow, heard)) or ()

    async def open(self, *, large: bool) -> Reply | None:
        """Open a connection for what follows."""
        heard: list[bytes] = []
        return await self._note("open", heard, self._client.open(heard, large=large))

    async def close(self) -> None:
        """Close the connection where one is open."""
        heard: list[bytes] = []
        if self._client.connected:
            await self._note("close", heard, self._client.close(heard))

    def recall(self, question: str, answers: tuple[bytes, ...]) -> None:
        """Write down what an earlier poll heard, and was not asked again."""
        self.exchanges.append(Exchange(question, answers, None, self._after_ms()))

    async def _parts(
        self, request: Request, follow: FollowUp, heard: list[bytes]
    ) -> tuple[Reply, ...]:
        replies: list[Reply] = []
        following: Request | None = request
        while following is not None:
            replies.append(await self._client.ask(following, heard))
            following = follow(replies[-1])
        return tuple(replies)

    async def _note(self, question: str, heard: list[bytes], talk: Awaitable[T]) -> T | None:
        """Ask, and write down what came of it whatever it was."""
        times = self._asked[question] = self._asked.get(question, 0) + 1
        if times > 1:
            question = f"{question} #{times}"
        fault: str | None = "the poll ended before the answer was whole"
        try:
            found = await talk
            fault = None
        except GarbledError as trouble:
            fault = str(trouble)
            if self._line.error is not None:
                raise
            return None
        except CcontrolError as trouble:
            fault = str(trouble)
            raise
        finally:
            self.exchanges.append(Exchange(question, tuple(heard), fault, self._after_ms()))
        return found

    def _after_ms(self) -> int:
        return int((self._clock.monotonic() - self._began) * 1000)
