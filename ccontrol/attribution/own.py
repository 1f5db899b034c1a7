"""Our own conversations, told from those of others on the same host: by their very end.

Where ccontrol runs engineers may work too. Their acts come from our address: what is ours is only
what left from the port that the operating system gave us, while we had it.
"""

from datetime import timedelta
from typing import Final

from ccontrol.model.engineering import Completeness, Effect, EngineeringEvent
from ccontrol.model.witness import OwnConnection

TOLERANCE: Final = timedelta(seconds=5)
"""By so much the clock of a sensor and ours may differ."""
_OURS: Final = frozenset({Effect.READ, Effect.CONTEXT, Effect.CREDENTIAL})
"""We read, open sessions and give the password that we were given. The guards let nothing else
pass: a change that comes from our port was made by whoever had it before or after us, or by a
ccontrol that is none any more. Either way it must not be hidden."""

Ends = dict[tuple[str, int], list[OwnConnection]]


def ends_of(own: tuple[OwnConnection, ...]) -> Ends:
    """Return our connections by their end."""
    found: Ends = {}
    for one in own:
        found.setdefault((one.address, one.port), []).append(one)
    return found


def is_from_our_end(event: EngineeringEvent, ends: Ends) -> bool:
    """Tell whether an act left from a port while it was ours."""
    return any(
        one.since - TOLERANCE <= event.last and event.first <= one.until + TOLERANCE
        for one in ends.get((event.actor.address, event.actor.port), ())
    )


def is_ours(event: EngineeringEvent, ends: Ends) -> bool:
    """Tell whether an act is our own: it left from our end, and we do such things.

    No poll is encrypted: who is, on a port that was ours, hides from us.
    """
    is_plain = event.completeness is not Completeness.FLOW
    return is_plain and event.effect in _OURS and is_from_our_end(event, ends)
