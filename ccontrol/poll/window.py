"""Between when a change can have happened: each changed unit its own window, and their hull. Pure.

A unit's window begins when the last poll began that would have seen its change and found it as the
history has it. A glance sees the controller's own checksum words, its locks and its mode; the
log's depth modules and firmware as well; an inventory which blocks there are and their
fingerprints; only a full read everything. A word that moved stands for a unit when a fact of it
that goes into the word moved too, and no other change can have cancelled that: then the unit moved
after the last glance that saw the old word. The window ends with the last answer of the poll that
showed the change, or of the one before it that showed the same words already. What a poll left open
(a second look that is awaited, an answer that could not be verified) proves nothing. Where it
cannot be told for sure the window is wider, never narrower.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.finding import ENGINE_CODES
from ccontrol.model.journal import Outcome
from ccontrol.model.judgement import Window
from ccontrol.model.snapshot import Snapshot, Word
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId, Value, field
from ccontrol.poll.triage import DEEP, MODULES, Memory, shown
from ccontrol.poll.watched import Watched, transient_gaps

KEPT_EVERY = timedelta(hours=1)
"""So often the time of a glance is kept for a restart: after one the window is that much wider."""
_AGREED = frozenset({Outcome.UNCHANGED, Outcome.CHANGED, Outcome.SUPPRESSED})
_LOOKS_AT_MODULES = frozenset({Depth.DIAGNOSTICS, Depth.FULL})
_SEEN_BY_LISTS = frozenset({Kind.ADDED, Kind.REMOVED})

Part = frozenset[Value | None]


@dataclass(frozen=True, slots=True)
class Looks:
    """When the things that a poll can show were last seen as the history has them; None: never."""

    glanced_at: datetime | None = None
    modules_at: datetime | None = None
    blocks_at: datetime | None = None
    everything_at: datetime | None = None
    glanced: frozenset[UnitId] = frozenset()
    """What a glance shows of this controller."""
    shown_by: datetime | None = None
    """When an earlier look had shown the very words that this poll shows; None: none had."""


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
    if depth is Depth.FULL:
        health = replace(health, everything_agreed_at=at)
    watched.health = health


def looks_before(watched: Watched, memory: Memory, snapshot: Snapshot) -> Looks:
    """Return what is known before a poll counts; `memory` is that of before it."""
    health, face = watched.health, memory.face
    return Looks(
        glanced_at=watched.agreed_at or health.agreed_at,
        modules_at=health.modules_agreed_at,
        blocks_at=health.blocks_agreed_at,
        everything_at=health.everything_agreed_at,
        glanced=frozenset(face.units if face else ()),
        shown_by=memory.shown_by if memory.pending == shown(face, snapshot) else None,
    )


def windows(
    looks: Looks, snapshot: Snapshot, states: tuple[State | None, State], changes: ChangeSet
) -> tuple[Window, tuple[Window, ...]]:
    """Return the hull of the windows of all that differs between two states, and each window.

    Our own findings happen when they are told: they have no part in the hull, and its window.
    """
    told = [change for change in changes.changes if not _is_own(change)]
    covered = _covered(snapshot.words, states, told)
    each = [
        Window(
            _begin(looks, snapshot.depth, states, change, covered),
            _end(looks, snapshot, change, covered),
        )
        for change in told
    ]
    known = [one.opened_at for one in each if one.opened_at is not None]
    begin = min(known) if known and len(known) == len(told) else None
    whole = Window(begin, max((one.closed_at for one in each), default=snapshot.taken_at))
    rest = iter(each)
    return whole, tuple(whole if _is_own(one) else next(rest) for one in changes.changes)


def _is_own(change: Change) -> bool:
    return change.unit.kind in ENGINE_CODES


def _begin(
    looks: Looks,
    depth: Depth,
    states: tuple[State | None, State],
    change: Change,
    covered: frozenset[UnitId],
) -> datetime | None:
    if change.unit in looks.glanced and change.aspect is not Aspect.SIGHT:
        return looks.glanced_at
    if _stands_for(change, covered):
        return looks.glanced_at
    if change.aspect in MODULES:
        return looks.modules_at
    if depth is Depth.GLANCE:
        return looks.glanced_at
    if depth is Depth.DIAGNOSTICS:
        return looks.modules_at
    return looks.blocks_at if _seen_by_an_inventory(states, change) else looks.everything_at


def _end(looks: Looks, snapshot: Snapshot, change: Change, covered: frozenset[UnitId]) -> datetime:
    if _stands_for(change, covered) and looks.shown_by is not None:
        return looks.shown_by
    return snapshot.read_by or snapshot.taken_at


def _stands_for(change: Change, covered: frozenset[UnitId]) -> bool:
    """Whether a word stands for a change; actual values go into none."""
    return change.unit in covered and change.aspect is not Aspect.VALUES


def _seen_by_an_inventory(states: tuple[State | None, State], change: Change) -> bool:
    """An inventory tells which blocks there are, and compares their fingerprints."""
    if change.aspect in {Aspect.VALUES, Aspect.SIGHT}:
        return False
    old, new = _units(states, change.unit)
    if change.kind in _SEEN_BY_LISTS:
        return True
    return old is not None and new is not None and old.fingerprint != new.fingerprint


def _covered(
    words: Iterable[Word], states: tuple[State | None, State], changes: list[Change]
) -> frozenset[UnitId]:
    """Return the changed units for which a word stands that moved with them, and the words."""
    moved = {change.unit for change in changes if change.kind is Kind.CHANGED}
    found: set[UnitId] = set()
    for word in words:
        if word.unit not in moved:
            continue
        parts = {
            change.unit: part
            for change in changes
            if change.unit.kind in word.kinds
            and change.unit not in word.besides
            and (part := _part(states, change.unit, word.fact))
        }
        alike = Counter(parts.values())
        found |= {unit for unit, part in parts.items() if alike[part] == 1} | {word.unit}
    return frozenset(found)


def _part(states: tuple[State | None, State], unit_id: UnitId, fact: str) -> Part | None:
    """Return how a unit moved a word. Alike ones cancel each other, as of a renumbered block."""
    old, new = (field(unit.fields, fact) if unit else None for unit in _units(states, unit_id))
    return None if old == new else frozenset({old, new})


def _units(states: tuple[State | None, State], unit_id: UnitId) -> tuple[Unit | None, Unit | None]:
    before, after = states
    old = before.units.get(unit_id) if before else None
    new = after.units.get(unit_id)
    return old.unit if old else None, new.unit if new else None
