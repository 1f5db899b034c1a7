"""Engineering at an address that no site knows: told in the log, in the journal, and as an alert.

Findings belong to controllers, and this is about none: a line of the journal and an alert of its
own are its home. Forged packets may name any address: what is told has a limit.
"""

import logging
from collections import OrderedDict
from datetime import timedelta

from ccontrol.clock import Clock
from ccontrol.model.alert import Event
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Heard
from ccontrol.poll.activity import CHANGING
from ccontrol.poll.site import OpenSite
from ccontrol.poll.vital import StrangeWork

AGAIN_S = 3_600.0
"""The same station at the same address is told once in this time."""
PAIRS_AT_MOST = 20
"""So many stations and addresses of one site are told in this time; then that there are more."""
LATE = timedelta(days=1)
"""What is heard of later than this is noted, and no alert: nobody can catch whoever did it."""
_log = logging.getLogger(__name__)
_Pair = tuple[str, str]
_OTHERS: _Pair = "", ""


class Strangers:
    """Tells of them, each once an hour. Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, OrderedDict[_Pair, float]] = {}
        """By site, the longest ago first."""

    def heard(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        """Take in what is new in a site's log of witnesses."""
        for each in new:
            event = each.said
            if isinstance(event, EngineeringEvent) and not each.controller_id and _counts(event):
                self._tell(site, event)

    def _tell(self, site: OpenSite, event: EngineeringEvent) -> None:
        target = event.controller.address or event.controller.mac
        actor = event.actor.address or event.actor.mac
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
