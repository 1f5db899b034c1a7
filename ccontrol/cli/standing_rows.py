"""How a controller stands: what its last polls brought, what is not seen and why. Pure.

"Unchanged" is said only of aspects in which a change would have been seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.cli.baselines import Standing as Approved
from ccontrol.cli.outcomes import NO_BLIND_SPOTS, outcome_words
from ccontrol.cli.sight_words import Looks
from ccontrol.cli.times import age, stamp
from ccontrol.model.approval import Baseline
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.finding import Finding
from ccontrol.model.journal import Outcome
from ccontrol.model.state import State
from ccontrol.poll.staleness import is_stale
from ccontrol.store.index_rows import PollStatus
from ccontrol.store.standing import Enrolment, Health, Pause

_OPEN = frozenset({Baseline.DRIFT, Baseline.NOT_APPROVED})
"""Somebody has to decide; what is not proven is told by what is unread."""


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
    """Only what sight, strengths, findings and the controller's own checksums say; None when
    nothing is stored."""
    unreadable: str = ""
    """Why what is stored of it cannot be understood."""
    polls_unknown: str = ""
    """Why nobody can tell what came of its last polls."""
    project_file: str = ""
    """The project file that was dropped last, and whether it is bound; empty: none ever was."""
    approved: Approved | None = None
    """How it stands to what people approved; None: nobody approves anything there."""
    best: Mapping[Aspect, Strength] = field(default_factory=dict)
    """How well its family can see a change at best; what is not named, not at all."""


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
    polls_unknown: str
    """Why nobody can tell what came of its last polls; empty when somebody can."""
    owed_since: datetime | None
    """Since when something that moved waits for a deep read."""
    looks: Looks
    """When it was last looked at, depth by depth."""
    unreadable: str = ""
    """Why what is stored of it cannot be understood; empty when it can."""
    unread: tuple[UnreadUnit, ...] = ()
    findings: tuple[Finding, ...] = ()
    strengths: Mapping[Aspect, Strength] = field(default_factory=dict)
    """How well a change would be seen, for each aspect; empty while nothing is stored."""
    project_file: str = ""
    """The project file that was dropped last, and whether it is bound; empty: none ever was."""
    baseline: Baseline | None = None
    """How it stands to what people approved; None: nobody approves anything there."""
    differs: int = 0
    """So many of its files differ from what is approved."""
    baseline_by: str = ""
    """The upgrade of what was approved after which that holds; empty: none was needed."""
    beyond: tuple[Aspect, ...] = ()
    """The aspects of which nothing is read on any controller of its family."""

    @property
    def unseen(self) -> tuple[Aspect, ...]:
        """The aspects in which nothing would be seen."""
        return tuple(
            aspect
            for aspect, strength in self.strengths.items()
            if strength is Strength.NONE and aspect not in NO_BLIND_SPOTS
        )

    @property
    def says(self) -> str:
        """What is known of the last poll, in words that claim no more than was seen."""
        if self.outcome is None:
            return "unknown" if self.polls_unknown else "never asked"
        in_part = bool(self.unseen or self.unread)
        return outcome_words(self.outcome, in_part=in_part, owed=self.owed_since is not None)


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
        polls_unknown=known.polls_unknown,
        owed_since=health.owed_since,
        project_file=known.project_file,
        looks=_looks(known),
        unreadable=known.unreadable,
        unread=() if state is None else tuple(_unread(state)),
        findings=() if state is None else tuple(sorted(state.findings)),
        strengths={} if state is None else _strengths(state),
        baseline=known.approved.baseline if known.approved else None,
        differs=known.approved.differs if known.approved else 0,
        baseline_by=known.approved.by if known.approved else "",
        beyond=tuple(
            one
            for one in Aspect
            if one not in NO_BLIND_SPOTS and known.best.get(one, Strength.NONE) is Strength.NONE
        ),
    )


def attention(
    status: ControllerStanding, now: datetime, *, passing: bool = True
) -> tuple[str, ...]:
    """Return what somebody should look at, one phrase each; empty when all is well.

    Without what is `passing`, one poll that failed is left out: lines have their moments. What no
    controller of a family tells is no reason to look at one of them, day after day.
    """
    found = [finding.code for finding in status.findings]
    found += _failing(status, passing=passing)
    found += _unknown(status)
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
    if status.baseline in _OPEN:
        found.append(baseline_words(status))
    blind = [aspect for aspect in status.unseen if aspect not in status.beyond]
    if blind:
        found.append(f"blind: {', '.join(blind)}")
    return tuple(dict.fromkeys(found))


def baseline_words(status: ControllerStanding) -> str:
    """Return how it stands to what people approved; empty where nobody approves anything."""
    if status.baseline is None:
        return ""
    words = status.baseline.value
    if status.baseline is Baseline.DRIFT:
        words += f": {status.differs} {'file differs' if status.differs == 1 else 'files differ'}"
    return f"{words} (by {status.baseline_by})" if status.baseline_by else words


def _looks(known: Known) -> Looks:
    """Return when it was looked at. The index knows glances to the second, health to the hour."""
    health, polls = known.health, known.polls
    polled_at = None if polls.outcome is Outcome.GLANCED else polls.succeeded_at
    glances = [at for at in (polled_at, health.agreed_at) if at is not None]
    units = known.state.units.values() if known.state else ()
    return Looks(
        glance_at=max(glances, default=None),
        modules_at=health.modules_agreed_at,
        blocks_at=health.blocks_agreed_at,
        everything_at=health.everything_agreed_at,
        checksums=frozenset(one.unit.aspect for one in units if one.unit and one.unread is None),
    )


def _strengths(state: State) -> dict[Aspect, Strength]:
    return {
        aspect: state.strengths.get(aspect, Strength.NONE)
        for aspect in Aspect
        if aspect not in NO_BLIND_SPOTS or aspect in state.strengths
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


def _unknown(status: ControllerStanding) -> list[str]:
    found = []
    if status.polls_unknown:
        found.append("its last polls are unknown")
    if status.owed_since:
        found.append(f"a deep read is owed since {stamp(status.owed_since)}")
    if status.unreadable:
        found.append("its history cannot be read")
    return found


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
