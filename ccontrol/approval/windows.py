"""How a change lies to a change window, and how a window stands or ended. Pure.

A poll sees a change between two looks. A window that opens or closes between them is not missed
for that: `GRAIN` is how far the time in which a change can have happened may reach beyond it.
"""

from datetime import datetime, timedelta

from ccontrol.approval.case import Case
from ccontrol.model.approval import ChangeWindow, WindowEnd, WindowVersion
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ECHOES, Change
from ccontrol.policy.patterns import looks_like

GRAIN = timedelta(minutes=15)
NEAR = timedelta(days=1)
"""A window so far away from a change has nothing to do with it."""
BY_ITSELF = frozenset({Aspect.MODE, Aspect.VALUES, Aspect.SIGHT, Aspect.INVENTORY})
"""What moves every day, and is approved by nobody."""


def is_about(window: ChangeWindow, controller_id: str) -> bool:
    """Tell whether a window is about a controller."""
    return any(looks_like(pattern, controller_id) for pattern in window.controllers)


def out_of_scope(window: ChangeWindow, case: Case) -> str:
    """Return what of a change the window does not allow; empty when it allows all of it.

    A sum over many units moves with each of them: it is of no object by itself, but where it alone
    moved nobody can tell which object did, and no window of objects allows that.
    """
    changes = case.record.changes.changes
    told = {change.aspect for change in changes if change.unit.kind not in ECHOES}
    for change in changes:
        if change.unit.kind in ECHOES and change.aspect in told:
            continue
        if change.aspect not in BY_ITSELF and not _allows(window, change):
            return f"{window.id} does not allow {change.title or change.unit.key}"
    expected = {one.sha256 for one in window.files}
    strangers = case.files - expected if expected else frozenset()
    if strangers:
        return f"{window.id} expects other files than {min(strangers)[:12]}…"
    return ""


def not_dropped(window: ChangeWindow, case: Case) -> str:
    """Return which expected files nobody dropped, as the rest of a sentence; empty: all came.

    What was loaded nobody can tell by that: a file that did not come is said, and forbids nothing.
    """
    missing = [one.name for one in window.files if one.sha256 not in case.dropped]
    if not missing:
        return ""
    if len(missing) == len(window.files):
        return "; none of the files that it expects was dropped"
    return f"; of the files that it expects, {', '.join(sorted(missing))} was not dropped"


def out_of_time(window: ChangeWindow, since: datetime | None, until: datetime) -> str:
    """Return how the time of a change lies outside of a window; empty when it lies in it."""
    if since is None:
        return f"nobody can tell when it began, so that {window.id} may not cover it"
    if until <= window.since or since >= window.until:
        return f"it happened outside of {window.id}"
    # Grain and nearness move the change, never the window: one may be signed until the year 9999.
    if since + GRAIN < window.since or until - GRAIN > window.until:
        return f"it can have happened outside of {window.id}: nobody looked in between"
    return ""


def held_beforehand(version: WindowVersion, since: datetime | None) -> bool:
    """Tell whether a window was seen before a change began, and not taken back by then."""
    seen_at, ended_at = version.commit.seen_at, version.ended_at
    if seen_at is None or since is None or version.window.cancelled:
        return False
    return seen_at <= since and (ended_at is None or since < ended_at)


def is_near(window: ChangeWindow, since: datetime | None, until: datetime) -> bool:
    """Tell whether a window is near enough to a change to be told beside it."""
    return window.since < until + NEAR and (since or until) - NEAR < window.until


def end_of(window: ChangeWindow, uses: int, now: datetime) -> WindowEnd:
    """Return how a window stands now, or how it ended."""
    if window.cancelled:
        return WindowEnd.CANCELLED
    if window.changes_at_most and uses >= window.changes_at_most:
        return WindowEnd.USED_UP
    if now < window.since:
        return WindowEnd.SOON if window.since - now < NEAR else WindowEnd.AHEAD
    if now < window.until:
        return WindowEnd.OPEN
    return WindowEnd.USED if uses else WindowEnd.NOT_USED


def _allows(window: ChangeWindow, change: Change) -> bool:
    scope, name = window.scope, f"{change.unit.kind}/{change.unit.key}"
    if scope.aspects and change.aspect not in scope.aspects:
        return False
    return not scope.objects or any(looks_like(pattern, name) for pattern in scope.objects)
