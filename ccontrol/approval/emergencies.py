"""Emergencies whose documentation is still missing: the reason comes at once, the rest later. Pure.

Why the procedure was not followed, and what came of it, has to be written down afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ccontrol.model.approval import Approvals, DecisionKind

DUE_DAYS = 7
"""Until then the documentation of an emergency may come; later it is overdue."""


@dataclass(frozen=True, slots=True)
class OpenEmergency:
    """An emergency that somebody declared, and did not document."""

    change_id: str
    controller_id: str
    by: str
    since: datetime
    """When the declaration was seen first."""
    overdue: bool


def open_emergencies(approvals: Approvals, now: datetime) -> Iterator[OpenEmergency]:
    """Yield each emergency without documentation, the oldest first.

    One that was rejected afterwards is no emergency any more.
    """
    declared: dict[str, OpenEmergency] = {}
    documented: set[str] = set()
    for one in approvals.decisions:
        decision, commit = one.decision, one.commit
        is_one = decision.kind is DecisionKind.EMERGENCY
        if decision.kind is DecisionKind.REJECT or (is_one and decision.conclusion):
            declared.pop(decision.change_id, None)
            documented |= {decision.change_id} if is_one else set()
        elif is_one and decision.change_id not in declared.keys() | documented:
            since = commit.seen_at or now
            declared[decision.change_id] = OpenEmergency(
                decision.change_id,
                decision.controller_id,
                commit.principal,
                since,
                now - since > timedelta(days=DUE_DAYS),
            )
    yield from declared.values()
