"""What the driver remembers of a controller from one poll to the next, while its process lives.

Only what makes it gentler: nothing here changes a fact that is read. Nothing is written to disk.
"""

from dataclasses import dataclass, field

from ccontrol.model.aspect import Depth

PROTECTION_LISTS = (0x0232, 0x0132)
"""System status lists whose index 4 holds protection and checksum words, in order of preference."""


@dataclass(slots=True)
class Memory:
    """Which of two lists a controller answers, by its id; no list where it has neither."""

    _lists: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def protection_lists(self, controller_id: str, depth: Depth) -> tuple[int, ...]:
        """Return the lists to try: a FULL poll tries both, any other what is known to be there."""
        if depth is Depth.FULL:
            return PROTECTION_LISTS
        return self._lists.get(controller_id, PROTECTION_LISTS)

    def learn_protection_lists(self, controller_id: str, *answered: int) -> None:
        """Remember which list was answered; none: it has neither, and is asked at FULL again."""
        self._lists[controller_id] = answered
