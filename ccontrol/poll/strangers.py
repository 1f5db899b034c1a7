"""Engineering at an address that no site knows: told in the log, in the journal, and as an alert.

Findings belong to controllers, and this is about none: a line of the journal and an alert of its
own are its home. Forged packets may name any address: what is told has a limit.
"""

import logging
from collections import Counter, OrderedDict
from datetime import timedelta

from ccontrol.clock import Clock
from ccontrol.model.alert import Event
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Heard
from ccontrol.poll.activity import CHANGING
from ccontrol.poll.overview import StrangerStatus
from ccontrol.poll.site import OpenSite
from ccontrol.poll.vital import StrangeWork

AGAIN_S = 3_600.0
"""The same station at the same address is told once in this time."""
PAIRS_AT_MOST = 20
"""So many stations and addresses of one site are told in this time; then that there are more."""
LATE = timedelta(days=1)
"""What is heard of later than this is noted, and no alert: nobody can catch whoever did it."""
KNOWN_AT_MOST = 1_000
SHOWN = timedelta(days=1)
"""So long status shows who was seen last."""
_log = logging.getLogger(__name__)
_Pair = tuple[str, str]
_OTHERS: _Pair = "", ""


class Strangers:
    """Tells of them, each once an hour. Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, OrderedDict[_Pair, float]] = {}
        """By site, the longest ago first."""
        self._seen: OrderedDict[tuple[str, str, str], StrangerStatus] = OrderedDict()
        self._counts: Counter[str] = Counter()

    def of(self, site: str) -> tuple[StrangerStatus, ...]:
        """Return who worked on what a site does not know within the last day, newest first."""
        since = self._clock.now() - SHOWN
        found = [one for key, one in self._seen.items() if key[0] == site and one.last >= since]
        return tuple(sorted(found, key=lambda one: one.last, reverse=True))

    def count(self, site: str) -> int:
        """Return how many such events there were since the daemon began."""
        return self._counts[site]

    def heard(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        """Take in what is new in a site's log of witnesses."""
        for each in new:
            event = each.said
            if isinstance(event, EngineeringEvent) and not each.controller_id and _counts(event):
                target = event.controller.address or event.controller.mac
                actor = event.actor.address or event.actor.mac
                key = site.name, target, actor
                self._count(key, event)
                self._tell(site, event, key)

    def _count(self, key: tuple[str, str, str], event: EngineeringEvent) -> None:
        site, target, actor = key
        self._counts[site] += 1
        known = self._seen.pop(key, None)
        last = max(event.last, known.last) if known else event.last
        count = known.count + 1 if known else 1
        self._seen[key] = StrangerStatus(target, actor, event.action, last, count)
        while len(self._seen) > KNOWN_AT_MOST:
            self._seen.popitem(last=False)

    def _tell(self, site: OpenSite, event: EngineeringEvent, key: tuple[str, str, str]) -> None:
        _, target, actor = key
        pair = self._due(site.name, (actor, target))
        if pair is None:
            return
        what = f"{event.action} at {target} by {actor}, {event.first:%Y-%m-%d %H:%M:%S} UTC"
        why = "no controller of the configuration has this address"
        if pair == _OTHERS:
            why = f"{why}; there are more such addresses, and none is told in this hour"
        reason, now = f"{Event.STRANGE.value}: {what}: {why}", self._clock.now()
        _log.warning("%s site=%s", reason, site.name)
        site.note(JournalEntry(now, "", Outcome.FAILED, reason=reason))
        if now - event.last <= LATE:
            site.strange.put(StrangeWork(now, *pair, f"{what}: {why}"))

    def _due(self, site: str, pair: _Pair) -> _Pair | None:
        """Return what is to be told of a pair now: itself, or that there are others."""
        told, now = self._told.setdefault(site, OrderedDict()), self._clock.monotonic()
        while told and now - next(iter(told.values())) >= AGAIN_S:
            told.popitem(last=False)
        if pair in told:
            return None
        if len(told) >= PAIRS_AT_MOST:
            pair = _OTHERS
        if pair in told:
            return None
        told[pair] = now
        return pair


def _counts(event: EngineeringEvent) -> bool:
    return event.effect in CHANGING and event.outcome.word != "refused"
