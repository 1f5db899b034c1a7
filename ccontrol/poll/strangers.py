"""Engineering at an address that no site knows: told in the log, the journal, and as an alert.

Findings belong to controllers, and this is about none: a line of the journal is its home.
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

CODE = Event.STRANGE.value
AGAIN_S = 3_600.0
"""The same station at the same address is told once in this time."""
KNOWN_AT_MOST = 1_000
LATE = timedelta(days=1)
"""What is heard of later than this is noted, and no alert: whoever did it is gone."""
_log = logging.getLogger(__name__)


class Strangers:
    """Tells of them, each once an hour. Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def heard(self, site: OpenSite, new: tuple[Heard, ...]) -> None:
        """Take in what is new in a site's log of witnesses."""
        for each in new:
            event = each.said
            if isinstance(event, EngineeringEvent) and not each.controller_id and _counts(event):
                self._tell(site, event)

    def _tell(self, site: OpenSite, event: EngineeringEvent) -> None:
        target = event.controller.address or event.controller.mac
        actor = event.actor.address or event.actor.mac
        key, now = (site.name, target, actor), self._clock.monotonic()
        last = self._told.get(key)
        if last is not None and now - last < AGAIN_S:
            return
        self._told.pop(key, None)
        self._told[key] = now
        while len(self._told) > KNOWN_AT_MOST:
            self._told.popitem(last=False)
        what = f"{event.action} at {target} by {actor}, {event.first:%Y-%m-%d %H:%M:%S} UTC"
        reason = f"{CODE}: {what}: no controller of the configuration has this address"
        _log.warning("%s site=%s", reason, site.name)
        site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=reason))
        if self._clock.now() - event.last <= LATE:
            site.strange.put(StrangeWork(self._clock.now(), actor, target, reason))


def _counts(event: EngineeringEvent) -> bool:
    return event.effect in CHANGING and event.outcome.word != "refused"
