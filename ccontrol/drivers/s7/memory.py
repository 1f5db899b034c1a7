"""What the driver remembers of a controller from one poll to the next, while its process lives.

Only what makes it gentler, and what part DBs of the program's own making had in the CPU's word.
Nothing is written to disk.
"""

from dataclasses import dataclass, field

from ccontrol.drivers.s7.program_word import NOTHING, Word
from ccontrol.model.aspect import Depth

PROTECTION_LISTS = (0x0232, 0x0132)
"""System status lists whose index 4 holds protection and checksum words, in order of preference."""


@dataclass(slots=True)
class Memory:
    """What is remembered, by the controller's id."""

    _lists: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Which of two lists it answers; no list where it has neither."""
    made: dict[str, Word] = field(default_factory=dict)
    """What DBs that its program made add to its word, where they were seen to add something."""

    def protection_lists(self, controller_id: str, depth: Depth) -> tuple[int, ...]:
        """Return the lists to try: a FULL poll tries both, any other what is known to be there."""
        if depth is Depth.FULL:
            return PROTECTION_LISTS
        return self._lists.get(controller_id, PROTECTION_LISTS)

    def learn_protection_lists(self, controller_id: str, *answered: int) -> None:
        """Remember which list was answered; none: it has neither, and is asked at FULL again."""
        self._lists[controller_id] = answered

    def learn_made(self, controller_id: str, told: Word, loaded: Word, made: Word) -> None:
        """Remember how the word that a CPU told follows from its blocks, where it does at all."""
        if told == loaded and controller_id in self.made:
            self.made[controller_id] = NOTHING
        elif told == loaded.beside(made) != loaded:
            self.made[controller_id] = made
