"""What moves when somebody edits: edit counters, AuditValue, and the mask of what it counts.

Edit counters (class AC, 1756-PM020): attributes 1 to 4 move with tags, types and downloads, the
first of them for a moment only; 10 is written by an engineering station that goes online, and is
told as an entry of a log.
AuditValue and ChangesToDetect (1756-PM015, chapter 4): moves with every event that its mask lets
through: edits, downloads, forces, key, mode, major faults. Of a rung's edit nothing else is seen.
Their attribute numbers in class 8E are from public tools; no capture holds them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccontrol.drivers.enip.attributes import attribute_list, number_of
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import ZEROS, Answer, Answers, told, why_not
from ccontrol.drivers.logix.controller_units import CONTROLLER
from ccontrol.drivers.sights import Sights, joined, not_seen, seen
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import LogEntry, Unread
from ccontrol.model.unit import Unit, UnitId, fields

EDITS, AUDIT, MASK = (UnitId(kind, CONTROLLER) for kind in ("edits", "audit", "audit-mask"))
_EDIT_WIDTHS = {1: 2, 2: 2, 3: 4, 4: 4, questions.ENGINEER: 4}
_AUDIT_WIDTHS = {questions.AUDIT_VALUE: 8, questions.CHANGES_TO_DETECT: 8}
_AUDIT_TITLE = "AuditValue, moved by every edit"
_STATIONS = {
    True: "an engineering station went online; that alone is no edit",
    False: "no engineering station has left its mark",
}
_DINT = b"\xc4\x00"
_AUDIT_BYTES = 8

EVENTS = {
    0: "store to media", 1: "online edits", 2: "transactions", 3: "SFC force enabled",
    4: "SFC force disabled", 5: "SFC force changed", 6: "SFC forces removed",
    7: "I/O force enabled", 8: "I/O force disabled", 9: "I/O force changed",
    10: "I/O forces removed", 11: "firmware update", 12: "firmware update over the network",
    13: "remote mode change", 14: "key switch", 15: "major fault added", 16: "major faults cleared",
    17: "major faults cleared by key", 18: "task properties", 19: "program properties",
    20: "time slice", 21: "media removed", 22: "media inserted", 23: "safety signature created",
    24: "safety signature deleted", 25: "safety lock", 26: "safety unlock",
    27: "constant tag changed", 28: "several constant tags changed",
    29: "constant attribute cleared", 30: "constant attribute set",
    31: "custom entry", 32: "correlation", 33: "signature protected",
    34: "signature unprotected", 35: "log cleared", 36: "program connection",
}  # fmt: skip
"""Bits of ChangesToDetect (1756-PM015F, pages 50 and 51); later firmware may have more."""
_NAMELESS = "events that have no name yet"
_MASK_BITS = 64
EDIT_EVENTS = frozenset({1, 2})
"""Without these an edit of a rung does not move the AuditValue."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What the other parts of a snapshot need to know of the marks."""

    sights: Sights
    left_out: frozenset[int] | None = None
    """Events that the mask leaves out; None where the mask was not had."""
    moved: bool = False
    """True where a mark moved while the poll went on."""
    held: bool = True
    """False where a mark was not heard again at the end: what lies between may be half an edit."""
    log: tuple[LogEntry, ...] = ()


def names_of(events: Iterable[int]) -> tuple[str, ...]:
    """Name events of a mask, each name once; every project sets all 64 bits, named or not."""
    return tuple(dict.fromkeys(EVENTS.get(bit, _NAMELESS) for bit in sorted(events)))


def read_marks(answers: Answers) -> Marks:
    """Read edit counters, AuditValue and mask."""
    edits = told(answers, questions.EDITS, _edits, EDITS)
    if EDITS in edits.sightings and _zeros(answers.last(questions.EDITS)):
        edits = not_seen(ZEROS, EDITS)
    tag = answers.notes.get("audit_tag", "")
    question = f"{questions.TAG} {tag}" if tag else questions.AUDIT
    audit = _copied(answers, question) if tag else _audited(answers)
    mask = None if tag else _mask(answers.last(questions.AUDIT))
    return Marks(
        joined((edits, audit)),
        None if mask is None else _left_out(mask),
        _moved(answers, questions.EDITS, skip_engineer=True) or _moved(answers, question),
        _held(answers, questions.EDITS) and _held(answers, question),
        tuple(_log(answers)),
    )


def _edits(data: bytes) -> Iterator[Unit]:
    found = attribute_list(data, _EDIT_WIDTHS)
    if not found.keys() >= set(questions.EDIT_COUNTERS):
        raise GarbledError("edit counters that lack one")
    text = {
        one: f"{number_of(found, one):0{2 * _EDIT_WIDTHS[one]}x}" for one in questions.EDIT_COUNTERS
    }
    yield Unit(
        EDITS,
        Aspect.CONFIGURATION,
        "edit counters",
        fields(attribute_2=text[2], attribute_3=text[3], attribute_4=text[4]),
        moving=fields(attribute_1=text[1]),
    )


def _log(answers: Answers) -> Iterator[LogEntry]:
    """Tell what an engineering station left behind: a number that says no more than that.

    Zero is what stands there before any: it is told too, so that the first one is seen to come.
    """
    answer = answers.last(questions.EDITS)
    if answer is None or not answer.whole:
        return
    try:
        found = attribute_list(answer.data, _EDIT_WIDTHS)
    except GarbledError:
        return
    if questions.ENGINEER in found:
        number = number_of(found, questions.ENGINEER)
        code, action = ("online", "session.online") if number else ("nobody", "")
        yield LogEntry(code, _STATIONS[bool(number)], "", f"{number:08x}", action)


def _audited(answers: Answers) -> Sights:
    answer = answers.last(questions.AUDIT)
    if _zeros(answer):
        return not_seen(ZEROS, AUDIT, MASK)
    return told(answers, questions.AUDIT, _audit_units, AUDIT, MASK)


def _audit_units(data: bytes) -> Iterator[Unit]:
    found = attribute_list(data, _AUDIT_WIDTHS)
    value = number_of(found, questions.AUDIT_VALUE)
    mask = number_of(found, questions.CHANGES_TO_DETECT)
    if value:
        yield _audit_unit(value)
    if mask is not None:
        yield Unit(
            MASK,
            Aspect.PROTECTION,
            "ChangesToDetect, the events that move the AuditValue",
            fields(mask=f"{mask:016x}", left_out=names_of(_left_out(mask))),
        )


def _audit_unit(value: int) -> Unit:
    return Unit(AUDIT, Aspect.PROGRAM, _AUDIT_TITLE, fields(edit_mark=f"{value:016x}"))


def _copied(answers: Answers, question: str) -> Sights:
    """Read the AuditValue from the tag into which the project copies it."""
    answer = answers.last(question)
    if answer is None:
        return Sights()
    if (why := why_not(answer)) is not None:
        return not_seen(why, AUDIT)
    if answer.data[:2] != _DINT or len(answer.data) != len(_DINT) + _AUDIT_BYTES:
        return not_seen(Unread("the tag that audit_tag names is no DINT[2]"), AUDIT)
    value = int.from_bytes(answer.data[2:], "little")
    if not value:
        why = Unread("the tag that audit_tag names is zero: no GSV instruction fills it")
        return not_seen(why, AUDIT)
    return seen(AUDIT.kind, (_audit_unit(value),))


def _mask(answer: Answer | None) -> int | None:
    if answer is None or not answer.whole or _zeros(answer):
        return None
    try:
        return number_of(attribute_list(answer.data, _AUDIT_WIDTHS), questions.CHANGES_TO_DETECT)
    except GarbledError:
        return None


def _left_out(mask: int) -> frozenset[int]:
    return frozenset(bit for bit in range(_MASK_BITS) if not mask >> bit & 1)


def _zeros(answer: Answer | None) -> bool:
    """Tell whether all attributes of a list are zero."""
    if answer is None or not answer.whole:
        return False
    try:
        found = attribute_list(answer.data, _EDIT_WIDTHS | _AUDIT_WIDTHS)
    except GarbledError:
        return False
    return bool(found) and not any(map(any, found.values()))


def _moved(answers: Answers, question: str, *, skip_engineer: bool = False) -> bool:
    """Tell whether two answers of one poll differ."""
    whole = [one.data for one in answers.of(question) if one.whole]
    if skip_engineer:
        whole = [data[: -_EDIT_WIDTHS[questions.ENGINEER]] for data in whole]
    return len(set(whole)) > 1


def _held(answers: Answers, question: str) -> bool:
    """Tell whether a mark that was had in the beginning was had again."""
    first, *again = answers.of(question) or (None,)
    if first is None or not first.whole or _is_bare(first):
        return True
    return any(one.whole for one in again)


def _is_bare(answer: Answer) -> bool:
    """Tell whether an answer is a list of attributes of which none was had."""
    try:
        return not attribute_list(answer.data, _EDIT_WIDTHS | _AUDIT_WIDTHS)
    except GarbledError:
        return False
