"""The diagnostic buffer: one log entry for each record, newest first.

A record has 20 bytes: event id, priority class, mode, 8 bytes of detail, BCD time of the CPU's own
clock. Texts and acts are data in events.py.
"""

from dataclasses import replace

from ccontrol.drivers.s7 import szl
from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.events import CLASSES, EVENTS, SAID, START_TYPES, STARTS, Said
from ccontrol.drivers.s7.times import date_and_time
from ccontrol.errors import GarbledError
from ccontrol.model.clock import ClockReading, about_here
from ccontrol.model.snapshot import Extent, LogEntry

_WHOLE_BUFFER = "szl 00A0 0000"
_BUFFER_LISTS = ("szl 00A0", "szl 01A0")
_RECORD_BYTES = 20
_STOP_CAUSE, _START_TYPE, _TIME = slice(6, 8), 9, slice(12, 20)
_NOTHING = Said("")


def read_log(answers: Answers, clock: ClockReading | None) -> tuple[LogEntry, ...]:
    """Return every entry that was heard whole, newest first, each once; `clock` is the CPU's."""
    found: dict[str, LogEntry] = {}
    for beginning in _BUFFER_LISTS:
        for question in answers.questions("szl"):
            if question.startswith(beginning):
                found |= {
                    one.raw: one for one in _entries(answers, question) if one.raw not in found
                }
    return tuple(replace(one, about=about_here(one.at, clock)) for one in found.values())


def extent(answers: Answers) -> Extent:
    """Say how much of the log was heard: all that the CPU shows, or its newest entries."""
    return Extent.ALL if _entries(answers, _WHOLE_BUFFER) else Extent.NEWEST


def entry(record: bytes) -> LogEntry:
    """Read one record of 20 bytes."""
    number = int.from_bytes(record[:2], "big")
    said = _said(number, record)
    return LogEntry(
        f"{number:04X}",
        _text(number, record),
        date_and_time(record[_TIME]),
        record.hex(),
        said.action,
        said.reach,
    )


def _said(number: int, record: bytes) -> Said:
    """Return what a record says was done; of a start, from where it was asked for."""
    said = SAID.get(number, _NOTHING)
    who = START_TYPES.get(record[_START_TYPE]) if number in STARTS else None
    return said._replace(reach=who[1]) if who else said


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
    text = EVENTS.get(number) or CLASSES.get(number >> 12, "event of an unknown class")
    if number not in STARTS:
        return text
    who = START_TYPES.get(record[_START_TYPE])
    stop = record[_STOP_CAUSE]
    asked = f", asked for by {who[0]}" if who else ""
    return f"{text}{asked}; last STOP: {stop.hex().upper()}" if any(stop) else f"{text}{asked}"
