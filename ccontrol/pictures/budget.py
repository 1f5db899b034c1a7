"""How much one page shows, so that it stays usable; what is left out is counted."""

from dataclasses import dataclass


@dataclass(slots=True)
class Budget:
    """What may still be shown, and what was left out."""

    left: int
    left_out: int = 0

    def spend(self) -> bool:
        """Tell whether one more may be shown; otherwise count it among those left out."""
        if self.left <= 0:
            self.left_out += 1
            return False
        self.left -= 1
        return True
