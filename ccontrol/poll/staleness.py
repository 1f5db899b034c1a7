"""When a controller is stale: one rule, for the daemon's finding and for `ccontrol status`. Pure.

Stale is who was asked and has not been seen well for `stale_after_s`. The time counts from the last
poll that succeeded, or from the end of a pause if that is later. Who was never seen at all is stale
at once; a daemon, which knows when it began to ask, counts from then. Who is paused is not stale: a
pause is a gap that is known.
"""

from datetime import datetime

from ccontrol.model.controller import Schedule


def is_stale(
    schedule: Schedule, now: datetime, *since: datetime | None, paused: bool = False
) -> bool:
    """Return whether a controller that was asked is stale; the latest of `since` counts."""
    if paused:
        return False
    seen_at = max((at for at in since if at is not None), default=None)
    return seen_at is None or (now - seen_at).total_seconds() >= schedule.stale_after_s
