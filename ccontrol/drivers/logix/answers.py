"""What came back for each question of a capture: replies, whole or not. No meaning yet.

A question is written as the collecting half writes it ("symbols Program:Main"); asked again it
carries " #2", which is left off here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ccontrol.drivers.enip.frames import Reply, reply
from ccontrol.drivers.enip.status import (
    MORE,
    NOT_SUPPORTED,
    SOME_ATTRIBUTES,
    SUCCESS,
    is_passing,
    words,
)
from ccontrol.drivers.sights import Sights, joined, not_offered, not_seen, seen
from ccontrol.errors import GarbledError
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import Unit, UnitId

GARBLED = Unread("its answer is not what the question asks for", transient=True)
ZEROS = Unread("it answers with zeros throughout, which no controller has: they are not trusted")
_LINE_FAILED = "the line failed while it was read"
_SAYS_SOMETHING = frozenset({SUCCESS, SOME_ATTRIBUTES})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange came to."""

    replies: tuple[Reply, ...] = ()
    fault: str = ""
    """Why it is broken, in words that do not change from poll to poll."""

    @property
    def last(self) -> Reply:
        """The reply that decides; there is one unless `fault` says why not."""
        return self.replies[-1]

    @property
    def whole(self) -> bool:
        """True when everything that was asked for is there."""
        if self.fault or any(one.status != MORE for one in self.replies[:-1]):
            return False
        return self.last.status in _SAYS_SOMETHING

    @property
    def not_supported(self) -> bool:
        """True when the controller said that it has no such thing."""
        return not self.fault and self.last.status in NOT_SUPPORTED

    @property
    def data(self) -> bytes:
        """What its only or last reply says."""
        return self.last.data


class Answers:
    """All exchanges of a capture by their question."""

    def __init__(self, capture: Capture) -> None:
        self.notes = dict(capture.notes)
        self._exchanges: dict[str, list[Exchange]] = {}
        for exchange in capture.exchanges:
            question = exchange.question.partition(" #")[0]
            self._exchanges.setdefault(question, []).append(exchange)

    def questions(self, first_word: str) -> Iterator[tuple[str, str]]:
        """Return question and what stands behind its first word, in the order first asked."""
        for question in self._exchanges:
            word, _, rest = question.partition(" ")
            if word == first_word:
                yield question, rest

    def of(self, question: str) -> tuple[Answer, ...]:
        """Return every answer to a question, in the order asked."""
        return tuple(map(_answer, self._exchanges.get(question, ())))

    def last(self, question: str) -> Answer | None:
        """Return the last answer to a question, None when it was not asked."""
        found = self._exchanges.get(question)
        return _answer(found[-1]) if found else None


def why_not(answer: Answer) -> Unread | None:
    """Return why an answer yields nothing; None when it is whole."""
    if answer.fault:
        return Unread(answer.fault, transient=True)
    if answer.whole:
        return None
    broken = next((one for one in answer.replies if one.status not in (SUCCESS, MORE)), None)
    if broken is None:
        return GARBLED
    return Unread(f"the controller refuses: {words(broken)}", transient=is_passing(broken))


def told(
    answers: Answers,
    question: str,
    parse: Callable[[bytes], Iterable[Unit]],
    *wanted: UnitId,
) -> Sights:
    """Turn the last answer to a question into units, one of each kind in `wanted`.

    What is garbled, refused or nothing but zeros leaves those units unread; what was not asked
    leaves nothing.
    """
    answer = answers.last(question)
    if answer is None:
        return Sights()
    if answer.not_supported:
        return joined(not_offered(*unit) for unit in wanted)
    why = why_not(answer) or (None if any(answer.data) else ZEROS)
    if why is not None:
        return not_seen(why, *wanted)
    try:
        units = tuple(parse(answer.data))
    except GarbledError:
        return not_seen(GARBLED, *wanted)
    had = {unit.id for unit in units}
    lacking = (not_offered(*unit) for unit in wanted if unit not in had)
    return joined((*(seen(unit.id.kind, (unit,)) for unit in units), *lacking))


def _answer(exchange: Exchange) -> Answer:
    if exchange.fault is not None or not exchange.answers:
        return Answer(fault=_LINE_FAILED)
    try:
        return Answer(tuple(map(reply, exchange.answers)))
    except GarbledError:
        return Answer(fault="its answer is garbled or breaks off")
