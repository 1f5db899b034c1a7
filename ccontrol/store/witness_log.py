"""The log of witnesses: what others than the poller saw, one line each, in a file per UTC day.

The day of a line is that on which it was taken in; what it tells of may be older. What a line looks
like is canonical.witness's; who may hand in what, and what follows from it, is the engine's.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from ccontrol.canonical.witness import LONGEST_LINE, Gist, gist, naming, parse_heard, render_heard
from ccontrol.clock import Clock
from ccontrol.errors import BadFileError
from ccontrol.model.engineering import Effect
from ccontrol.model.witness import Heard, Watch
from ccontrol.store.day_files import DayFiles, DayReading, Form
from ccontrol.store.disk import named_failures

EVENTS_AT_MOST = 5_000
"""So many events are enough for the time of one change: see _Chosen."""
WATCHES_AT_MOST = 20_000
_DAYS_KNOWN = 8
"""Of so many days it is remembered what was heard: 100,000 lines take some 15 MB."""
_LIGHT = frozenset({Effect.READ, Effect.PARAM, Effect.CONTEXT})
_NAME = "log of witnesses"
_BEGIN, _END, _WATCH = b'{"at":', b"}}\n", b'"watch":{'
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """What witnesses have to say of somebody in a time."""

    heard: tuple[Heard, ...]
    """Watches, then events, each in the order in which they were taken in."""
    left_out: int
    """Lines beyond those."""
    spoiled: int
    """Lines of these days that say nothing any more, and may have been about this."""


class WitnessLog(DayFiles[Heard]):
    """One site's log of witnesses. Many threads may use it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder, clock, Form(_NAME, LONGEST_LINE, _parse))
        self._taking = threading.Lock()
        self._known: OrderedDict[date, _Known] = OrderedDict()
        self._spans: dict[date, _Span] = {}

    def take(self, heard: Iterable[Heard]) -> tuple[Heard, ...]:
        """Write down what is not there yet; return that, once all of it is durable.

        The same event, or watch, of the same controller is one, whoever saw it again: a sensor
        that sends twice, a recording that is imported twice. Raises ValueError for what no line
        can hold, or what `write` does; then nothing was written.
        """
        found = [(each, line := render_heard(each), gist(line)) for each in heard]
        if not found:
            return ()
        since = min(each.since for _, _, each in found)
        until = max(each.until for _, _, each in found)
        with self._taking:
            there = [self._learn(day).same for day in self._touching(since, until)]
            new: dict[bytes, tuple[Heard, bytes]] = {}
            for each, line, of in found:
                if not any(of.same in same for same in there):
                    new.setdefault(of.same, (each, line))
            self.write(b"".join(line for _, line in new.values()))
        return tuple(each for each, _ in new.values())

    def about(
        self,
        controllers: Collection[str],
        addresses: Collection[str],
        since: datetime,
        until: datetime,
    ) -> Account:
        """Return what was heard of these controllers in a time, and every watch in it.

        `addresses` are theirs: what was sent there while the site knew nobody behind them counts.
        Raises StoreError when a file cannot be read.
        """
        with self._taking:
            days = self._touching(since, until)
        names = (*map(naming, controllers), *map(naming, addresses), _WATCH)
        events = _Chosen()
        watches: deque[Heard] = deque(maxlen=WATCHES_AT_MOST)
        count = spoiled = 0
        for day in days:
            reading = DayReading(day, self.path(day), _naming(names))
            for heard in filter(None, reading):
                if _overlaps(heard, since, until) and _is_about(heard, controllers, addresses):
                    (watches if isinstance(heard.said, Watch) else events).append(heard)
                    count += 1
            spoiled += reading.spoiled_count
        chosen = events.chosen()
        return Account((*watches, *chosen), count - len(chosen) - len(watches), spoiled)

    def taken_since(self, at: datetime) -> Iterator[Heard]:
        """Yield what was taken in after a time, in its order; lines before are not read whole."""
        mark = naming(at.astimezone(UTC).isoformat(timespec="microseconds"))[: -len('+00:00"')]
        for day in self.days():
            if day >= at.date():
                yield from filter(None, DayReading(day, self.path(day), _after(mark)))

    def mark_folded(self, reading: DayReading[Heard]) -> None:
        """Note that the day stands in the signed history, and of when it tells."""
        if not reading.size:
            return
        with self._taking:
            known = self._learn(reading.day)
        span = {"since": known.since.isoformat(), "until": known.until.isoformat()}
        self._mark_folded(reading, span)

    def _touching(self, since: datetime, until: datetime) -> list[date]:
        """Return the days that tell of a time, oldest first."""
        return [day for day in self.days() if self._span(day).touches(since, until)]

    def _span(self, day: date) -> "_Span":
        """Return of when a day tells; only what is new in its file is read for that."""
        if day not in self._spans:
            mark = self._folded_as(day) or {}
            with suppress(KeyError, TypeError, ValueError):  # no mark, or not one of ours: read it
                times = datetime.fromisoformat(mark["since"]), datetime.fromisoformat(mark["until"])
                self._spans[day] = _Span(mark["size"], *times)
        span = self._spans.get(day)
        if span is None or span.size != self._size(day):
            span = self._spans[day] = self._learn(day).span
        return span

    def _learn(self, day: date) -> "_Known":
        """Read what a day's file has beyond what is known of it."""
        known = self._known.pop(day, None) or _Known()
        self._known[day] = known
        while len(self._known) > _DAYS_KNOWN:
            self._known.popitem(last=False)
        if known.size != self._size(day):
            _read_on(self.path(day), known)
        return known


class _Chosen:
    """The events that are kept of a flood, so that it hides nobody.

    What can have changed something goes before what cannot, and of each station its last event
    before the second last of any: whoever wants to be forgotten has to invent as many stations.
    """

    def __init__(self) -> None:
        self._events: list[Heard] = []

    def append(self, heard: Heard) -> None:
        self._events.append(heard)
        if len(self._events) >= 2 * EVENTS_AT_MOST:
            self._events = self.chosen()

    def chosen(self) -> list[Heard]:
        """Return them in the order in which they came."""
        if len(self._events) <= EVENTS_AT_MOST:
            return self._events
        seen: Counter[tuple[bool, str]] = Counter()
        ranked: list[tuple[bool, int, int]] = []
        for at in range(len(self._events) - 1, -1, -1):
            whose = _weight(self._events[at])
            seen[whose] += 1
            ranked.append((whose[0], seen[whose], -at))
        kept = sorted(-at for _, _, at in sorted(ranked)[:EVENTS_AT_MOST])
        return [self._events[at] for at in kept]


def _weight(heard: Heard) -> tuple[bool, str]:
    """Return whether an event can have changed nothing, and whose it is."""
    said = heard.said
    if isinstance(said, Watch):
        raise TypeError("a watch is nobody's act")
    actor, is_light = said.actor, said.effect in _LIGHT or said.outcome.word == "refused"
    return is_light, actor.address or actor.mac


@dataclass(frozen=True, slots=True)
class _Span:
    """Of when the lines of a day tell that are in its first `size` bytes."""

    size: int
    since: datetime
    until: datetime

    def touches(self, since: datetime, until: datetime) -> bool:
        return self.since <= until and self.until >= since


@dataclass(slots=True)
class _Known:
    """What was found in the first `size` bytes of a day's file, so that nobody reads them again."""

    size: int = 0
    same: set[bytes] = field(default_factory=set)
    since: datetime = _LATEST
    until: datetime = _EARLIEST

    @property
    def span(self) -> _Span:
        return _Span(self.size, self.since, self.until)

    def add(self, found: Gist) -> None:
        self.same.add(found.same)
        self.since, self.until = min(self.since, found.since), max(self.until, found.until)


def _read_on(path: Path, known: _Known) -> None:
    with named_failures(path), path.open("rb") as file:
        file.seek(known.size)
        while line := file.readline(LONGEST_LINE + 1):
            if line.endswith(b"\n"):
                known.size = file.tell()
            try:
                known.add(gist(line))
            except ValueError:
                continue  # spoiled: it says nothing, and whoever reads the day counts it


def _naming(names: tuple[bytes, ...]) -> Form[Heard | None]:
    """Read only lines that name somebody: to read a line whole takes much longer."""

    def parse(line: bytes) -> Heard | None:
        is_whole = line.startswith(_BEGIN) and line.endswith(_END)
        return _parse(line) if not is_whole or any(name in line for name in names) else None

    return Form(_NAME, LONGEST_LINE, parse)


def _after(mark: bytes) -> Form[Heard | None]:
    """Read only lines that were taken in after a time, as it stands in them."""
    begin, end = len(_BEGIN), len(_BEGIN) + len(mark)

    def parse(line: bytes) -> Heard | None:
        is_whole = line.startswith(_BEGIN) and line.endswith(_END)
        return _parse(line) if is_whole and line[begin:end] > mark else None

    return Form(_NAME, LONGEST_LINE, parse)


def _parse(line: bytes) -> Heard:
    try:
        return parse_heard(line)
    except ValueError as error:
        raise BadFileError(str(error)[:200]) from error


def _overlaps(heard: Heard, since: datetime, until: datetime) -> bool:
    said = heard.said
    if isinstance(said, Watch):
        return said.since <= until and said.until >= since
    return said.first <= until and said.last >= since


def _is_about(heard: Heard, controllers: Collection[str], addresses: Collection[str]) -> bool:
    if isinstance(heard.said, Watch):
        return True
    if heard.controller_id:
        return heard.controller_id in controllers
    return heard.said.controller.address in addresses
