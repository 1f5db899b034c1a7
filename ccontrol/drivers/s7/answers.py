"""What came back for each question of a capture: whole, refused, or broken. No meaning yet.

A question is written as the collecting half writes it ("szl 0232 0004"); asked again it carries
" #2", " #3" and so on, which is left off here. Hexadecimal digits count as capitals.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.drivers.s7.pdu import error_of, group_of, upload_payload, userdata_payload
from ccontrol.errors import GarbledError
from ccontrol.model.capture import Capture, Exchange

_GROUPS = {"szl": (4, 1), "counts": (3, 1), "list": (3, 2), "info": (3, 3), "clock": (7, 1)}
_UPLOAD = "upload"
_GARBLED = "its answer is garbled or breaks off"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange came to. Exactly one of three: whole, refused (`error`), broken."""

    position: int
    """Place in the capture: who was asked before whom."""
    payload: bytes = b""
    error: int = 0
    """The controller's own error word when it refused, see `pdu.error_of`."""
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
            word, _, rest = exchange.question.partition(" #")[0].partition(" ")
            question = f"{word} {rest.upper()}" if rest else word
            self._exchanges.setdefault(question, []).append((position, exchange))

    def questions(self, beginning: str) -> Iterator[str]:
        """Return the questions with that first word, in the order first asked."""
        return (question for question in self._exchanges if question.startswith(f"{beginning} "))

    def asked(self, question: str) -> bool:
        """Return whether it was asked at all."""
        return question in self._exchanges

    def of(self, question: str) -> tuple[Answer, ...]:
        """Return every answer to a question, in the order asked."""
        return tuple(_answer(question, *one) for one in self._exchanges.get(question, ()))

    def last(self, question: str) -> Answer | None:
        """Return the last answer to a question, None when it was not asked."""
        found = self._exchanges.get(question)
        return _answer(question, *found[-1]) if found else None


def _answer(question: str, position: int, exchange: Exchange) -> Answer:
    if exchange.fault is not None or not exchange.answers:
        return Answer(position, fault="the line failed while it was read")
    try:
        return Answer(position, _payload(question.partition(" ")[0], exchange.answers))
    except GarbledError:
        return _refusal(position, exchange.answers)


def _refusal(position: int, answers: tuple[bytes, ...]) -> Answer:
    try:
        error = next(filter(None, map(error_of, answers)), 0)
    except GarbledError:
        error = 0
    return Answer(position, error=error, fault="" if error else _GARBLED)


def _payload(kind: str, answers: tuple[bytes, ...]) -> bytes:
    if kind == _UPLOAD:
        return upload_payload(answers)
    payload = userdata_payload(answers)
    if kind not in _GROUPS or any(group_of(answer) != _GROUPS[kind] for answer in answers):
        raise GarbledError("the answer belongs to another question")
    return payload
