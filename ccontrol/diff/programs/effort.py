"""How much comparing is allowed, counted in comparisons: the same input, the same answer, anywhere.

Asks no clock.
"""

DEFAULT_COMPARISONS = 20_000_000
"""Some seconds of an ordinary machine for the worst that is compared at once."""


class Effort:
    """A budget that everybody who compares draws from.

    Who is refused says so (`LogicKind.NOT_COMPARED`) or does it more coarsely; what is left stays
    for the smaller ones after it.
    """

    def __init__(self, most: int = DEFAULT_COMPARISONS) -> None:
        self._left = most

    @property
    def left(self) -> int:
        """Return how many comparisons are left."""
        return self._left

    def spend(self, comparisons: int) -> bool:
        """Take that many off the budget and return True; with less left take nothing: False."""
        if comparisons > self._left:
            return False
        self._left -= comparisons
        return True
