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
_WORST: Final = (Completeness.PARTIAL, Completeness.FULL)
_Key = tuple[str, ...]


@dataclass(slots=True)
class _Sender:
    """What is known of one sender in this minute."""

    address: str
    controller: str
    lines: int = 0
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
    more: EngineeringEvent | None = None


class Hearing:
    """The senders of one site's listener."""

    def __init__(self, name: str, senders: Mapping[str, str], since: datetime) -> None:
        self.name = name
        self.lines = self.dropped = 0
        """Since the last watch; `dropped` by whoever knows of drops, too."""
        self._senders = {address: _Sender(address, id_) for address, id_ in senders.items()}
        self._open: dict[str, dict[_Key, _Open]] = {address: {} for address in senders}
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
        event = self._event(message, meant, sender, at, forgeable=forgeable)
        yield from self._fold(sender, _key(meant, forgeable=forgeable), event, at)

    def close(self, at: datetime, *, every: bool = False) -> Iterator[Heard]:
        """Yield what was counted and is over by now: call it every few seconds."""
        for address, sender in self._senders.items():
            yield from self._close_acts(self._open[address], at, every=every)
            strange = sender.strange
            if strange is not None and (every or at - strange.since >= WINDOW):
                sender.strange = None
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
        self, sender: _Sender, key: _Key, event: EngineeringEvent, at: datetime
    ) -> Iterator[Heard]:
        events = self._open[sender.address]
        if key not in events and len(events) >= MOST_OPEN:
            key = (event.action, event.outcome.word, *event.testimony.weaknesses)
            event = replace(event, objects=(), objects_left_out=1)
        known = events.get(key)
        if known is not None and at < known.until:
            known.more = event if known.more is None else _both(known.more, event)
            return
        if known is not None and known.more is not None:
            yield self._heard(at, sender.controller, known.more)
        events[key] = _Open(event, sender.controller, at + WINDOW)
        yield self._heard(at, sender.controller, event)

    def _close_acts(
        self, events: dict[_Key, _Open], at: datetime, *, every: bool
    ) -> Iterator[Heard]:
        for key in [key for key, one in events.items() if every or one.until <= at]:
            over = events.pop(key)
            if over.more is not None:
                yield self._heard(at, over.controller, over.more)

    def _event(
        self, message: Message, meant: Meant, sender: _Sender, at: datetime, *, forgeable: bool
    ) -> EngineeringEvent:
        first, last, weak = _times(message.at, at)
        weaknesses = _weaknesses(weak, forgeable=forgeable, names_station=bool(meant.station))
        touched = Touched("message", meant.name, meant.outcome, facts=meant.facts)
        return replace(
            self._plain(meant.row.action, sender, (first, last), weaknesses),
            actor=Actor(meant.station, claims=meant.claims),
            objects=(touched,),
            outcome=meant.outcome,
            redacted=meant.redacted,
            reach=meant.reach,
        )

    # -- lines that no table knows ---------------------------------------------------------------

    def _note(self, sender: _Sender, line: bytes, at: datetime, *, forgeable: bool) -> None:
        if sender.strange is None:
            sender.strange = _Strange(self._number, at, self._number, at)
        strange = sender.strange
        strange.last, strange.until = self._number, at
        strange.count += 1
        strange.forgeable |= forgeable
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
            completeness=Completeness.PARTIAL if weaknesses else Completeness.FULL,
            redacted=False,
            testimony=Testimony(
                Witness.SYSLOG, self.name, self._number, self._number, weaknesses
            ),
            reach=Reach.UNSAID,
        )  # fmt: skip

    def _heard(self, at: datetime, controller: str, said: EngineeringEvent | Watch) -> Heard:
        return Heard(at, controller, said, self.name)


def _key(meant: Meant, *, forgeable: bool) -> _Key:
    users = tuple(claim.value for claim in meant.claims)
    facts = tuple(value for pair in meant.facts for value in pair)
    return meant.name, meant.station, meant.reach, str(forgeable), *users, *facts


def _both(one: EngineeringEvent, more: EngineeringEvent) -> EngineeringEvent:
    """Return one event for two of a kind."""
    total = Outcome(
        one.outcome.done + more.outcome.done,
        one.outcome.refused + more.outcome.refused,
        one.outcome.unanswered + more.outcome.unanswered,
    )
    objects = tuple(replace(each, outcome=total) for each in one.objects)
    return replace(
        one,
        first=min(one.first, more.first),
        last=max(one.last, more.last),
        objects=objects,
        objects_left_out=one.objects_left_out + more.objects_left_out,
        count=one.count + more.count,
        outcome=total,
        completeness=min(one.completeness, more.completeness, key=_WORST.index),
        redacted=one.redacted or more.redacted,
        testimony=replace(
            one.testimony,
            last=more.testimony.last,
            weaknesses=tuple(sorted({*one.testimony.weaknesses, *more.testimony.weaknesses})),
        ),
    )


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
