"""One branch of the log of ref updates beside the branch as it stands. Pure.

`observed` only ever grows. On `approved` a commit that never counted may have been taken away
again: that is the documented way back, and no fault. One that counted may not.
"""

from collections.abc import Collection

from ccontrol.store.ref_updates import NOTHING


class Followed:
    """Takes the moves of one branch in, one after the other."""

    def __init__(
        self, ref: str, commits: tuple[str, ...], counted: Collection[str] | None = None
    ) -> None:
        """`commits` of the branch, oldest first; `counted` None: every one of them counts."""
        self.stands = NOTHING
        """Where the branch stood after the last move."""
        self._ref = ref
        self._commits = commits
        self._place = {name: number for number, name in enumerate(commits)}
        self._counted = counted
        self._reached = -1
        """Number of the last of its commits that the moves have come to."""
        self._strays: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken away again without having counted, a sentence each."""
        told = f"was taken away from {self._ref} before the daemon saw it count: that is no fault"
        return tuple(f"{name} {told}" for name in self._strays)

    def take(self, new: str) -> str:
        """Take in that it moved; return what is wrong with that, empty when nothing is."""
        place = self._place.get(new)
        if place is None:
            if self._counts(new):
                return f"names {new}, which {self._ref} does not hold at that place"
            self._strays.append(new)
        elif place > self._reached + 1:
            return f"names {new}, which {self._ref} does not hold at that place"
        elif place <= self._reached and (lost := self._lost(place)):
            return f"moves {self._ref} back to {new}, although {lost} had counted"
        else:
            self._reached = place
        self.stands = new
        return ""

    def _lost(self, place: int) -> str:
        """Return the first commit behind a place that counted; empty when none did."""
        gone = self._commits[place + 1 : self._reached + 1]
        return next((name for name in gone if self._counts(name)), "")

    def _counts(self, name: str) -> bool:
        return self._counted is None or name in self._counted
