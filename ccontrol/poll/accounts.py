"""What a poll that brought something does to the account of its controller: health, plan, retry.

Polls that brought nothing are setbacks.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll import watched as health_of
from ccontrol.poll.schedule import Turn, next_phase
from ccontrol.poll.triage import DEEP, Follow
from ccontrol.poll.watched import Watched
from ccontrol.store.standing import Health


def with_own_findings(watched: Watched, snapshot: Snapshot, now: datetime) -> Snapshot:
    """Let what a poll proves clear what the engine had to say."""
    if not snapshot.usable:
        return snapshot
    shadow = replace(watched, health=_after(watched, snapshot, now), last=None)
    own = health_of.own_findings(shadow, now)
    return replace(
        snapshot,
        findings=snapshot.findings | own,
        checked=snapshot.checked | health_of.own_checks(watched),
    )


def settle(watched: Watched, snapshot: Snapshot, now: datetime) -> None:
    """Bring the controller's health up to what this poll showed."""
    if not snapshot.usable:
        watched.doubt = health_of.deeper(watched.doubt, snapshot.depth)
        watched.health = health_of.after_unverified(watched.health, now)
        return
    watched.health = _after(watched, snapshot, now)
    watched.held_until = 0.0
    if watched.health.unverified_since is None and not watched.health.worker_deaths:
        watched.doubt = Depth.GLANCE
    if not watched.memory.log:
        watched.health = replace(watched.health, log_marker=watched.memory.log_marker)


def plan_full(
    watched: Watched, snapshot: Snapshot, entry: JournalEntry, follow: Follow | None
) -> None:
    """Remember when everything is to be read next, so that a restart does not forget it."""
    schedule = watched.controller.schedule
    if snapshot.depth in DEEP and entry.outcome is not Outcome.INCOMPLETE:
        turn = Turn(watched.key, Depth.FULL, schedule.full_s)
        watched.health = replace(watched.health, next_full_at=next_phase(turn, entry.at))
    elif entry.outcome is Outcome.SUPPRESSED and follow is not None:
        owed_at = entry.at + timedelta(seconds=follow.after_s)
        watched.health = replace(watched.health, next_full_at=owed_at)


def owe(watched: Watched, snapshot: Snapshot, decided: Outcome, at: datetime) -> None:
    """Remember that a deep read was held back until one has been done, without gaps.

    What moved is in the history as far as a glance sees it, so that no later glance differs.
    """
    if decided is Outcome.SUPPRESSED:
        since = watched.health.owed_since or at
        watched.health = replace(watched.health, owed_since=since)
    elif snapshot.depth in DEEP and snapshot.usable and not health_of.transient_gaps(snapshot):
        watched.health = replace(watched.health, owed_since=None)


def retry(watched: Watched, snapshot: Snapshot, follow: Follow | None) -> Follow | None:
    """Try a deep read that had gaps once more, later; not for ever."""
    if snapshot.depth not in DEEP:
        return follow
    gaps = not snapshot.usable or health_of.transient_gaps(snapshot) > 0
    if not gaps or watched.retried:
        watched.retried = False
        return None
    watched.retried = True
    return follow or Follow(Depth.INVENTORY, watched.controller.schedule.deep_pause_s)


def _after(watched: Watched, snapshot: Snapshot, now: datetime) -> Health:
    verified = health_of.transient_gaps(snapshot) == 0
    if not verified:
        watched.doubt = health_of.deeper(watched.doubt, snapshot.depth)
    return health_of.after_success(watched, snapshot.depth, now, verified=verified)
