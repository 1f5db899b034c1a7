"""DATE_AND_TIME, as S7 CPUs write a time, and the CPU's own clock held against ours. Pure, total.

The clock is asked for by user data 7/1. Its answer has ten bytes, as a CPU 315-2 PN/DP gave it: 00,
the number 19 (in 2016 too), and a DATE_AND_TIME in the CPU's own local time. The time stamp of SZL
0424 is no clock: a CPU 315-2 has its time there, a S7-400 something that stood still for minutes.
"""

from datetime import datetime

from ccontrol.drivers.s7.answers import Answer, Answers
from ccontrol.drivers.s7.sights import is_not_supported, why_not
from ccontrol.drivers.sights import Sights
from ccontrol.model.aspect import Aspect
from ccontrol.model.capture import Capture, heard_between
from ccontrol.model.clock import ClockReading, against_ours, reading
from ccontrol.model.snapshot import Read, Unread
from ccontrol.model.unit import Unit, UnitId, fields

CLOCK = UnitId("clock", "cpu")
_QUESTION = "clock"
_TIME, _ANSWER_BYTES = slice(2, 10), 10
_STEP_MS = 1
_DECIMAL = 9
_CENTURY = 90
"""Years from here on are of the twentieth century, as in S7's DATE_AND_TIME."""
_NO_TIME = Unread("the CPU answers with something that is no time", optional=True)
_NO_CLOCK = Unread("the CPU does not tell its clock", optional=True)


def date_and_time(data: bytes) -> str:
    """Return year to millisecond from BCD, the weekday left out; "" when it is no time."""
    digits = [digit for byte in data for digit in (byte >> 4, byte & 0x0F)][:15]
    if any(digit > _DECIMAL for digit in digits):
        return ""
    number = "".join(map(str, digits))
    century = "19" if int(number[:2]) >= _CENTURY else "20"
    day = f"{century}{number[:2]}-{number[2:4]}-{number[4:6]}"
    when = f"{day}T{number[6:8]}:{number[8:10]}:{number[10:12]}.{number[12:15]}"
    try:
        datetime.fromisoformat(when)
    except ValueError:
        return ""
    return when


def read_clock(capture: Capture, answers: Answers) -> ClockReading | None:
    """Return what the CPU's clock showed; None where it was not asked for or not had."""
    answer = answers.last(_QUESTION)
    if answer is None or not (shown := _shown(answer)):
        return None
    asked_at, answered_at = heard_between(capture, answer.position)
    return reading(shown, asked_at, answered_at, _STEP_MS)


def clock_sights(answers: Answers, clock: ClockReading | None) -> Sights:
    """Tell how far the clock is off: it moves by itself, and is never a change."""
    answer = answers.last(_QUESTION)
    if answer is None:
        return Sights()
    if clock is not None:
        moving = fields(against_ours=against_ours(clock))
        unit = Unit(CLOCK, Aspect.INVENTORY, "the CPU's clock", moving=moving)
        return Sights({CLOCK: Read(unit)})
    lacks = _NO_CLOCK if is_not_supported(answer) else why_not(answer) or _NO_TIME
    return Sights({CLOCK: lacks})


def _shown(answer: Answer) -> str:
    if not answer.whole or len(answer.payload) != _ANSWER_BYTES:
        return ""
    return date_and_time(answer.payload[_TIME])
