"""How far the blocks of one poll are read, and by that how long and how large the rest will be.

Moves the poll's deadline out where the owner left that to us; there is one deadline at any time,
and a last one that nothing moves. Asks nothing.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ccontrol.model.aspect import Depth
from ccontrol.model.controller import MOST_BYTES, MOST_S, Budget

_TIMES = 2
"""A poll may take so many times as long as what it has read so far says."""
_SPARE = 1.25
"""A limit that is recommended leaves so much room: programs grow, and blocks differ in size."""
_MIB = 2**20


@dataclass(slots=True)
class Progress:
    """The blocks of one poll, counted as they are read. Times are the event loop's, in seconds."""

    budget: Budget
    depth: Depth
    deadline: asyncio.Timeout
    bytes_received: Callable[[], int]
    began_at: float = field(init=False)
    """When the poll began."""
    total: int = 0
    done: int = 0
    _blocks_at: float = 0.0
    _bytes_before: int = 0

    def __post_init__(self) -> None:
        self.began_at = asyncio.get_running_loop().time()

    def begin(self, total: int) -> None:
        """So many blocks are read from now on."""
        self.total = total
        self._blocks_at = asyncio.get_running_loop().time()
        self._bytes_before = self.bytes_received()

    def one_more(self) -> None:
        """A block is read: what all of them take is known better now."""
        self.done += 1
        longest_s = self.budget.longest_s(self.depth)
        due = self.began_at + min(longest_s, _TIMES * self._whole_s())
        before = self.deadline.when()
        if before is not None and due > before:
            self.deadline.reschedule(due)

    def too_slow(self) -> str:
        """Say that the time is used up, and which limit would do."""
        when = self.deadline.when() or self.began_at
        text = f"the poll was not done within {when - self.began_at:g} s"
        if not self.done:
            return text
        wanted_s = math.ceil(_SPARE * self._whole_s() / 60) * 60
        if self.budget.time_limit_s is not None and wanted_s <= MOST_S:
            return f"{text}: {self._so_far()}; set time_limit_s = {wanted_s}"
        return f"{text}: {self._so_far()}; raise requests_per_s, no poll may take longer"

    def too_large(self) -> str:
        """Say how far the poll came with its bytes, and which limit would do; "" if unknown."""
        if not self.done:
            return ""
        of_blocks = self.bytes_received() - self._bytes_before
        whole = self._bytes_before + of_blocks * self.total / self.done
        wanted = math.ceil(_SPARE * whole / _MIB) * _MIB
        if wanted > MOST_BYTES:
            return f": {self._so_far()}; all would be {wanted} bytes, no limit allows so many"
        return f": {self._so_far()}; set bytes_limit = {wanted}"

    def _whole_s(self) -> float:
        """Return how long the poll takes by what is read so far."""
        now = asyncio.get_running_loop().time()
        before_s = self._blocks_at - self.began_at
        return before_s + (now - self._blocks_at) * self.total / max(self.done, 1)

    def _so_far(self) -> str:
        return f"{self.done} of {self.total} blocks were read"
