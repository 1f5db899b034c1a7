"""Lines of one site's senders → events and watches. Pure: whoever reads the sockets says the time.

A message that a table knows is an event at once; its like within a minute is counted into one more.
What no table knows is counted, and some of its words are kept, in one event a minute for each
sender. So a flood makes a few events, and none of it hides the one line that matters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ccontrol.model.engineering import (
    Actor,
    Completeness,
    EngineeringEvent,
    Outcome,
    Reach,
    Target,
    Testimony,
    Touched,
    Witness,
)
from ccontrol.model.witness import Heard, Watch
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.syslog.meant import Meant
from ccontrol.sources.syslog.message import Message, parse
from ccontrol.sources.syslog.vendors import may_mean, read
from ccontrol.sources.syslog.words import kept

WINDOW: Final = timedelta(seconds=60)
MOST_OPEN: Final = 64
"""Kinds of messages of one sender that are counted apart within a minute; further ones together."""
WORDS_KEPT: Final = 8
"""Lines of one sender and minute whose words are kept, of those that no table knows."""
LINES_LOOKED_AT: Final = 64
"""So many of them are looked at for words that are new; the others are counted."""
CLOCK_APART: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(days=31)
"""What is said to have happened before that is told as of its arrival."""
WEAKNESSES: Final = ("forgeable", "no-station", "clock-apart", "arrival-time")
_TOLD: Final = "log.reported"
_Key = tuple[str, ...]


@dataclass(slots=True)
class _Sender:
    """One sender, and what came of it in this minute."""

    address: str
    controller: str
    lines: int = 0
    ways: "tuple[_Way, _Way]" = field(default_factory=lambda: (_Way(), _Way()))
    """What anybody could have sent, apart from what only the sender can: a flood of the one never
    crowds out the other."""


@dataclass(slots=True)
class _Way:
    """What came by one of both ways, and is not over yet."""

    open: "dict[_Key, _Open]" = field(default_factory=dict)
    strange: "_Strange | None" = None


@dataclass(slots=True)
class _Strange:
    """Lines of one sender that no table knows."""

    first: int
    since: datetime
    last: int
    until: datetime
    count: int = 0
    words: dict[str, None] = field(default_factory=dict)
    """In the order in which they came."""
    redacted: bool = False
    forgeable: bool = False


@dataclass(slots=True)
class _Open:
    """An event that was handed over, and how many of its like came since."""

    event: EngineeringEvent
    controller: str
    until: datetime
    begin: tuple[datetime, int]
    """When the first of them can have happened, and its line; before one came, of the event."""
    end: tuple[datetime, int]
    count: int = 0
    weaknesses: frozenset[str] = frozenset()

    def add(
        self, span: tuple[datetime, datetime], number: int, weaknesses: tuple[str, ...]
    ) -> None:
        """Count one more."""
        if self.count:
            self.begin = min(self.begin[0], span[0]), self.begin[1]
            self.end = max(self.end[0], span[1]), number
        else:
            self.begin, self.end = (span[0], number), (span[1], number)
        self.count += 1
        self.weaknesses |= {*weaknesses}

    @property
    def more(self) -> EngineeringEvent:
        """Return those that came since as one event."""
        answer = self.event.outcome
        total = Outcome(
            self.count * bool(answer.done),
            self.count * bool(answer.refused),
            self.count * bool(answer.unanswered),
        )
        weaknesses = tuple(sorted(self.weaknesses))
        return replace(
            self.event,
            first=self.begin[0],
            last=self.end[0],
            objects=tuple(replace(each, outcome=total) for each in self.event.objects),
            objects_left_out=self.count * bool(self.event.objects_left_out),
            count=self.count,
            outcome=total,
            completeness=_completeness(weaknesses),
            testimony=replace(
                self.event.testimony,
                first=self.begin[1],
                last=self.end[1],
                weaknesses=weaknesses,
            ),
        )


class Hearing:
    """The senders of one site's listener."""

    def __init__(self, name: str, senders: Mapping[str, str], since: datetime) -> None:
        self.name = name
        self.lines = self.dropped = 0
        """Since the last watch; `dropped` by whoever knows of drops, too."""
        self._senders = {address: _Sender(address, id_) for address, id_ in senders.items()}
        self._number = 0
        self._since = since

    def knows(self, address: str) -> bool:
        """Whether somebody configured this address."""
        return address in self._senders

    def hear(self, line: bytes, address: str, at: datetime, *, forgeable: bool) -> Iterator[Heard]:
        """Take a line of a sender that is known; yield what it means, if anything."""
        sender = self._senders[address]
        self._number += 1
        self.lines += 1
        sender.lines += 1
        message = parse(line) if may_mean(line) else None
        meant = read(message) if message is not None else None
        if message is None or meant is None:
            self._note(sender, line, at, forgeable=forgeable)
            return
        self.dropped += meant.lost
        yield from self._fold(sender, message, meant, at, forgeable=forgeable)

    def close(self, at: datetime, *, every: bool = False) -> Iterator[Heard]:
        """Yield what was counted and is over by now: call it every few seconds."""
        for sender in self._senders.values():
            for way in sender.ways:
                yield from self._close_acts(way.open, at, every=every)
                strange = way.strange
                if strange is not None and (every or at - strange.since >= WINDOW):
                    way.strange = None
                    yield self._heard(at, sender.controller, self._strange(strange, sender))

    def watch(self, at: datetime) -> Heard:
        """Return how well was listened since the last watch."""
        heard = {each.address: each.lines for each in self._senders.values() if each.lines}
        told = Watch(
            self.name, self._since, at, self.lines, self.dropped, tuple(sorted(heard.items()))
        )
        for each in self._senders.values():
            each.lines = 0
        self._since, self.lines, self.dropped = at, 0, 0
        return self._heard(at, "", told)

    # -- messages that a table knows -------------------------------------------------------------

    def _fold(
        self, sender: _Sender, message: Message, meant: Meant, at: datetime, *, forgeable: bool
    ) -> Iterator[Heard]:
        """Hand over what is new, and count what is not."""
        first, last, weak = _times(message.at, at)
        weaknesses = _weaknesses(weak, forgeable=forgeable, names_station=bool(meant.station))
        events = sender.ways[forgeable].open
        key = _key(meant)
        is_apart = key in events or len(events) < MOST_OPEN
        if not is_apart:
            key = (meant.row.action, meant.row.answer)
        known = events.get(key)
        if known is not None and at < known.until:
            known.add((first, last), self._number, weaknesses)
            return
        if known is not None and known.count:
            yield self._heard(at, sender.controller, known.more)
        event = self._event(meant, sender, (first, last), weaknesses)
        if not is_apart:
            event = replace(event, actor=Actor(""), objects=(), objects_left_out=1)
        begin, end = (first, self._number), (last, self._number)
        events[key] = _Open(event, sender.controller, at + WINDOW, begin, end)
        yield self._heard(at, sender.controller, event)

    def _close_acts(
        self, events: dict[_Key, _Open], at: datetime, *, every: bool
    ) -> Iterator[Heard]:
        for key in [key for key, one in events.items() if every or one.until <= at]:
            over = events.pop(key)
            if over.count:
                yield self._heard(at, over.controller, over.more)

    def _event(
        self,
        meant: Meant,
        sender: _Sender,
        span: tuple[datetime, datetime],
        weaknesses: tuple[str, ...],
    ) -> EngineeringEvent:
        touched = Touched("message", meant.name, meant.outcome, facts=meant.facts)
        return replace(
            self._plain(meant.row.action, sender, span, weaknesses),
            actor=Actor(meant.station, claims=meant.claims),
            objects=(touched,),
            outcome=meant.outcome,
            redacted=meant.redacted,
            reach=meant.reach,
        )

    # -- lines that no table knows ---------------------------------------------------------------

    def _note(self, sender: _Sender, line: bytes, at: datetime, *, forgeable: bool) -> None:
        way = sender.ways[forgeable]
        if way.strange is None:
            way.strange = _Strange(self._number, at, self._number, at, forgeable=forgeable)
        strange = way.strange
        strange.last, strange.until = self._number, at
        strange.count += 1
        if strange.count <= LINES_LOOKED_AT and len(strange.words) < WORDS_KEPT:
            words, left_out = kept(parse(line))
            strange.words[words] = None
            strange.redacted |= left_out

    def _strange(self, strange: _Strange, sender: _Sender) -> EngineeringEvent:
        words = tuple(strange.words)
        weaknesses = _weaknesses("arrival-time", forgeable=strange.forgeable, names_station=False)
        event = self._plain(_TOLD, sender, (strange.since, strange.until), weaknesses)
        return replace(
            event,
            objects=tuple(Touched("line", word, Outcome(done=1)) for word in words),
            objects_left_out=max(strange.count - len(words), 0),
            count=strange.count,
            outcome=Outcome(done=strange.count),
            redacted=strange.redacted,
            testimony=replace(event.testimony, first=strange.first, last=strange.last),
        )

    # -- both ------------------------------------------------------------------------------------

    def _plain(
        self,
        action: str,
        sender: _Sender,
        span: tuple[datetime, datetime],
        weaknesses: tuple[str, ...],
    ) -> EngineeringEvent:
        meaning = ACTIONS[action]
        return EngineeringEvent(
            first=span[0],
            last=span[1],
            controller=Target(sender.address),
            actor=Actor(""),
            protocol="syslog",
            action=action,
            effect=meaning.effect,
            techniques=meaning.techniques,
            objects=(),
            objects_left_out=0,
            count=1,
            outcome=Outcome(done=1),
            completeness=_completeness(weaknesses),
            redacted=False,
            testimony=Testimony(
                Witness.SYSLOG, self.name, self._number, self._number, weaknesses
            ),
            reach=Reach.UNSAID,
        )  # fmt: skip

    def _heard(self, at: datetime, controller: str, said: EngineeringEvent | Watch) -> Heard:
        return Heard(at, controller, said, self.name)


def _key(meant: Meant) -> _Key:
    users = tuple(claim.value for claim in meant.claims)
    facts = tuple(value for pair in meant.facts for value in pair)
    return meant.name, meant.station, meant.reach, *users, *facts


def _completeness(weaknesses: tuple[str, ...]) -> Completeness:
    return Completeness.PARTIAL if weaknesses else Completeness.FULL


def _times(said: datetime | None, at: datetime) -> tuple[datetime, datetime, str]:
    """Return from when to when it can have happened, and the weakness of that.

    A message that says an earlier time was sent late, or its sender's clock is wrong: nobody knows
    which, so it can have happened at any time between.
    """
    if said is None:
        return at, at, "arrival-time"
    if abs(at - said) <= CLOCK_APART:
        return said, said, ""
    if at - OLDEST <= said < at:
        return said, at, "clock-apart"
    return at, at, "clock-apart"


def _weaknesses(of_time: str, *, forgeable: bool, names_station: bool) -> tuple[str, ...]:
    found = {of_time}
    if forgeable:
        found.add("forgeable")
    if not names_station:
        found.add("no-station")
    return tuple(sorted(found - {""}))
