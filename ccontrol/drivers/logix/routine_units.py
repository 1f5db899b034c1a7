"""Units of routines: name, type, size and a hash of the code as the controller holds it.

A fingerprint, never a source. Code holds addresses, so that a download of the same source can give
another hash; an equal hash is strong evidence that nothing changed.
"""

import hashlib
from collections.abc import Iterator

from ccontrol.drivers.enip.attributes import LONG_TEXT, attribute_list, number_of
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.identity import label
from ccontrol.drivers.logix import questions, routines
from ccontrol.drivers.logix.answers import GARBLED, Answers, why_not
from ccontrol.drivers.sights import Sights, not_offered, short
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Listing, Read, Sighting, Unread
from ccontrol.model.unit import Unit, UnitId, fields

ROUTINE = "routine"
_PROGRAM_WIDTHS = {questions.PROGRAM_NAME: LONG_TEXT}
_NOT_ASKED = Unread("the poll ended before it was read", transient=True)


class _NotHadError(Exception):
    """Something that was asked for is not there; ends one branch of the reading."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why.reason)
        self.why = why


def read_routines(answers: Answers) -> Sights:
    """Read the routines; nothing where they were not asked for."""
    answer = answers.last(questions.PROGRAMS)
    if answer is None:
        return Sights()
    if answer.not_supported:
        return not_offered(ROUTINE)
    found: dict[UnitId, Sighting] = {}
    broken: list[Unread] = []
    for program in _instances(answers, questions.PROGRAMS, broken):
        found.update(_of_program(answers, program, broken))
    keys = frozenset(unit.key for unit in found)
    if not broken:
        return Sights(found, {ROUTINE: Listing(keys, complete=True)})
    return Sights(found, {ROUTINE: short(keys, broken[0])})


def _instances(answers: Answers, question: str, broken: list[Unread]) -> list[int]:
    try:
        pages = [routines.instances(one.data) for one in _replies(answers, question)]
    except _NotHadError as error:
        broken.append(error.why)
        return []
    except GarbledError:
        broken.append(GARBLED)
        return []
    return [number for page in pages for number in page]


def _of_program(
    answers: Answers, program: int, broken: list[Unread]
) -> Iterator[tuple[UnitId, Sighting]]:
    try:
        name = _program_name(answers, program)
    except (_NotHadError, GarbledError) as error:
        broken.append(error.why if isinstance(error, _NotHadError) else GARBLED)
        return
    for number in _instances(answers, f"{questions.ROUTINES} {program:X}", broken):
        try:
            unit = _routine(answers, name, f"{program:X} {number:X}")
        except (_NotHadError, GarbledError) as error:
            broken.append(error.why if isinstance(error, _NotHadError) else GARBLED)
        else:
            yield unit.id, Read(unit)


def _program_name(answers: Answers, program: int) -> str:
    replies = _replies(answers, f"{questions.PROGRAM} {program:X}")
    found = attribute_list(replies[-1].data, _PROGRAM_WIDTHS)
    if not found.get(questions.PROGRAM_NAME):
        raise GarbledError("a program without a name")
    return label(found[questions.PROGRAM_NAME])


def _routine(answers: Answers, program: str, words: str) -> Unit:
    found = attribute_list(
        _replies(answers, f"{questions.ROUTINE} {words}")[-1].data, routines.WIDTHS
    )
    kind = number_of(found, questions.ROUTINE_TYPE)
    if kind is None or not found.get(questions.ROUTINE_NAME):
        raise GarbledError("a routine without name or type")
    replies = _replies(answers, f"{questions.CODE} {words}")
    code = routines.code(replies, ladder=kind == routines.LADDER)
    name = label(found[questions.ROUTINE_NAME])
    return Unit(
        UnitId(ROUTINE, f"{program}/{name}"),
        Aspect.PROGRAM,
        f"routine {name} of {program} (fingerprint)",
        fields(
            type=routines.TYPES.get(kind, f"type {kind:x}"),
            size=number_of(found, questions.ROUTINE_SIZE),
            sha256=hashlib.sha256(code).hexdigest(),
        ),
    )


def _replies(answers: Answers, question: str) -> tuple[Reply, ...]:
    """Return the replies to a question that was answered whole. Raises _NotHadError."""
    answer = answers.last(question)
    why = _NOT_ASKED if answer is None else why_not(answer)
    if why is not None or answer is None:
        raise _NotHadError(why or _NOT_ASKED)
    return answer.replies
