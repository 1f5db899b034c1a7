"""The heartbeat of a site: that it is watched, since when, and how old the oldest look is.

A heart that beats while nothing is polled would be a lie: there is none without a fresh proof that
the engine makes progress.
"""

from collections.abc import Callable
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.model.alert import Alert, Event, Phase
from ccontrol.model.judgement import Severity
from ccontrol.poll.site import OpenSite

FRESH_S = 45.0


def heartbeat(
    site: OpenSite, number: int, began_at: datetime, head: Callable[[], str], clock: Clock
) -> Alert | None:
    """Return the heartbeat, or None when the engine has shown no progress for a while."""
    vital = site.vital
    if vital is None or clock.monotonic() - vital.monotonic > FRESH_S:
        return None
    now = clock.now()
    trouble = site.complaint is not None
    severity = Severity.HIGH if trouble else Severity.INFO
    last = vital.last_poll_at.isoformat(timespec="seconds") if vital.last_poll_at else "never"
    state = "the store is in trouble" if trouble else "watching"
    facts = (
        ("sequence", str(number)),
        ("since", began_at.isoformat(timespec="seconds")),
        ("lastpoll", last),
        ("oldestage", f"{vital.oldest_s:.0f}"),
        ("controllers", str(vital.controllers)),
        ("enrolled", str(vital.enrolled)),
        ("head", _head(head)),
    )
    return Alert(
        id=f"heartbeat-{began_at:%Y%m%dT%H%M%S}-{number}",
        event=Event.HEARTBEAT,
        phase=Phase.HAPPENED,
        at=now,
        site=site.name,
        severity=severity,
        weighs=severity,
        text=f"{site.name}: {state}, heartbeat {number}, last poll {last}",
        facts=facts,
    )


def _head(read: Callable[[], str]) -> str:
    """Return the newest commit: who keeps heartbeats can tell a history that was rolled back."""
    try:
        return read() or "none"
    except StoreError:  # the store's trouble is told by its own alert; the heart beats on
        return "unreadable"
