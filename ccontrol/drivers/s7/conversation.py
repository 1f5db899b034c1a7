"""One poll's conversation: asks through the client and writes down every question and answer.

Holds no plan of what to ask (see collect) and no meaning of an answer beyond "refused".
"""

from collections.abc import Awaitable
from typing import NamedTuple

from ccontrol.clock import Clock
from ccontrol.drivers.s7.client import Client, Heard
from ccontrol.drivers.s7.transport import Line
from ccontrol.errors import CcontrolError, GarbledError
from ccontrol.model.capture import Exchange


class Answer(NamedTuple):
    """What came of one question."""

    heard: tuple[bytes, ...]
    """Whole messages."""
    payload: bytes
    """What they carry, joined; b"" when the question was refused or the answer is broken."""
    error: int
    """S7 error with which the controller refused; 0 when it answered."""


class Conversation:
    """Questions and answers of one poll, in order."""

    def __init__(self, client: Client, line: Line, clock: Clock) -> None:
        self._client, self._line, self._clock = client, line, clock
        self._began = clock.monotonic()
        self._asked: dict[str, int] = {}
        self.exchanges: list[Exchange] = []

    def setup(self) -> Awaitable[Answer]:
        """Agree on the length of messages."""
        heard = Heard()
        return self._note("setup", heard, self._client.setup(heard))

    def szl(self, number: int, index: int) -> Awaitable[Answer]:
        """Read a system status list."""
        heard, question = Heard(), f"szl {number:04X} {index:04X}"
        return self._note(question, heard, self._client.szl(number, index, heard))

    def clock(self) -> Awaitable[Answer]:
        """Read the CPU's clock."""
        heard = Heard()
        return self._note("clock", heard, self._client.clock(heard))

    def counts(self) -> Awaitable[Answer]:
        """Ask how many blocks there are of each type."""
        heard = Heard()
        return self._note("counts", heard, self._client.counts(heard))

    def listing(self, kind: int) -> Awaitable[Answer]:
        """Ask for the numbers of all blocks of a type."""
        heard = Heard()
        return self._note(f"list {kind:02X}", heard, self._client.listing(kind, heard))

    def info(self, kind: int, number: int) -> Awaitable[Answer]:
        """Ask for the description of a block."""
        heard, question = Heard(), f"info {kind:02X} {number:05d}"
        return self._note(question, heard, self._client.info(kind, number, heard))

    def upload(self, kind: int, number: int) -> Awaitable[Answer]:
        """Read a whole block."""
        heard, question = Heard(), f"upload {kind:02X} {number:05d}"
        return self._note(question, heard, self._client.upload(kind, number, heard))

    async def _note(self, question: str, heard: Heard, talk: Awaitable[int]) -> Answer:
        """Ask, and write down what came of it whatever it was. Raises what ends the poll."""
        times = self._asked[question] = self._asked.get(question, 0) + 1
        if times > 1:
            question = f"{question} #{times}"
        fault: str | None = "the poll ended before the answer was whole"
        error = 0
        try:
            error = await talk
            fault = None
        except GarbledError as trouble:
            fault = str(trouble)
            if self._line.error is not None:
                raise
        except CcontrolError as trouble:
            fault = str(trouble)
            raise
        finally:
            answers = tuple(heard.answers)
            after_ms = int((self._clock.monotonic() - self._began) * 1000)
            self.exchanges.append(Exchange(question, answers, fault, after_ms))
        return Answer(answers, b"" if error or fault else b"".join(heard.parts), error)
