"""One poll's conversation: asks through the client and writes down every question and answer.

Holds no plan of what to ask (see collect) and no meaning of an answer beyond "refused".
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ccontrol.clock import Clock
from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.request import GET_ALL, IDENTITY, Request
from ccontrol.drivers.enip.transport import Line
from ccontrol.drivers.pccc import commands
from ccontrol.drivers.pccc.answers import read_question, words_question
from ccontrol.errors import CcontrolError, GarbledError
from ccontrol.model.capture import Exchange

_NUMBERS = 0x10000
_Ask = Callable[[list[bytes]], Awaitable[bytes | None]]
"""Fills the list with the answers heard; returns what they carry, None where one is a refusal."""


class Answer(NamedTuple):
    """What came of one question."""

    data: bytes
    """What all its answers carry, joined; b"" when it was refused or is broken."""
    whole: bool


class Conversation:
    """Questions and answers of one poll, in order."""

    def __init__(self, client: Client, line: Line, clock: Clock) -> None:
        self._client, self._line, self._clock = client, line, clock
        self._began = clock.monotonic()
        self._asked: dict[str, int] = {}
        self._number = 0
        self.exchanges: list[Exchange] = []

    def identity(self) -> Awaitable[Answer]:
        """Ask for the label of the device."""
        return self._note("identity", self._identity)

    def status(self) -> Awaitable[Answer]:
        """Ask for the diagnostic status."""

        async def ask(heard: list[bytes]) -> bytes | None:
            return await self._command(commands.DIAGNOSTIC_STATUS, b"", heard)

        return self._note("status", ask)

    def read(self, file_type: int, number: int, word: int, size: int) -> Awaitable[Answer]:
        """Read bytes of a file of a MicroLogix or SLC from a word on, piece by piece."""

        async def ask(heard: list[bytes]) -> bytes | None:
            told = b""
            while len(told) < size:
                this = min(size - len(told), commands.PIECE_BYTES)
                fields = commands.typed_read(file_type, number, word + len(told) // 2, this)
                piece = await self._piece(commands.TYPED_READ, fields, this, heard)
                if piece is None:
                    return None
                told += piece
            return told

        return self._note(read_question(file_type, number, word, size), ask)

    def words(self, number: int, word: int, size: int) -> Awaitable[Answer]:
        """Read bytes of a data file of a PLC-5 from a word on, all in one piece."""

        async def ask(heard: list[bytes]) -> bytes | None:
            fields = commands.word_range_read(number, word, size)
            return await self._piece(commands.WORD_RANGE_READ, fields, size, heard)

        return self._note(words_question(number, word, size), ask)

    async def _identity(self, heard: list[bytes]) -> bytes | None:
        reply = await self._client.ask(Request(GET_ALL, ((IDENTITY, 1),)), heard)
        return None if reply.status else reply.data

    async def _piece(
        self, command: bytes, fields: bytes, size: int, heard: list[bytes]
    ) -> bytes | None:
        data = await self._command(command, fields, heard)
        if data is not None and len(data) != size:
            raise GarbledError(f"{len(data)} bytes, where {size} were asked for")
        return data

    async def _command(self, command: bytes, fields: bytes, heard: list[bytes]) -> bytes | None:
        self._number = (self._number + 1) % _NUMBERS
        reply = await self._client.ask(commands.execute(command, self._number, fields), heard)
        if reply.status:
            return None
        answer = commands.reply(reply.data, command[0])
        if answer.number != self._number:
            error = GarbledError(f"a reply to command {answer.number}, not {self._number}")
            self._line.fail(error)
            raise error
        return None if answer.status else answer.data

    async def _note(self, question: str, ask: _Ask) -> Answer:
        """Ask, and write down what came of it whatever it was. Raises what ends the poll."""
        times = self._asked[question] = self._asked.get(question, 0) + 1
        if times > 1:
            question = f"{question} #{times}"
        heard: list[bytes] = []
        fault: str | None = "the poll ended before the answer was whole"
        data: bytes | None = None
        try:
            data = await ask(heard)
            fault = None
        except GarbledError as trouble:
            fault = str(trouble)
            if self._line.error is not None:
                raise
        except CcontrolError as trouble:
            fault = str(trouble)
            raise
        finally:
            after_ms = int((self._clock.monotonic() - self._began) * 1000)
            self.exchanges.append(Exchange(question, tuple(heard), fault, after_ms))
        return Answer(data or b"", whole=data is not None)
