"""Whether everybody was looked at in time, from the journal alone, held against the timetable.

Asks no daemon: what the journal does not say did not happen.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.schedule import Turn, next_phase
from ccontrol.poll.waiting import Key

NO_ANSWER = frozenset({Outcome.MISSED, Outcome.FAILED})
CLOCKS = timedelta(milliseconds=50)
"""A poll may seem to begin so much before its turn: its duration is told in whole ms."""


@dataclass(frozen=True)
class Window:
    """The time that is measured, and what falls due in it."""

    site: str
    names: tuple[str, ...]
    glance_s: float
    begun: datetime
    ended: datetime
    read: datetime
    """When the journal was read: a turn that nobody has served by then is at least so late."""


@dataclass(frozen=True)
class Coverage:
    """What the journal says of a window."""

    due: int
    """Glances that fell due."""
    served: int
    latest_s: float
    """The longest time from when a glance was due to when its controller had answered."""
    unseen_s: float
    """The longest time in which any controller gave no answer, edges included."""
    gaps: int
    """Polls or whole times that were missed, as the daemon itself tells."""
    failed: int
    polls: dict[Depth, int]
    outcomes: dict[Outcome, int]
    requests: int


def cover(window: Window, entries: list[JournalEntry]) -> Coverage:
    """Judge a window by its journal, which must reach back by one interval."""
    entries = sorted(entries, key=lambda entry: entry.at)
    answers: dict[str, list[JournalEntry]] = defaultdict(list)
    for entry in entries:
        if entry.outcome not in NO_ANSWER:
            answers[entry.controller_id].append(entry)
    late = [
        _late_s(due, answers[name], window.read)
        for name in window.names
        for due in _due(window, name)
    ]
    inside = [entry for entry in entries if window.begun <= entry.at <= window.ended]
    return Coverage(
        due=len(late),
        served=sum(seconds is not None for seconds, _ in late),
        latest_s=max((waited for _, waited in late), default=0.0),
        unseen_s=max(_unseen_s(window, answers[name]) for name in window.names),
        gaps=sum(entry.outcome is Outcome.MISSED for entry in inside),
        failed=sum(entry.outcome is Outcome.FAILED for entry in inside),
        polls={depth: sum(entry.depth is depth for entry in inside) for depth in Depth},
        outcomes={one: sum(entry.outcome is one for entry in inside) for one in Outcome},
        requests=sum(entry.requests for entry in inside),
    )


def _due(window: Window, name: str) -> Iterator[datetime]:
    at = next_phase(Turn(Key(window.site, name), Depth.GLANCE, window.glance_s), window.begun)
    while at <= window.ended:
        yield at
        at += timedelta(seconds=window.glance_s)


def _late_s(
    due: datetime, answers: list[JournalEntry], read: datetime
) -> tuple[float | None, float]:
    """Return after how many seconds it was answered (None: not yet), and how long it waited."""
    for entry in answers:
        if entry.at - timedelta(milliseconds=entry.duration_ms) >= due - CLOCKS:
            served_s = (entry.at - due).total_seconds()
            return served_s, served_s
    return None, (read - due).total_seconds()


def _unseen_s(window: Window, answers: list[JournalEntry]) -> float:
    """Return the longest time without an answer that lies in the window, or began before it."""
    reach = window.begun - timedelta(seconds=window.glance_s)
    times = [reach, *(e.at for e in answers if reach < e.at <= window.ended), window.ended]
    return max((after - before).total_seconds() for before, after in pairwise(times))
