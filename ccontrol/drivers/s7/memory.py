"""What the driver remembers of a controller from one poll to the next, while its process lives.

Only what makes it gentler: nothing here changes a fact that is read. Nothing is written to disk.
"""

from dataclasses import dataclass, field

PROTECTION_LISTS = (0x0232, 0x0132)
"""System status lists whose index 4 holds protection and checksum words, in order of preference."""


@dataclass(slots=True)
class Memory:
    """Which of two lists a controller answers, by its id."""

    _lists: dict[str, int] = field(default_factory=dict)

    def protection_lists(self, controller_id: str) -> tuple[int, ...]:
        """Return the lists to try: one once it is known that the first is refused."""
        known = self._lists.get(controller_id)
        return PROTECTION_LISTS if known is None else (known,)

    def learn_protection_list(self, controller_id: str, number: int | None) -> None:
        """Remember which list was answered; None when none was, so that all are tried again."""
        if number is None:
            self._lists.pop(controller_id, None)
        else:
            self._lists[controller_id] = number
