"""How long each item of a baseline went without a complete read, from the journal's signed days.

The clock of an item restarts only where a poll read all of that item: of the depth FULL, ended
whole, with nothing of it unread, and content compared. A checksum or a counter that stood still is
an indicator: counted apart, and it restarts nothing. On days without a signed summary nothing was
read. Nothing is interpolated.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from ccontrol.evidence.framework import Item
from ccontrol.evidence.period import Period, days_between
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.journal import WatchedDay


class Quality(StrEnum):
    """What one day's polls say of an item, best first."""

    COMPLETE = "complete"
    INDICATOR = "indicator"
    """It was read by what usually moves with it, or by a checksum."""
    PARTIAL = "partial"
    """Something of it stayed unread."""
    ANSWERED = "answered"
    """It answered, and nobody read everything."""
    UNKNOWN = "not told"
    """The day's summary is of a version that did not count complete reads."""
    SILENT = "no answer"
    ABSENT = "not polled"
    UNSIGNED = "no signed journal"
    """The day has no summary in the history."""


@dataclass(frozen=True, slots=True)
class Blind:
    """What of a controller stands unread in the history, and since when that is so."""

    count: int = 0
    aspects: frozenset[Aspect] = frozenset()
    moved_on: date | None = None
    """The last day on which sight of it changed; None: never, as far as the history goes."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Days between two complete reads of an item."""

    since: date
    until: date
    is_open: bool = False
    """Nothing ended it before the period did."""

    @property
    def days(self) -> int:
        """Its length."""
        return days_between(self.since, self.until)


@dataclass(slots=True)
class ItemClock:
    """The clock of one item of one controller. Fed day by day, in order."""

    item: Item
    limit_days: int
    begun: date
    """The first day of the period on which it had to be monitored."""
    last: date | None = None
    """The last complete read so far, also before the period."""
    reads: int = 0
    """Days of the period with a complete read."""
    indicators: int = 0
    gaps: list[Gap] = field(default_factory=list)
    longest: Gap | None = None
    known_before: bool = False
    """Whether a read before the period starts the clock; else the period's first day does."""
    _most_days: int = -1

    def note(self, day: date, quality: Quality) -> None:
        """Count a day."""
        inside = day >= self.begun
        if quality is not Quality.COMPLETE:
            self.indicators += inside and quality is Quality.INDICATOR
            return
        if inside:
            self.reads += 1
            self._close(self.last or self.begun, day)
        else:
            self.known_before = True
        self.last = max(self.last or day, day)

    def end(self, until: date) -> None:
        """Close the clock at the period's last day, or at the day on which it left the scope."""
        self._close(self.last or self.begun, until, is_open=True)

    def _close(self, since: date, until: date, *, is_open: bool = False) -> None:
        days = days_between(since, until)
        is_beyond = 0 < self.limit_days < days
        if days <= self._most_days and not is_beyond:
            return
        gap = Gap(since, until, is_open)
        if days > self._most_days:
            self.longest, self._most_days = gap, days
        if is_beyond:
            self.gaps.append(gap)

    @property
    def kept(self) -> bool:
        """Whether it never went longer than the limit without a complete read."""
        return not self.gaps and self.reads + self.known_before > 0


@dataclass(slots=True)
class Run:
    """Days on end of equal quality."""

    quality: Quality
    since: date
    until: date
    answers: int = 0
    unanswered: int = 0
    full_reads: int = 0
    longest_silence_s: int = 0

    def extend(self, day: date, watched: WatchedDay | None) -> None:
        """Add a day."""
        self.until = day
        if watched is not None:
            self.answers += watched.answers
            self.unanswered += watched.unanswered
            self.full_reads += watched.full_reads or 0
            self.longest_silence_s = max(self.longest_silence_s, watched.longest_gap_s)


@dataclass(slots=True)
class Monitor:
    """How one controller was monitored in a period."""

    controller_id: str
    scope: Period
    """The days of the period on which it had to be."""
    clocks: tuple[ItemClock, ...]
    blind: Blind
    runs: list[Run] = field(default_factory=list)

    def note(self, day: date, watched: WatchedDay | None, *, signed: bool = True) -> None:
        """Count a day; `watched` is None where nothing was journaled of it.

        Days before the scope only start the clocks. Call it for every day, in order.
        """
        if day > self.scope.until:
            return
        whole = _of_day(watched, signed=signed)
        worst: Quality | None = None
        for clock in self.clocks:
            quality = whole or _of_full_read(day, watched, clock.item, self.blind)
            clock.note(day, quality)
            if worst is None or _RANK[quality] > _RANK[worst]:
                worst = quality
        if day in self.scope:
            without = whole or _of_full_read(day, watched, _NOTHING, self.blind)
            self._run(day, worst or without, watched)

    def end(self) -> None:
        """Close all clocks."""
        for clock in self.clocks:
            clock.end(self.scope.until)

    def _run(self, day: date, quality: Quality, watched: WatchedDay | None) -> None:
        last = self.runs[-1] if self.runs else None
        if last is None or last.quality is not quality or day - last.until != timedelta(days=1):
            last = Run(quality, day, day)
            self.runs.append(last)
        last.extend(day, watched)


_NOTHING = Item("", "", ())
_RANK: Mapping[Quality, int] = {quality: place for place, quality in enumerate(Quality)}


def monitor(
    controller_id: str, scope: Period, items: Iterable[Item], blind: Blind, limit_days: int
) -> Monitor:
    """Return a monitor with a clock for each item that is read at all."""
    clocks = tuple(ItemClock(one, limit_days, scope.since) for one in items if one.aspects)
    return Monitor(controller_id, scope, clocks, blind)


def silences(monitored: Monitor) -> Iterator[Run]:
    """Yield the runs of days on which nothing was heard of it."""
    for run in monitored.runs:
        if run.quality in {Quality.SILENT, Quality.ABSENT, Quality.UNSIGNED}:
            yield run


def _of_day(watched: WatchedDay | None, *, signed: bool) -> Quality | None:
    """Return what a day says of every item alike; None: all was read, each item tells by itself."""
    if not signed:
        return Quality.UNSIGNED
    if watched is None:
        return Quality.ABSENT
    if not watched.answers:
        return Quality.SILENT
    if watched.full_reads is None:
        return Quality.UNKNOWN
    return None if watched.full_reads else Quality.ANSWERED


def _of_full_read(day: date, watched: WatchedDay | None, item: Item, blind: Blind) -> Quality:
    if watched is None:
        return Quality.ABSENT
    if watched.full_unread and _misses(day, watched, item, blind):
        return Quality.PARTIAL
    weak = _weak(watched.strengths, item.aspects)
    if not weak:
        return Quality.COMPLETE
    return Quality.PARTIAL if Strength.NONE.value in weak else Quality.INDICATOR


@lru_cache(maxsize=1024)
def _weak(strengths: tuple[tuple[str, str], ...], aspects: tuple[Aspect, ...]) -> frozenset[str]:
    """Return in which ways less than content was compared of some aspects."""
    words = {aspect.value for aspect in aspects}
    return frozenset(how for what, how in strengths if what in words) - {Strength.CONTENT.value}


def _misses(day: date, watched: WatchedDay, item: Item, blind: Blind) -> bool:
    """Say whether something of the item may have stayed unread.

    The journal counts what stayed unread and does not say of which aspect. Only where that is as
    many as the history names, and sight has not changed since, it is known what they are.
    """
    is_what_we_know = watched.full_unread == blind.count and (
        blind.moved_on is None or blind.moved_on < day
    )
    return not is_what_we_know or bool(blind.aspects.intersection(item.aspects))
