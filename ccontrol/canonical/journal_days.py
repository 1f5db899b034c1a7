"""The signed summary of a day of the journal, read back.

A year of 500 controllers is 180,000 lines, so the lines that `canonical.journal` writes are read by
their form; whatever has another one goes through tomllib.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache

from ccontrol.canonical.reading import Table, read
from ccontrol.errors import UnreadableStateError
from ccontrol.model.journal import JournalDay, JournalEntry, Outcome, WatchedDay

_FORM = 1
_ANSWERS = ("unchanged", "glanced", "changed", "pending", "suppressed")
_NO_ANSWERS = ("incomplete", "failed", "missed")
COUNTED = frozenset({*_ANSWERS, *_NO_ANSWERS})
"""Outcomes that are polls."""
_CONTROLLERS = b"[controller]\n"
_TIME = "[0-9T:.-]+Z"
_NUMBER = "[a-z_]+ = [0-9]+"
_LINE = re.compile(
    '([A-Za-z0-9_-]+|"[A-Za-z0-9._-]+") = '
    rf"\{{ ((?:{_NUMBER}, )*)first = ({_TIME}), last = ({_TIME}), longest_gap_s = ([0-9]+)"
    rf"(?:, {_NUMBER})*?, most_unread = ([0-9]+)(?:, full_reads = ([0-9]+))?"
    rf"(?:, last_full = ({_TIME}), full_unread = ([0-9]+))?"
    r'(?:, strengths = \{ ([A-Za-z0-9_=", -]*) \})? \}\n'
)
"""A controller's line in the order in which it is written."""
_PAIRS = re.compile("([a-z_]+) = ([0-9]+)")
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


def _quick(content: bytes) -> tuple[dict[str, WatchedDay], int]:
    """Return the lines at the beginning that have the usual form, and where they end."""
    found: dict[str, WatchedDay] = {}
    text, at = content.decode("latin-1"), 0  # a character for each byte; the form is ASCII
    while (line := _LINE.match(text, at)) is not None:
        at = line.end()
        name, polls, first, last, gap, unread, reads, last_read, left, strengths = line.groups()
        found[name.strip('"')] = WatchedDay(
            *_polls(polls),
            _time_of(first),
            _time_of(last),
            int(gap),
            int(unread),
            None if reads is None else int(reads),
            None if last_read is None else _time_of(last_read),
            int(left or 0),
            _strengths(strengths or ""),
        )
    return found, at


# Both are said alike of many controllers, day by day.
@lru_cache(maxsize=4096)
def _polls(text: str) -> tuple[int, int]:
    """Return how many polls were answered, and how many were not."""
    numbers = {name: int(number) for name, number in _PAIRS.findall(text)}
    return _sum(numbers, _ANSWERS), _sum(numbers, _NO_ANSWERS)


@lru_cache(maxsize=256)
def _strengths(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_WORDS.findall(text))


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
        answers=_sum(numbers, _ANSWERS),
        unanswered=_sum(numbers, _NO_ANSWERS),
        first=times["first"],
        last=times["last"],
        longest_gap_s=numbers.get("longest_gap_s", 0),
        most_unread=numbers.get("most_unread", 0),
        full_reads=numbers.get("full_reads"),
        last_full=times.get("last_full"),
        full_unread=numbers.get("full_unread", 0),
        strengths=strengths,
    )


def _sum(numbers: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(numbers.get(name, 0) for name in names)


def _event(table: Table) -> JournalEntry:
    return JournalEntry(
        at=table.time("at"),
        controller_id=table.text("controller", ""),
        outcome=table.word("outcome", Outcome),
        reason=table.text("reason", ""),
    )


def _time_of(text: str) -> datetime:
    """Read a time that ends with Z, which makes it one of UTC."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableStateError(f"{text!r} in a summary of the journal is no time") from error


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableStateError(f"{where}: {text!r} is no day") from error
