"""What a poll under examination may cost, and the turnstile that counts its questions."""

from dataclasses import dataclass

from ccontrol.errors import PausedError
from ccontrol.model.controller import Budget

QUICK = Budget(time_limit_s=2.0, answer_timeout_s=0.3)


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
