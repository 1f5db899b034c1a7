"""What came back for each question of a capture: whole, refused, or broken. No meaning yet.

A question is written as the collecting half writes it: "identity", "status", "words 002 00010
00006" (file, word, bytes), "read 22 002 00000 00102" (type, number, word, bytes); asked again it
carries " #2", which is left off here.
"""

from dataclasses import dataclass

from ccontrol.drivers.enip import frames
from ccontrol.drivers.pccc import commands
from ccontrol.errors import GarbledError
from ccontrol.model.capture import Capture, Exchange

_COMMANDS = {"status": 0x06, "words": 0x0F, "read": 0x0F}
_GARBLED = "its answer is garbled or breaks off"
_LINE = "the line failed while it was read"
_SIZE_DIGITS = 5
_CIP = 0x10000
"""Stands before the status of CIP, where not even PCCC was reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange came to. Exactly one of three: whole, refused (`error`), broken."""

    position: int
    """Place in the capture: what was asked before what."""
    data: bytes = b""
    error: int = 0
    """STS and extended status as in `commands.Reply`, or 10000 and a status of CIP."""
    fault: str = ""
    """Why it is broken, in words that do not change from poll to poll."""

    @property
    def whole(self) -> bool:
        """True when everything that was asked for is there."""
        return not self.error and not self.fault


class Answers:
    """All exchanges of a capture by their question."""

    def __init__(self, capture: Capture) -> None:
        self._exchanges: dict[str, list[tuple[int, Exchange]]] = {}
        for position, exchange in enumerate(capture.exchanges):
            question = exchange.question.partition(" #")[0]
            self._exchanges.setdefault(question, []).append((position, exchange))

    def of(self, question: str) -> tuple[Answer, ...]:
        """Return every answer to a question, in the order asked."""
        return tuple(_answer(question, *one) for one in self._exchanges.get(question, ()))

    def first(self, question: str) -> Answer | None:
        """Return the first answer to a question, None when it was not asked."""
        return next(iter(self.of(question)), None)


def read_question(file_type: int, number: int, word: int, size: int) -> str:
    """Return the question for bytes of a file."""
    return f"read {file_type:02X} {number:03d} {word:05d} {size:05d}"


def words_question(number: int, word: int, size: int) -> str:
    """Return the question for words of a PLC-5."""
    return f"words {number:03d} {word:05d} {size:05d}"


def _answer(question: str, position: int, exchange: Exchange) -> Answer:
    if exchange.fault is not None or not exchange.answers:
        return Answer(position, fault=_LINE)
    kind, _, wanted = question.partition(" ")
    pieces = []
    try:
        for one in exchange.answers:
            error, data = _piece(kind, one)
            if error:
                return Answer(position, error=error)
            pieces.append(data)
    except GarbledError:
        return Answer(position, fault=_GARBLED)
    told, size = b"".join(pieces), wanted[-_SIZE_DIGITS:]
    if size.isascii() and size.isdecimal() and len(told) != int(size):
        return Answer(position, fault=_GARBLED)
    return Answer(position, told)


def _piece(kind: str, answer: bytes) -> tuple[int, bytes]:
    """Return the refusal in one answer, or 0 and what it carries. Raises GarbledError."""
    reply = frames.reply(answer)
    if reply.status:
        return _CIP | reply.status, b""
    if kind not in _COMMANDS:
        return 0, reply.data
    told = commands.reply(reply.data, _COMMANDS[kind])
    return told.status, told.data
