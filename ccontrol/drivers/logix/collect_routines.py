"""Asking for the code of every routine, where the owner wants its fingerprint.

Rockwell does not document these objects; their services are those that a 1756-L61 answers an upload
with. What a controller refuses is left, and nothing is tried in its place.
"""

from ccontrol.drivers.enip.attributes import attribute_list, number_of
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.request import Request
from ccontrol.drivers.enip.status import MORE, SUCCESS
from ccontrol.drivers.logix import questions, routines
from ccontrol.drivers.logix.conversation import Conversation
from ccontrol.errors import GarbledError

_MOST_INSTANCES = 16_384
_MOST_CODE_BYTES = 4 * 2**20


async def ask_routines(talk: Conversation) -> None:
    """Ask for all routines of all programs."""
    for program in await _instances(talk, questions.PROGRAMS, None):
        await talk.ask(f"{questions.PROGRAM} {program:X}", questions.program(program))
        listed = await _instances(talk, f"{questions.ROUTINES} {program:X}", program)
        for number in listed:
            await _routine(talk, program, number)


async def _instances(talk: Conversation, question: str, program: int | None) -> list[int]:
    pages = _Instances(program)
    await talk.read(question, questions.instances_from(program, 0), pages.follow)
    return pages.found


async def _routine(talk: Conversation, program: int, number: int) -> None:
    words = f"{program:X} {number:X}"
    reply = await talk.ask(f"{questions.ROUTINE} {words}", questions.routine(program, number))
    if reply is None:
        return
    try:
        found = attribute_list(reply.data, routines.WIDTHS)
    except GarbledError:
        return  # the decoder says so
    kind = number_of(found, questions.ROUTINE_TYPE)
    if kind is not None:
        pieces = _Code(program, number, ladder=kind == routines.LADDER)
        await talk.read(f"{questions.CODE} {words}", pieces.request(), pieces.follow)


class _Instances:
    """A list of instances that comes in pages."""

    def __init__(self, program: int | None) -> None:
        self._program = program
        self.found: list[int] = []

    def follow(self, answer: Reply) -> Request | None:
        if answer.status not in (SUCCESS, MORE):
            return None
        last = self.found[-1] if self.found else -1
        self.found += routines.instances(answer.data)
        if answer.status == SUCCESS:
            return None
        if not answer.data or self.found[-1] <= last or len(self.found) > _MOST_INSTANCES:
            raise GarbledError(f"a list of instances does not end after {len(self.found)}")
        return questions.instances_from(self._program, self.found[-1] + 1)


class _Code:
    """The code of one routine in pieces: ladder is counted in double words, the rest in bytes."""

    def __init__(self, program: int, number: int, *, ladder: bool) -> None:
        self._program, self._number, self._ladder, self._had = program, number, ladder, 0

    def request(self) -> Request:
        offset = self._had // routines.WORD_BYTES if self._ladder else self._had
        return questions.code_from(self._program, self._number, offset, ladder=self._ladder)

    def follow(self, answer: Reply) -> Request | None:
        if answer.status != MORE:
            return None
        piece = routines.piece(answer.data, ladder=self._ladder)
        self._had += len(piece)
        if not piece or self._had > _MOST_CODE_BYTES:
            raise GarbledError(f"a routine does not end after {self._had} bytes")
        return self.request()
