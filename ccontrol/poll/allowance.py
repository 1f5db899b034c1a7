"""How much of what passes by is kept: whoever can send packets past a sensor can have it say much.

Each controller has its own share in an hour, so that a flood at one address, or at addresses that
nobody has, costs the evidence of no other. What is left out is counted, and told as what a sensor
did not see: it makes a gap, never a silence. Holds no clock and writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ccontrol.model.engineering import Effect
from ccontrol.model.witness import Heard, Watch

HOUR: Final = timedelta(hours=1)
OF_ONE: Final = 5_000
"""Events of one controller, or of addresses that nobody has, in an hour: of those that can change
something, and of the others."""
OF_ALL: Final = 20_000
"""Of one site. Beyond it each controller has still its own, small share."""
ALWAYS: Final = {False: 200, True: 20}
"""That share: of what can change something, and of what cannot."""
TELL: Final = timedelta(seconds=10)
"""Losses are told at most so often."""
_LIGHT: Final = frozenset({Effect.READ, Effect.PARAM, Effect.CONTEXT})
_Loss = tuple[str, str]
"""By whom it was seen, and at which address."""


@dataclass(slots=True)
class Allowance:
    """What one site takes of its live witnesses. One thread may use it."""

    _begun: datetime | None = None
    _kept: Counter[tuple[str, bool]] = field(default_factory=Counter)
    _total: int = 0
    _lost: Counter[_Loss] = field(default_factory=Counter)
    _spans: dict[_Loss, tuple[datetime, datetime]] = field(default_factory=dict)
    _told_at: datetime | None = None

    def of(self, heard: Sequence[Heard], now: datetime) -> list[Heard]:
        """Return what is kept of it, and the word that something was not."""
        if self._begun is None or not timedelta() <= now - self._begun < HOUR:
            self._begun, self._total = now, 0
            self._kept.clear()
        kept = [one for one in heard if isinstance(one.said, Watch) or self._takes(one)]
        return [*kept, *self._losses(now)]

    def _takes(self, heard: Heard) -> bool:
        if isinstance(heard.said, Watch):
            return True
        is_light = heard.said.effect in _LIGHT or heard.said.outcome.word == "refused"
        key = heard.controller_id, is_light
        has_room = self._total < OF_ALL and self._kept[key] < OF_ONE
        if has_room or self._kept[key] < ALWAYS[is_light]:
            self._kept[key] += 1
            self._total += 1
            return True
        whose = heard.source, heard.said.controller.address if heard.controller_id else ""
        self._lost[whose] += 1
        since, until = self._spans.get(whose, (heard.said.first, heard.said.last))
        self._spans[whose] = min(since, heard.said.first), max(until, heard.said.last)
        return False

    def _losses(self, now: datetime) -> Iterable[Heard]:
        is_due = self._told_at is None or not timedelta() <= now - self._told_at < TELL
        if not self._lost or not is_due:
            return ()
        told = [
            Heard(now, "", Watch(source, *self._spans[source, address], 0, count, heard), source)
            for (source, address), count in self._lost.items()
            for heard in [((address, count),) if address else ()]
        ]
        self._lost.clear()
        self._spans.clear()
        self._told_at = now
        return told
