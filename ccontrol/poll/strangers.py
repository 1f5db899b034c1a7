"""Engineering at an address that no site knows: told in the log and in the journal of the site.

Findings belong to controllers, and this is about none: a line of the journal is its home.
"""

import logging
from collections import Counter, OrderedDict
from datetime import timedelta
from typing import TypeVar

from ccontrol.clock import Clock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Heard
from ccontrol.poll.activity import CHANGING
from ccontrol.poll.overview import StrangerStatus
from ccontrol.poll.site import OpenSite

CODE = "engineering-to-unknown"
AGAIN_S = 3_600.0
"""The same station at the same address is told once in this time."""
KNOWN_AT_MOST = 1_000
SHOWN = timedelta(days=1)
"""So long status shows who was seen last."""
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Strangers:
    """Tells of them, each once an hour. Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[str, str, str], float] = OrderedDict()
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
        _bound(self._seen)

    def _tell(self, site: OpenSite, event: EngineeringEvent, key: tuple[str, str, str]) -> None:
        _, target, actor = key
        now, last = self._clock.monotonic(), self._told.get(key)
        if last is not None and now - last < AGAIN_S:
            return
        self._told.pop(key, None)
        self._told[key] = now
        _bound(self._told)
        what = f"{event.action} at {target} by {actor}, {event.first:%Y-%m-%d %H:%M:%S} UTC"
        reason = f"{CODE}: {what}: no controller of the configuration has this address"
        _log.warning("%s site=%s", reason, site.name)
        site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=reason))


def _bound(known: OrderedDict[tuple[str, str, str], T]) -> None:
    while len(known) > KNOWN_AT_MOST:
        known.popitem(last=False)


def _counts(event: EngineeringEvent) -> bool:
    return event.effect in CHANGING and event.outcome.word != "refused"
