"""How a controller stands: what its last polls brought, what is not seen and why. Pure.

"Unchanged" is said only of aspects in which a change would have been seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.cli.times import age, stamp
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.finding import Finding
from ccontrol.model.journal import Outcome
from ccontrol.model.state import State
from ccontrol.poll.staleness import is_stale
from ccontrol.store.index_rows import PollStatus
from ccontrol.store.standing import Enrolment, Health, Pause

_NOT_MISSED = frozenset({Aspect.SIGHT, Aspect.VALUES})
"""Sight is how we see, and values are read only where configured: neither is a blind spot."""


@dataclass(frozen=True, slots=True)
class UnreadUnit:
    """Something that the controller has and that could not be read."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything on disk that tells how a controller stands."""

    polls: PollStatus
    health: Health
    enrolment: Enrolment | None = None
    pause: Pause | None = None
    state: State | None = None
    """Only what sight, strengths and findings say; None when nothing is stored."""
    unreadable: str = ""
    """Why what is stored of it cannot be understood."""


@dataclass(frozen=True, slots=True)
class ControllerStanding:
    """How one controller stands."""

    site: str
    area: str
    controller_id: str
    name: str
    address: str
    outcome: Outcome | None
    depth: Depth | None
    reason: str
    succeeded_at: datetime | None
    attempted_at: datetime | None
    next_at: datetime | None
    stale: bool
    """See `poll.staleness`."""
    suppressed: bool
    enrolled: bool
    paused: Pause | None
    quarantined_until: datetime | None
    failures_in_a_row: int
    unreadable: str = ""
    """Why what is stored of it cannot be understood; empty when it can."""
    unread: tuple[UnreadUnit, ...] = ()
    findings: tuple[Finding, ...] = ()
    strengths: Mapping[Aspect, Strength] = field(default_factory=dict)
    """How well a change would be seen, for each aspect; empty while nothing is stored."""

    @property
    def unseen(self) -> tuple[Aspect, ...]:
        """The aspects in which nothing would be seen."""
        return tuple(
            aspect
            for aspect, strength in self.strengths.items()
            if strength is Strength.NONE and aspect not in _NOT_MISSED
        )


def controller_standing(controller: Controller, known: Known, now: datetime) -> ControllerStanding:
    """Return how a controller stands now."""
    polls, health, state = known.polls, known.health, known.state
    pause = known.pause if known.pause and not _over(known.pause.until, now) else None
    return ControllerStanding(
        site=controller.site,
        area=controller.area,
        controller_id=controller.id,
        name=controller.name,
        address=f"{controller.address}:{controller.port}",
        outcome=polls.outcome,
        depth=polls.depth,
        reason=polls.reason,
        succeeded_at=polls.succeeded_at,
        attempted_at=polls.attempted_at,
        next_at=polls.next_at,
        stale=polls.attempted_at is not None
        and is_stale(
            controller.schedule,
            now,
            polls.succeeded_at,
            _ended(known.pause, now),
            paused=bool(pause),
        ),
        suppressed=polls.outcome is Outcome.SUPPRESSED,
        enrolled=known.enrolment is not None,
        paused=pause,
        quarantined_until=None
        if _over(health.quarantined_until, now)
        else health.quarantined_until,
        failures_in_a_row=health.failures,
        unreadable=known.unreadable,
        unread=() if state is None else tuple(_unread(state)),
        findings=() if state is None else tuple(sorted(state.findings)),
        strengths={} if state is None else _strengths(state),
    )


def attention(
    status: ControllerStanding, now: datetime, *, passing: bool = True
) -> tuple[str, ...]:
    """Return what somebody should look at, one phrase each; empty when all is well.

    Without what is `passing`, one poll that failed is left out: lines have their moments.
    """
    found = [finding.code for finding in status.findings]
    found += _failing(status, passing=passing)
    if status.unreadable:
        found.append("its history cannot be read")
    if status.paused:
        until = "until resumed" if status.paused.until is None else _until(status.paused.until)
        found.append(f"paused {until}")
    elif status.stale:
        found.append(f"stale: last success {age(status.succeeded_at, now)}")
    if status.quarantined_until:
        found.append(f"quarantined {_until(status.quarantined_until)}")
    if not status.enrolled:
        found.append("not enrolled")
    if status.unread:
        found.append(f"{len(status.unread)} unread")
    if status.unseen:
        found.append(f"blind: {', '.join(status.unseen)}")
    return tuple(dict.fromkeys(found))


def outcome_words(status: ControllerStanding) -> str:
    """Return the outcome of the last poll without claiming more than was seen."""
    if status.outcome is None:
        return "never asked"
    if status.outcome is Outcome.GLANCED:
        return "only glanced at"
    if status.outcome is not Outcome.UNCHANGED:
        return status.outcome.value
    return "unchanged where seen" if status.unseen or status.unread else "unchanged"


def sight_words(status: ControllerStanding, aspect: Aspect) -> str:
    """Return what can be said of one aspect since the last change."""
    strength = status.strengths.get(aspect, Strength.NONE)
    if strength is Strength.NONE:
        return "cannot tell: nothing of it is read"
    if status.succeeded_at is None:
        return "cannot tell: no poll has succeeded"
    words = {
        Strength.CONTENT: "read and compared byte by byte",
        Strength.FINGERPRINT: "a checksum is compared",
        Strength.INDICATOR: "only something that usually moves with it is read",
    }
    return f"{words[strength]}, last at {stamp(status.succeeded_at)}"


def _strengths(state: State) -> dict[Aspect, Strength]:
    return {
        aspect: state.strengths.get(aspect, Strength.NONE)
        for aspect in Aspect
        if aspect not in _NOT_MISSED or aspect in state.strengths
    }


def _unread(state: State) -> list[UnreadUnit]:
    lists = [
        UnreadUnit(f"list of {kind}s", reason) for kind, reason in sorted(state.unlisted.items())
    ]
    units = [
        UnreadUnit(str(unit), known.unread)
        for unit, known in sorted(state.units.items())
        if known.unread is not None
    ]
    return lists + units


def _failing(status: ControllerStanding, *, passing: bool) -> list[str]:
    count = status.failures_in_a_row
    if status.outcome is not Outcome.FAILED or (count <= 1 and not passing):
        return []
    times = f"{count} times" if count > 1 else "once"
    return [f"failed {times}: {status.reason}" if status.reason else f"failed {times}"]


def _ended(pause: Pause | None, now: datetime) -> datetime | None:
    """Return when a pause ended by itself; it is remembered until the daemon takes it away."""
    return pause.until if pause and _over(pause.until, now) else None


def _over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _until(at: datetime) -> str:
    return f"until {stamp(at)}"
