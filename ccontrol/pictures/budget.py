"""How much one page shows, so that it stays usable; what is left out is counted."""

from dataclasses import dataclass

from ccontrol.diff.programs.changes import RungDiff
from ccontrol.logic.ladder.model import instructions

_MOST_SYMBOLS = 10_000
"""Some 6 MB of drawings."""
_MOST_IN_ONE = 2_000
"""One huge rung must not take the place of all others."""
_RUNG = 5
"""What a rung costs beside its instructions: rails, comment, wires."""

SHEET = 100
"""What a sheet of a chart costs."""


@dataclass(slots=True)
class Budget:
    """What may still be shown, and what was left out."""

    left: int
    most_in_one: int = 1
    left_out: int = 0

    def spend(self, cost: int = 1) -> bool:
        """Tell whether one more may be shown; otherwise count it among those left out."""
        if cost > min(self.left, self.most_in_one):
            self.left_out += 1
            return False
        self.left -= cost
        return True


def drawings() -> Budget:
    """Return what the drawings of one page or picture may cost, in symbols."""
    return Budget(_MOST_SYMBOLS, _MOST_IN_ONE)


def cost_of(diff: RungDiff) -> int:
    """Return how many symbols it takes to draw a rung before and after."""
    rungs = [rung for rung in (diff.before, diff.after) if rung is not None]
    return _RUNG + sum(1 for rung in rungs for _ in instructions(rung.elements))
