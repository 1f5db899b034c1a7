"""Since when a change can have happened: which poll was the last that would have seen it. Pure.

A glance sees the controller's own checksum words, its locks and its mode; the log's depth sees
modules and firmware as well; only a deep read sees every block. What a poll left open (a second
look that is awaited, an answer that could not be verified) proves nothing. Where it cannot be told
for sure the window is wider, never narrower.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll.triage import DEEP, SETTLING, what_moved
from ccontrol.poll.watched import Watched, transient_gaps

KEPT_EVERY = timedelta(hours=1)
"""So often the time of a glance is kept for a restart: after one the window is that much wider."""
_AGREED = frozenset({Outcome.UNCHANGED, Outcome.CHANGED, Outcome.SUPPRESSED})
_LOOKS_AT_MODULES = frozenset({Depth.DIAGNOSTICS, Depth.FULL})


def remember(watched: Watched, snapshot: Snapshot, outcome: Outcome) -> None:
    """Note that history and controller agree since this poll, as deep as it looked.

    The time is the poll's beginning: what it saw was so then or later.
    """
    if outcome not in _AGREED or not snapshot.usable or transient_gaps(snapshot):
        return
    at, health, depth = snapshot.taken_at, watched.health, snapshot.depth
    watched.agreed_at = at
    kept = health.agreed_at
    if kept is None or depth is not Depth.GLANCE or abs(at - kept) >= KEPT_EVERY:
        health = replace(health, agreed_at=at)
    if depth in _LOOKS_AT_MODULES:
        health = replace(health, modules_agreed_at=at)
    if depth in DEEP:
        health = replace(health, blocks_agreed_at=at)
    watched.health = health


def opened_at(watched: Watched, snapshot: Snapshot) -> datetime | None:
    """Return since when what a snapshot shows can have happened; None when nobody can tell.

    Once the checksum words moved, the window of a deep read that they led to is that of the words.
    """
    health = watched.health
    glanced_at = watched.agreed_at or health.agreed_at
    match snapshot.depth:
        case Depth.GLANCE:
            return glanced_at
        case Depth.DIAGNOSTICS:
            return health.modules_agreed_at
        case Depth.INVENTORY:
            return glanced_at if _words_moved(watched, snapshot) else health.blocks_agreed_at
        case Depth.FULL:
            known = (health.modules_agreed_at, health.blocks_agreed_at)
            seen = [at for at in known if at is not None]
            return min(seen) if len(seen) == len(known) else None


def _words_moved(watched: Watched, snapshot: Snapshot) -> bool:
    face = watched.memory.face
    if face is None:
        return False
    return any(change.aspect in SETTLING for change in what_moved(face, snapshot).changes)
