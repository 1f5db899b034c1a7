"""The diagnostic buffer: one log entry for each record, newest first.

A record has 20 bytes: event id, priority class, mode, 8 bytes of detail, BCD time of the CPU's own
clock. Texts and causes are data in events.py.
"""

from datetime import datetime

from ccontrol.drivers.s7 import szl
from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.events import CLASSES, EVENTS, START_TYPES, STARTS, Cause
from ccontrol.errors import GarbledError
from ccontrol.model.snapshot import LogEntry

_BUFFER_LISTS = ("szl 00A0", "szl 01A0")
_RECORD_BYTES = 20
_STOP_CAUSE, _START_TYPE, _TIME = slice(6, 8), 9, slice(12, 20)
_DECIMAL = 9
_CENTURY = 90
"""Years from here on are of the twentieth century, as in S7's DATE_AND_TIME."""


def read_log(answers: Answers) -> tuple[LogEntry, ...]:
    """Return every entry that was heard whole, newest first, each once."""
    found: dict[str, LogEntry] = {}
    for beginning in _BUFFER_LISTS:
        for question in answers.questions("szl"):
            if question.startswith(beginning):
                found |= {
                    one.raw: one for one in _entries(answers, question) if one.raw not in found
                }
    return tuple(found.values())


def entry(record: bytes) -> LogEntry:
    """Read one record of 20 bytes."""
    number = int.from_bytes(record[:2], "big")
    return LogEntry(f"{number:04X}", _text(number, record), _time(record[_TIME]), record.hex())


def cause_of(record: bytes) -> Cause:
    """Return what one record gives evidence of; for a start, who asked for it."""
    number = int.from_bytes(record[:2], "big")
    if number in STARTS:
        return START_TYPES.get(record[_START_TYPE], ("", Cause.UNKNOWN))[1]
    return EVENTS.get(number, ("", Cause.UNKNOWN))[1]


def _entries(answers: Answers, question: str) -> list[LogEntry]:
    answer = answers.last(question)
    if answer is None or not answer.whole:
        return []
    try:
        records = szl.records(answer.payload, int(question.split()[1], 16))
    except GarbledError:
        return []
    return [entry(record[:_RECORD_BYTES]) for record in records if len(record) >= _RECORD_BYTES]


def _text(number: int, record: bytes) -> str:
    known = EVENTS.get(number)
    text = known[0] if known else CLASSES.get(number >> 12, "event of an unknown class")
    if number not in STARTS:
        return text
    who = START_TYPES.get(record[_START_TYPE])
    stop = record[_STOP_CAUSE].hex().upper()
    asked = f", asked for by {who[0]}" if who else ""
    return f"{text}{asked}; last STOP: {stop}"


def _time(data: bytes) -> str:
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
