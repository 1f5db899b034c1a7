"""What came back for each question of a capture: whole, refused, or broken. No meaning yet.

A question is written as the collecting half writes it: "identity", "status", "words 002 00010
00006" (file, word, bytes), "read 22 002 00000 00102" (type, number, word, bytes); asked again it
carries " #2", which is left off here.
"""

from dataclasses import dataclass

from ccontrol.drivers.enip import frames
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.pccc import commands
from ccontrol.errors import GarbledError
from ccontrol.model.capture import Capture, Exchange

_COMMANDS = {"status": 0x06, "words": 0x0F, "read": 0x0F}
_GARBLED = "its answer is garbled or breaks off"
_LINE = "the line failed while it was read"
_SIZE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange came to: whole, refused (`error` or `cip`), or broken."""

    position: int
    """Place in the capture: what was asked before what."""
    data: bytes = b""
    error: int = 0
    """STS and extended status as in `commands.Reply`."""
    cip: Reply | None = None
    """The refusal of an object, where not even PCCC was reached."""
    fault: str = ""
    """Why it is broken, in words that do not change from poll to poll."""

    @property
    def whole(self) -> bool:
        """True when everything that was asked for is there."""
        return not self.error and self.cip is None and not self.fault


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
    try:
        replies = [frames.reply(one) for one in exchange.answers]
        if refused := next((one for one in replies if one.status), None):
            return Answer(position, cip=refused)
        if kind not in _COMMANDS:
            return Answer(position, replies[-1].data)
        told = [commands.reply(one.data, _COMMANDS[kind]) for one in replies]
    except GarbledError:
        return Answer(position, fault=_GARBLED)
    return _joined(position, told, wanted[-_SIZE_DIGITS:])


def _joined(position: int, told: list[commands.Reply], size: str) -> Answer:
    """Put the pieces together; `size` is how many bytes were wanted, where that was said."""
    if error := next((one.status for one in told if one.status), 0):
        return Answer(position, error=error)
    data = b"".join(one.data for one in told)
    if size.isascii() and size.isdecimal() and len(data) != int(size):
        return Answer(position, fault=_GARBLED)
    return Answer(position, data)
