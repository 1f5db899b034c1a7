"""The signed summary of a day of the journal, read back.

A year of 500 controllers is 180,000 lines, so the lines that `canonical.journal` writes are read by
their form; whatever has another one goes through tomllib.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from ccontrol.canonical.reading import Table, read
from ccontrol.errors import UnreadableStateError
from ccontrol.model.journal import JournalDay, JournalEntry, Outcome, WatchedDay

_FORM = 1
_ANSWERS = ("unchanged", "glanced", "changed", "pending", "suppressed")
_NO_ANSWERS = ("incomplete", "failed", "missed")
COUNTED = frozenset({*_ANSWERS, *_NO_ANSWERS})
"""Outcomes that are polls."""
_CONTROLLERS = b"[controller]\n"
_ID = rb"[A-Za-z0-9_-]+|\"[A-Za-z0-9._-]+\""
_PAIR = rb"[a-z_]+ = (?:[0-9]+|[0-9T:.-]+Z|\{ [^{}\n]* \})"
_LINE = re.compile(rb"(%b) = \{ (%b(?:, %b)*) \}\n" % (_ID, _PAIR, _PAIR))
_PAIRS = re.compile(r"([a-z_]+) = (?:([0-9]+)(?=[, ]|\Z)|([0-9T:.-]+Z)|\{ ([^{}\n]*) \})")
_WORDS = re.compile(r'([A-Za-z0-9_-]+) = "([a-z]+)"')


def parse_day(where: str, content: bytes) -> JournalDay:
    """Return what a summary says. Raises UnreadableStateError when it is none."""
    before, mark, rest = content.partition(_CONTROLLERS)
    watched, end = _quick(rest) if mark else ({}, 0)
    if rest[end:].lstrip(b"\n")[:1] not in (b"", b"["):
        watched, before, rest, end = {}, content, b"", 0
    table = read(where, before + rest[end:])
    if table.integer("form") != _FORM:
        raise UnreadableStateError(f"{where}: of a form that this version does not know")
    if not watched:
        watched = dict(_slow(table.table("controller")))
    return JournalDay(
        day=_day(where, table.text("day")),
        file_sha256=table.text("file_sha256"),
        entries=table.integer("entries"),
        spoiled=table.integer("spoiled_lines"),
        controllers=watched,
        events=tuple(map(_event, table.tables("event"))),
    )


def _quick(text: bytes) -> tuple[dict[str, WatchedDay], int]:
    """Return the lines at the beginning that have the usual form, and where they end."""
    found: dict[str, WatchedDay] = {}
    at = 0
    while (line := _LINE.match(text, at)) is not None:
        at = line.end()
        pairs = _PAIRS.findall(line[2].decode("ascii"))
        numbers = {name: int(number) for name, number, _time, _words in pairs if number}
        times = {name: _time_of(time) for name, _number, time, _words in pairs if time}
        words = next((words for name, _n, _t, words in pairs if name == "strengths"), "")
        strengths = tuple(_WORDS.findall(words))
        found[line[1].decode("ascii").strip('"')] = _watched(numbers, times, strengths)
    return found, at


def _slow(table: Table) -> Iterator[tuple[str, WatchedDay]]:
    for name, one in table.named():
        numbers = {key: one.integer(key) for key in _NUMBERS if key in one}
        times = {key: one.time(key) for key in ("first", "last", "last_full") if key in one}
        strengths = tuple(one.table("strengths").named_texts().items())
        yield name, _watched(numbers, times, strengths)


_NUMBERS = (
    *_ANSWERS,
    *_NO_ANSWERS,
    *("longest_gap_s", "most_unread", "full_reads", "full_unread"),
)


def _watched(
    numbers: Mapping[str, int],
    times: Mapping[str, datetime],
    strengths: tuple[tuple[str, str], ...],
) -> WatchedDay:
    if "first" not in times or "last" not in times:
        raise UnreadableStateError("a summary of the journal lacks the times of a controller")
    return WatchedDay(
        answers=sum(numbers.get(one, 0) for one in _ANSWERS),
        unanswered=sum(numbers.get(one, 0) for one in _NO_ANSWERS),
        first=times["first"],
        last=times["last"],
        longest_gap_s=numbers.get("longest_gap_s", 0),
        most_unread=numbers.get("most_unread", 0),
        full_reads=numbers.get("full_reads"),
        last_full=times.get("last_full"),
        full_unread=numbers.get("full_unread", 0),
        strengths=strengths,
    )


def _event(table: Table) -> JournalEntry:
    return JournalEntry(
        at=table.time("at"),
        controller_id=table.text("controller", ""),
        outcome=table.word("outcome", Outcome),
        reason=table.text("reason", ""),
    )


def _time_of(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableStateError(f"{text!r} in a summary of the journal is no time") from error


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableStateError(f"{where}: {text!r} is no day") from error
