"""What witnesses show of somebody at work on one controller, and when it is time to look. Pure.

Whoever can reach a witness can make up acts: everything here is bounded, and leads to a glance at
most every so often. Times are monotonic seconds.
"""

from dataclasses import dataclass, field

from ccontrol.model.controller import Schedule
from ccontrol.model.engineering import Effect

CHANGING = frozenset(
    {
        Effect.MODIFY,
        Effect.MODE,
        Effect.PERSIST,
        Effect.CREDENTIAL,
        Effect.CONFIG,
        Effect.FIRMWARE,
    }
)
"""Effects that lead to a look. Values are not among them: an operator panel writes all day."""
OURS = frozenset({Effect.CREDENTIAL})
"""What of that a poll of ours does: it gives the password that it was given. A download from our
own port is somebody else's, whoever he is."""
RESTARTING = frozenset({Effect.FIRMWARE})
QUIETS = 4
"""So many quiet times at most it is waited for quiet: work without end must not blind us."""
ACTORS_KEPT = 64


@dataclass(slots=True)
class Activity:
    """Somebody's work on one controller, from the first act to the look that follows it."""

    began: float
    last: float
    quiet_s: float
    actors: set[tuple[str, int]] = field(default_factory=set)
    """Address and port of whoever did what we do, too. The first ones."""
    foreign: bool = False
    """There was more than that: not all of it can be ours."""

    def add(self, at: float, quiet_s: float, effect: Effect, actor: tuple[str, int]) -> None:
        """Take in one more act."""
        self.last, self.quiet_s = max(self.last, at), max(self.quiet_s, quiet_s)
        if effect in OURS and len(self.actors) < ACTORS_KEPT:
            self.actors.add(actor)
        elif effect not in OURS or actor not in self.actors:
            self.foreign = True

    @property
    def due(self) -> float:
        """When to look: once it is quiet, or when that has been waited for long enough."""
        return min(self.last + self.quiet_s, self.began + QUIETS * self.quiet_s)

    def is_ours(self, own: frozenset[tuple[str, int]]) -> bool:
        """Whether all of it came from our own ends of connections."""
        return not self.foreign and self.actors <= own


def quiet_s(schedule: Schedule, effect: Effect) -> float:
    """Return for how long it has to be quiet after such an act."""
    return schedule.restart_s if effect in RESTARTING else schedule.quiet_s
