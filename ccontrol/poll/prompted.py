"""One glance for each controller that a new change window is about, as soon as that was seen.

What had changed before the signature is found by it, and so told from what comes afterwards. A
shower of windows leads to no more glances than witnesses may lead to.
"""

import logging

from ccontrol.clock import Clock
from ccontrol.model.aspect import Depth
from ccontrol.poll.roster import Roster
from ccontrol.poll.turns import Turns
from ccontrol.poll.waiting import Key

_log = logging.getLogger(__name__)


class Prompted:
    """Has controllers looked at because people signed something. Lives in the engine's loop."""

    def __init__(self, roster: Roster, turns: Turns, clock: Clock) -> None:
        self._roster = roster
        self._turns = turns
        self._clock = clock
        self._asked_at: dict[Key, float] = {}

    def look(self) -> None:
        """Ask for the glances that wait."""
        for site in self._roster.sites.values():
            while not site.to_glance.empty():
                self._ask(Key(site.name, site.to_glance.get()))

    def _ask(self, key: Key) -> None:
        watched, now = self._roster.find(key), self._clock.monotonic()
        if watched is None or watched.pause is not None or not watched.enrolled:
            return
        if now < watched.held_until or watched.quarantined(self._clock.now()):
            return
        last = self._asked_at.get(key)
        if last is not None and now - last < watched.controller.schedule.evidence_pause_s:
            return
        self._asked_at[key] = now
        _log.info("it is looked at, for people signed a window for it controller=%s", key)
        self._turns.trigger(watched, Depth.GLANCE)
