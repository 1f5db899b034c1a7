"""What a poll's result asks for next: nothing, a second look, the log, or a deep read. Pure.

Compares a glance with the small face that the engine keeps of each controller; whole states are
compared in the pipeline.
What a restless controller shows is held back here; what counts as restless stands in restless.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import ChangeSet
from ccontrol.model.clock import ClockReading
from ccontrol.model.controller import Schedule
from ccontrol.model.finding import ENGINE_CODES
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import LogEntry, Read, Snapshot
from ccontrol.model.state import State
from ccontrol.model.unit import UnitId
from ccontrol.poll.log_news import clock_jump, gathered, new_in_log, read_up_to

SETTLING = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION, Aspect.INVENTORY})
"""What an engineer moves step by step while downloading: looked at twice before it counts."""
RESTLESS_AT_MOST = 4
"""So many glances in a row that disagree count as agreed: not settling must not hide anything."""
MODULES = frozenset({Aspect.HARDWARE, Aspect.FIRMWARE, Aspect.IDENTITY})
"""What a look at the log reads beside it."""
DEEP = frozenset({Depth.INVENTORY, Depth.FULL})


@dataclass(frozen=True, slots=True)
class Memory:
    """What the engine keeps of a controller between two polls."""

    face: State | None = None
    """The units that a glance yields, and the findings; None while nothing is stored of it."""
    pending: str = ""
    """Digest of the glance that waits for a second one to agree; "" when nothing is pending."""
    pending_at: datetime | None = None
    shown_by: datetime | None = None
    """When the first look had ended that showed what is pending."""
    restless: int = 0
    """Glances in a row that disagreed with the one before."""
    log: tuple[LogEntry, ...] = ()
    """Entries of the controller's log that no poll has reported yet, newest first."""
    log_marker: str = ""
    """The newest entry of the last log that was read as far as the one before, raw."""
    log_told: frozenset[str] = frozenset()
    """Entries above the marker that have been reported already, raw."""
    clock: ClockReading | None = None
    """The controller's clock, as it was read last."""
    unread: int = 0
    """Units and lists that stand unread in the history."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else the decision depends on."""

    now: datetime
    schedule: Schedule
    enrolled: bool
    last_deep_at: datetime | None
    """When a trigger last led to a deep read."""
    held: Mapping[Aspect, float] = field(default_factory=dict)
    """Restless aspects, and the seconds until changes of theirs alone may be committed again."""
    quiet: bool = False
    """A witness saw somebody's work, and it was waited until that was over: the second look may
    follow at once."""

    @property
    def deep_wait_s(self) -> float:
        """Seconds until a trigger may lead to a deep read again; 0 when it may now."""
        return deep_wait_s(self.last_deep_at, self.schedule, self.now)


@dataclass(frozen=True, slots=True)
class Follow:
    """A poll that a result asks for."""

    depth: Depth
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a poll."""

    outcome: Outcome
    """Where `commit` is set, the whole states decide between changed and unchanged."""
    memory: Memory
    commit: Snapshot | None = None
    """What to hold against the whole state now."""
    follow: Follow | None = None
    reason: str = ""
    held: ChangeSet | None = None
    """What is not committed now, since the controller is restless: the history stays as it is, so
    that a later look finds the same difference again."""


def decide(memory: Memory, snapshot: Snapshot, at: Circumstances) -> Decision:
    """Say what a snapshot leads to."""
    heard = _with_log(memory, snapshot)
    if not snapshot.usable:
        return _incomplete(heard, snapshot, at)
    if not at.enrolled:
        return _only_glanced_at(heard, snapshot)
    if snapshot.depth in DEEP:
        settled = replace(heard, pending="", restless=0)
        return Decision(Outcome.UNCHANGED, settled, commit=snapshot)
    if memory.face is None:
        first = Follow(Depth.FULL, at.deep_wait_s)
        return Decision(Outcome.PENDING, heard, follow=first, reason="seen for the first time")
    return _look(memory.face, heard, snapshot, at)


def deep_wait_s(last_deep_at: datetime | None, schedule: Schedule, now: datetime) -> float:
    """Return the seconds until a trigger may lead to a deep read again; 0 when it may now."""
    if last_deep_at is None:
        return 0.0
    allowed_at = last_deep_at + timedelta(seconds=schedule.deep_pause_s)
    wait_s = (allowed_at - now).total_seconds()
    return min(max(0.0, wait_s), schedule.deep_pause_s)  # whatever the clock was set to


def face_of(state: State, glanced: Iterable[UnitId]) -> State:
    """Return the part of a state that a glance can be held against."""
    names = set(glanced)
    units = {unit: known for unit, known in state.units.items() if unit in names}
    return replace(state, units=units, unlisted={})


def what_moved(face: State, snapshot: Snapshot) -> ChangeSet:
    """Return what a poll shows to be different from the face; what the face lacks is left out."""
    known = {unit: seen for unit, seen in snapshot.sightings.items() if unit in face.units}
    glance = snapshot if snapshot.depth is Depth.GLANCE else replace(snapshot, sightings=known)
    return compare(face, merge(face, replace(glance, listings={})))


def _look(face: State, memory: Memory, snapshot: Snapshot, at: Circumstances) -> Decision:
    changes = what_moved(face, snapshot)
    log_moved = bool(snapshot.log) and snapshot.log[0].raw != memory.log_marker
    calm = replace(memory, pending="", restless=0)
    is_glance, read_log = snapshot.depth is Depth.GLANCE, not at.held.keys() & MODULES
    if _is_held(changes, at):
        follow = Follow(Depth.DIAGNOSTICS) if is_glance and log_moved and read_log else None
        rest = _beside(face, snapshot)
        alone = rest and replace(rest, findings=frozenset(), checked=frozenset(), strengths={})
        return Decision(Outcome.PENDING, calm, commit=alone, follow=follow, held=changes)
    if any(change.aspect in SETTLING for change in changes.changes):
        decision = _settle(memory, snapshot, at, read_log=log_moved)
        return decision if decision.commit else replace(decision, commit=_beside(face, snapshot))
    if not is_glance:
        return Decision(Outcome.UNCHANGED, calm, commit=snapshot, reason=_news(calm))
    follow = Follow(Depth.DIAGNOSTICS) if (changes or log_moved) and read_log else None
    if changes:
        return Decision(Outcome.CHANGED, calm, commit=snapshot, follow=follow)
    reason = "went back to what it was" if memory.pending else ""
    return Decision(Outcome.UNCHANGED, calm, follow=follow, reason=reason)


def observed(changes: ChangeSet) -> frozenset[Aspect]:
    """Return the aspects in which the controller differs, our own findings left out."""
    found = (change for change in changes.changes if change.unit.kind not in ENGINE_CODES)
    return frozenset(change.aspect for change in found)


def _is_held(changes: ChangeSet, at: Circumstances) -> bool:
    """Say whether all that differs is restless; a calm aspect beside it is never made to wait."""
    aspects = observed(changes)
    return bool(aspects) and aspects <= at.held.keys()


def _settle(memory: Memory, snapshot: Snapshot, at: Circumstances, *, read_log: bool) -> Decision:
    """Two looks must agree before what they show counts."""
    digest = shown(memory.face, snapshot)
    if digest == memory.pending and _too_soon(memory, at):
        return Decision(Outcome.PENDING, memory, reason="waits for a second look")
    restless = memory.restless + 1
    shown_by = memory.shown_by if digest == memory.pending else _read_by(snapshot)
    fresh = replace(memory, pending=digest, shown_by=shown_by, restless=restless)
    if digest != memory.pending and restless < RESTLESS_AT_MOST:
        waiting = replace(fresh, pending_at=None if at.quiet else at.now)
        depth = Depth.DIAGNOSTICS if read_log else Depth.GLANCE
        follow = Follow(depth, 0.0 if at.quiet else at.schedule.settle_s)
        return Decision(Outcome.PENDING, waiting, follow=follow, reason="waits for a second look")
    agreed = fresh
    wait_s = at.deep_wait_s
    if not wait_s:
        reason = "a second look agreed; the program is read next"
        return Decision(Outcome.PENDING, agreed, follow=Follow(Depth.INVENTORY), reason=reason)
    return Decision(
        Outcome.SUPPRESSED,
        replace(agreed, pending="", restless=0),
        commit=_without_hints(snapshot),
        follow=Follow(Depth.INVENTORY, wait_s),
        reason=f"the program is read in {wait_s:.0f} s: one triggered deep read"
        f" in {at.schedule.deep_pause_s:.0f} s is allowed",
    )


def _too_soon(memory: Memory, at: Circumstances) -> bool:
    """Say whether a second look is not worth it yet; a clock that stepped makes no look wait."""
    if memory.pending_at is None:
        return False
    since_s = (at.now - memory.pending_at).total_seconds()
    return 0 <= since_s < at.schedule.settle_s * 0.9


def _without_hints(snapshot: Snapshot) -> Snapshot:
    """Return a look without what proves no change before the blocks are read."""
    proven = {unit: seen for unit, seen in snapshot.sightings.items() if unit not in snapshot.hints}
    return replace(snapshot, sightings=proven) if snapshot.hints else snapshot


def _beside(face: State, snapshot: Snapshot) -> Snapshot | None:
    """Return what a look at the log learnt beside the things that must settle first."""
    if snapshot.depth is not Depth.DIAGNOSTICS:
        return None
    beside = {unit: seen for unit, seen in snapshot.sightings.items() if unit not in face.units}
    return replace(snapshot, sightings=beside)


def _only_glanced_at(memory: Memory, snapshot: Snapshot) -> Decision:
    """Nothing of a controller is stored before somebody enrolled it; its face is remembered."""
    face = memory.face or merge(None, snapshot)
    titles = ", ".join(change.title for change in what_moved(face, snapshot).changes)
    reason = "not enrolled: nothing is stored to hold it against"
    reason += f"; moved since the last glance: {titles}" if titles else ""
    seen = replace(memory, face=merge(face, snapshot), log=())
    return Decision(Outcome.GLANCED, seen, reason=reason)


def _incomplete(memory: Memory, snapshot: Snapshot, at: Circumstances) -> Decision:
    retry = None
    if snapshot.depth in DEEP:
        retry = Follow(snapshot.depth, max(at.deep_wait_s, at.schedule.settle_s))
    return Decision(Outcome.INCOMPLETE, memory, follow=retry, reason=snapshot.reason)


def reported(memory: Memory) -> Memory:
    """Return the memory after its log has been reported: no entry of it is news again."""
    told = frozenset(entry.raw for entry in memory.log if entry.raw)
    return replace(memory, log=(), log_told=told)


def _with_log(memory: Memory, snapshot: Snapshot) -> Memory:
    """Take in the log entries that are new; the first log ever seen is news to nobody."""
    jump = clock_jump(memory.clock, snapshot.clock)
    before = (jump, *memory.log) if jump else memory.log
    heard = replace(memory, log=before, clock=snapshot.clock or memory.clock)
    if not snapshot.log:
        return heard
    newest = snapshot.log[0].raw
    if not memory.log_marker:
        return replace(heard, log_marker=newest)
    found = new_in_log(snapshot, memory.log_marker)
    fresh = tuple(entry for entry in found if entry.raw not in memory.log_told)
    if jump:  # nobody can tell which of them are of before
        fresh = tuple(replace(entry, about=None) for entry in fresh)
    # A glance shows one entry: it tells that there is news, and the whole log has to be read yet.
    looked = snapshot.depth is not Depth.GLANCE and read_up_to(snapshot, memory.log_marker)
    marker = newest if looked else memory.log_marker
    return replace(heard, log=gathered(fresh, before), log_marker=marker)


def _read_by(snapshot: Snapshot) -> datetime:
    return snapshot.read_by or snapshot.taken_at


def shown(face: State | None, snapshot: Snapshot) -> str:
    """Name what a look shows of the things that must settle."""
    digest = hashlib.sha256()
    for unit_id, known in sorted((face.units if face else {}).items()):
        sighting = snapshot.sightings.get(unit_id)
        if isinstance(sighting, Read):
            if sighting.unit.aspect in SETTLING:
                digest.update(f"{unit_id}={sighting.unit.full}\n".encode())
        elif known.unit is None or known.unit.aspect in SETTLING:
            digest.update(f"{unit_id} {sighting}\n".encode())
    return digest.hexdigest()


def _news(memory: Memory) -> str:
    if not memory.log:
        return ""
    newest = memory.log[0]
    return f"{len(memory.log)} new in its log, newest {newest.code}: {newest.text}"
