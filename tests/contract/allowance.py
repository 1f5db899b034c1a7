"""What a poll under examination may cost, and the turnstile that counts its questions."""

from dataclasses import dataclass

from ccontrol.errors import PausedError
from ccontrol.model.controller import Budget

AMPLE = Budget(time_limit_s=60.0, answer_timeout_s=20.0)
"""Where every answer comes: a busy machine must not look like a controller that is silent."""
QUICK = Budget(time_limit_s=60.0, answer_timeout_s=0.3)
"""Where a controller is silent on purpose, and the poll is to break off by it."""


@dataclass
class CountingPace:
    """Lets everybody through, and counts; after `most` turns the controller is paused."""

    most: int = 1_000_000
    turns: int = 0

    async def turn(self) -> None:
        """Count, or say that somebody pressed pause."""
        if self.turns >= self.most:
            raise PausedError("the controller is paused")
        self.turns += 1
