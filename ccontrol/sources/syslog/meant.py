"""What a line of syslog means, once a vendor's table has understood it."""

from dataclasses import dataclass
from typing import NamedTuple

from ccontrol.model.engineering import Claim, Outcome, Reach
from ccontrol.sources.acts import OK, UNANSWERED

REFUSED = "refused"


class Row(NamedTuple):
    """A row of a vendor's table: what one kind of message tells."""

    action: str
    """One of ccontrol.sources.actions."""
    answer: str = OK
    """OK, REFUSED, or UNANSWERED where the message only says that it began."""
    reach: Reach = Reach.UNSAID


@dataclass(frozen=True, slots=True)
class Meant:
    """One message, understood."""

    name: str
    """The vendor's own name of it, e.g. SE_USER_PROGRAM_CHANGED."""
    row: Row
    reach: Reach
    station: str = ""
    """The address that acted, where the message names it."""
    claims: tuple[Claim, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """What it says beside, by its own names; sorted."""
    redacted: bool = False
    lost: int = 0
    """Messages that the controller says it could not send."""

    @property
    def outcome(self) -> Outcome:
        """The controller's answer, as it tells it."""
        if self.row.answer == OK:
            return Outcome(done=1)
        return Outcome(unanswered=1) if self.row.answer == UNANSWERED else Outcome(refused=1)
