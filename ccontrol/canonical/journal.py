"""A journal entry ⇄ one line of JSON, and a day of them folded into one signed summary.

The lines lie in files of the store's journal, which are not in git; the summary is, with the hash
of the file it was made from.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ccontrol.canonical import toml
from ccontrol.errors import BadFileError
from ccontrol.model.aspect import Depth, Strength
from ccontrol.model.journal import JournalEntry, Outcome

FORM = 1
LONGEST_LINE = 64 * 1024
_EVENTS_AT_MOST = 1000
_DAY = timedelta(days=1)
_ANSWERED = frozenset(
    {
        Outcome.UNCHANGED,
        Outcome.GLANCED,
        Outcome.CHANGED,
        Outcome.PENDING,
        Outcome.SUPPRESSED,
    },
)
_READ_WHOLE = frozenset({Outcome.UNCHANGED, Outcome.CHANGED})
_EVENTS = frozenset(
    {
        Outcome.PAUSED,
        Outcome.RESUMED,
        Outcome.STARTED,
        Outcome.STOPPED,
        Outcome.APPROVED,
        Outcome.WINDOW,
        Outcome.RAN,
        Outcome.EXPIRED,
        Outcome.STAMPED,
    }
)
_NUMBERS = ("duration_ms", "requests", "bytes_sent", "bytes_received", "unread")
_TEXTS = {"reason": 4_001, "change_id": 100, "fault_class": 100, "own_end": 100}
"""Longest text, in characters; each takes up to twelve bytes of a line."""
_STRENGTHS_AT_MOST, _LONGEST_WORD = 16, 40
_WEAKEST_LAST = tuple(strength.value for strength in Strength)
_LONGEST_ID = 300
_LARGEST = 2**63 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")


def line(entry: JournalEntry) -> bytes:
    """Return the entry as one line of ASCII, newline included. What is empty is left out.

    Writing never fails: texts are cut, half a character is U+FFFD, numbers stay within 63 bits.
    """
    part: dict[str, Any] = {
        "at": entry.at.astimezone(UTC).isoformat(),
        "controller": _tamed(entry.controller_id, _LONGEST_ID),
        "outcome": entry.outcome.value,
    }
    if entry.depth is not None:
        part["depth"] = entry.depth.value
    for name in _NUMBERS:
        part[name] = max(0, min(getattr(entry, name), _LARGEST))
    for name, longest in _TEXTS.items():
        part[name] = _tamed(getattr(entry, name), longest)
    words = {_tamed(one, _LONGEST_WORD): _tamed(how, _LONGEST_WORD) for one, how in entry.strengths}
    part["strengths"] = dict(sorted(words.items())[:_STRENGTHS_AT_MOST])
    if entry.owed_since is not None:
        part["owed_since"] = entry.owed_since.astimezone(UTC).isoformat()
    told = {name: value for name, value in part.items() if value or name == "controller"}
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"


def parse_line(text: bytes) -> JournalEntry:
    """Return the entry of one line. Raises BadFileError for whatever `line` did not write."""
    if len(text) > LONGEST_LINE:
        raise BadFileError("a journal line is longer than any entry")
    try:
        entry = _entry(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise BadFileError(f"not a journal line: {str(error)[:200]}") from error
    if line(entry).rstrip(b"\n") != text.rstrip(b"\n"):
        raise BadFileError("not a journal line: ccontrol writes the same otherwise")
    return entry


def journal_path(day: date) -> str:
    """Return where a day's summary lies: "journal/<yyyy>/<mm>-<dd>.toml"."""
    return f"journal/{day:%Y}/{day:%m-%d}.toml"


@dataclass(slots=True)
class Watch:
    """How one controller was watched on one day."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    longest_gap: timedelta = timedelta(0)
    """Longest time without an answer, the edges of the day counted in."""
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    most_unread: int = 0
    full_reads: int = 0
    """Polls of the depth FULL that ended whole: only they read everything, whatever the
    fingerprints say."""
    last_full: datetime | None = None
    full_unread: int = _LARGEST
    strengths: dict[str, str] = field(default_factory=dict)
    """How well a change of an aspect would have been seen after the poll that saw it least."""
    _answered_at: datetime | None = None

    def add(self, entry: JournalEntry, midnight: datetime) -> None:
        """Count one entry."""
        self.outcomes[entry.outcome] += 1
        self.first = min(self.first or entry.at, entry.at)
        self.last = max(self.last or entry.at, entry.at)
        self.requests += entry.requests
        self.bytes_sent += entry.bytes_sent
        self.bytes_received += entry.bytes_received
        self.most_unread = max(self.most_unread, entry.unread)
        for aspect, strength in entry.strengths:
            known = self.strengths.get(aspect, strength)
            self.strengths[aspect] = max(known, strength, key=_weakness)
        if entry.outcome in _ANSWERED:
            self._close_gap(entry.at, midnight)
        if entry.depth is Depth.FULL and entry.outcome in _READ_WHOLE:
            self._count_full(entry)

    def _count_full(self, entry: JournalEntry) -> None:
        self.full_reads += 1
        self.last_full = max(self.last_full or entry.at, entry.at)
        self.full_unread = min(self.full_unread, entry.unread)

    def _close_gap(self, at: datetime, midnight: datetime) -> None:
        begun = self._answered_at or midnight
        self.longest_gap = max(self.longest_gap, at - begun)
        self._answered_at = max(begun, at)

    def close(self, midnight: datetime) -> None:
        """Count the time from the last answer to the end of the day."""
        self._close_gap(midnight + _DAY, midnight)


@dataclass(slots=True)
class DaySummary:
    """One day, counted."""

    day: date
    watches: dict[str, Watch] = field(default_factory=dict)
    events: list[JournalEntry] = field(default_factory=list)
    """When the daemon or a person began or ended something; the first thousand."""
    entries: int = 0


@dataclass(frozen=True, slots=True)
class WitnessDay:
    """One day of the log of witnesses, counted."""

    file_sha256: str
    file_bytes: int
    events: int
    watches: int
    spoiled_lines: int


def fold(day: date, entries: Iterable[JournalEntry]) -> DaySummary:
    """Count a day's entries, in one pass and in memory that grows with the controllers only."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    summary = DaySummary(day)
    for entry in entries:
        summary.entries += 1
        if _is_event(entry) and len(summary.events) < _EVENTS_AT_MOST:
            summary.events.append(entry)
        if entry.controller_id:
            summary.watches.setdefault(entry.controller_id, Watch()).add(entry, midnight)
    for watch in summary.watches.values():
        watch.close(midnight)
    return summary


def render_summary(
    summary: DaySummary,
    file_sha256: str,
    file_bytes: int,
    spoiled: int,
    witness: WitnessDay | None = None,
) -> bytes:
    """Return the summary's file; it names the raw file by hash and how many lines were spoiled.

    `witness` is what was heard on that day beside the polls; None: nobody handed in anything.
    """
    head = (
        ("form", FORM),
        ("day", summary.day.isoformat()),
        ("file_sha256", file_sha256),
        ("file_bytes", file_bytes),
        ("entries", summary.entries),
        ("spoiled_lines", spoiled),
    )
    watched = [
        f"{toml.key(controller)} = {_written(watch)}"
        for controller, watch in sorted(summary.watches.items())
    ]
    return toml.document(
        toml.lines(head),
        *([["[witness]", *toml.lines(_counted(witness))]] if witness else []),
        ["[controller]", *watched],
        *(["[[event]]", *toml.lines(_event(entry))] for entry in summary.events),
    )


def _written(watch: Watch) -> str:
    """Return an inline table: one controller, one line, so that a diff of two days can be read."""
    pairs: list[tuple[str, int | str | datetime | tuple[str, ...] | None]] = [
        (outcome.value, watch.outcomes[outcome]) for outcome in Outcome if watch.outcomes[outcome]
    ]
    pairs += [
        ("first", watch.first),
        ("last", watch.last),
        ("longest_gap_s", round(watch.longest_gap.total_seconds())),
        ("requests", watch.requests),
        ("bytes_sent", watch.bytes_sent),
        ("bytes_received", watch.bytes_received),
        ("most_unread", watch.most_unread),
    ]
    pairs.append(("full_reads", watch.full_reads))
    if watch.full_reads:
        pairs += [("last_full", watch.last_full), ("full_unread", watch.full_unread)]
    told = toml.lines(pairs)
    if watch.strengths:
        weak = ", ".join(toml.lines(sorted(watch.strengths.items())))
        told.append(f"strengths = {{ {weak} }}")
    return "{ " + ", ".join(told) + " }"


def _is_event(entry: JournalEntry) -> bool:
    """Say whether an entry stands by itself: a beginning, an end, a gap of the whole site."""
    is_gap_of_all = entry.outcome is Outcome.MISSED and not entry.controller_id
    return entry.outcome in _EVENTS or is_gap_of_all


def _counted(witness: WitnessDay) -> Iterable[tuple[str, str | int]]:
    yield "file_sha256", witness.file_sha256
    yield "file_bytes", witness.file_bytes
    yield "events", witness.events
    yield "watches", witness.watches
    yield "spoiled_lines", witness.spoiled_lines


def _weakness(strength: str) -> int:
    """Return how little a strength sees; a word that nobody knows says nothing at all."""
    return _WEAKEST_LAST.index(strength) if strength in _WEAKEST_LAST else len(_WEAKEST_LAST)


def _event(entry: JournalEntry) -> Iterable[tuple[str, str | datetime | None]]:
    yield "at", entry.at
    yield "controller", entry.controller_id or None
    yield "outcome", entry.outcome.value
    yield "reason", entry.reason or None


def _entry(part: Any) -> JournalEntry:  # noqa: ANN401 — whatever JSON may hold
    depth = part.get("depth") if isinstance(part, dict) else None
    at, owed_since = _time(part["at"]), part.get("owed_since")
    return JournalEntry(
        at=at,
        controller_id=_typed(part["controller"], str),
        outcome=Outcome(part["outcome"]),
        depth=None if depth is None else Depth(depth),
        **{name: _typed(part.get(name, 0), int) for name in _NUMBERS},
        **{name: _typed(part.get(name, ""), str) for name in _TEXTS},
        strengths=tuple(
            (aspect, _typed(how, str))
            for aspect, how in _typed(part.get("strengths", {}), dict).items()
        ),
        owed_since=None if owed_since is None else _time(owed_since),
    )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def _tamed(text: str, longest: int) -> str:
    whole = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def _typed(value: Any, kind: type) -> Any:  # noqa: ANN401 — checked here, typed by the dataclass
    if type(value) is not kind:
        raise TypeError(f"{value!r:.40} where a {kind.__name__} should be")
    return value
