"""One poll's conversation: asks through the client and writes down every question and answer.

Holds no plan of what to ask (see collect) and no meaning of an answer beyond "refused".
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ccontrol.clock import Clock
from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.client import Client, Heard
from ccontrol.drivers.s7.transport import Line
from ccontrol.errors import CcontrolError, GarbledError
from ccontrol.model.capture import Exchange


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question."""

    heard: tuple[bytes, ...]
    error: int
    """S7 error with which the controller refused; 0 when it answered."""
    broken: bool = False
    """The answer was no protocol, while the connection lives on."""

    @property
    def given(self) -> bool:
        """True when there is an answer to look into."""
        return not self.error and not self.broken

    def payload(self) -> bytes:
        """Return the data of a user data answer, b"" when there is none or it is malformed."""
        if not self.given:
            return b""
        try:
            return wire.userdata_payload(self.heard)
        except GarbledError:
            return b""  # the capture holds the answer: the decoder will say what is wrong with it


class Conversation:
    """Questions and answers of one poll, in order."""

    def __init__(self, client: Client, line: Line, clock: Clock) -> None:
        self._client, self._line, self._clock = client, line, clock
        self._began = clock.monotonic()
        self._asked: Counter[str] = Counter()
        self.exchanges: list[Exchange] = []

    async def setup(self) -> Answer:
        """Agree on the length of messages."""
        return await self._note("setup", self._client.setup)

    async def szl(self, number: int, index: int) -> Answer:
        """Read a system status list."""
        client = self._client
        question = f"szl {number:04X} {index:04X}"
        return await self._note(question, lambda heard: client.szl(number, index, heard))

    async def counts(self) -> Answer:
        """Ask how many blocks there are of each type."""
        return await self._note("counts", self._client.counts)

    async def listing(self, kind: int) -> Answer:
        """Ask for the numbers of all blocks of a type."""
        client = self._client
        return await self._note(f"list {kind:02X}", lambda heard: client.listing(kind, heard))

    async def info(self, kind: int, number: int) -> Answer:
        """Ask for the description of a block."""
        client = self._client
        question = f"info {kind:02X} {number:05d}"
        return await self._note(question, lambda heard: client.info(kind, number, heard))

    async def upload(self, kind: int, number: int) -> Answer:
        """Read a whole block."""
        client = self._client
        question = f"upload {kind:02X} {number:05d}"
        return await self._note(question, lambda heard: client.upload(kind, number, heard))

    async def _note(self, question: str, talk: Callable[[Heard], Awaitable[int]]) -> Answer:
        """Ask, and write down what came of it whatever it was. Raises what ends the poll."""
        self._asked[question] += 1
        if (times := self._asked[question]) > 1:
            question = f"{question} #{times}"
        heard: Heard = []
        fault: str | None = "the poll ended before the answer was whole"
        try:
            error = await talk(heard)
            fault = None
        except CcontrolError as trouble:
            fault = str(trouble)
            if self._line.error is not None or not isinstance(trouble, GarbledError):
                raise
            return Answer(tuple(heard), 0, broken=True)
        finally:
            after_ms = int((self._clock.monotonic() - self._began) * 1000)
            self.exchanges.append(Exchange(question, tuple(heard), fault, after_ms))
        return Answer(tuple(heard), error)
