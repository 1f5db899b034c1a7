"""What a story is made of: moments, each from one source, put into one order by our own clock."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOMENTS_AT_MOST = 10_000
"""More than anybody reads; a year of polls in unbroken runs has far fewer."""


class Sort(StrEnum):
    """What a moment is about. At equal times they stand in this order: causes first."""

    DAEMON = "daemon"
    """ccontrol itself began or ended to watch."""
    PAUSE = "pause"
    """People began or ended a pause."""
    GAP = "gap"
    """A witness, or ccontrol, did not watch."""
    WATCH = "watch"
    """A witness watched without a gap."""
    EVENT = "event"
    """A witness saw engineering traffic, or heard a controller tell of it."""
    LOG = "log"
    """An entry of the controller's own log."""
    POLLS = "polls"
    """Polls in an unbroken run, of which none brought anything new."""
    POLL = "poll"
    """A poll that brought something, or failed."""
    FILE = "file"
    """A project file was dropped."""
    CHANGE = "change"
    JUDGEMENT = "judgement"
    """A change was judged anew."""
    ALERT = "alert"


_RANK = {sort: rank for rank, sort in enumerate(Sort)}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. Texts are printable, one line each."""

    at: datetime
    """By our own clock, as well as we know."""
    sort: Sort
    text: str
    until: datetime | None = None
    """End of what lasted; None: it has no duration."""
    details: tuple[str, ...] = ()
    severity: str = ""
    origin: str = ""
    confidence: str = ""
    change_id: str = ""
    commit: str = ""
    count: int = 1
    """How many polls, packets or requests it stands for."""
    said_at: str = ""
    """When it happened by the clock of whoever told it, in their words; empty: it was ours."""
    clock: str = ""
    """How `at` was found from `said_at`."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one controller between two times."""

    site: str
    controller_id: str
    title: str
    since: datetime
    until: datetime
    moments: tuple[Moment, ...]
    left_out: int = 0
    """Moments that are older than the first one that is told."""
    notes: tuple[str, ...] = ()
    """What this story cannot know, one sentence each."""


class Newest:
    """The newest moments of one source that has them in order, and how many it had."""

    def __init__(self, found: Iterable[Moment], since: datetime, until: datetime) -> None:
        self.kept: deque[Moment] = deque(maxlen=MOMENTS_AT_MOST)
        self.count = 0
        for moment in found:
            if moment.at <= until and (moment.until or moment.at) >= since:
                self.kept.append(moment)
                self.count += 1


def in_order(sources: Iterable[Newest]) -> tuple[tuple[Moment, ...], int]:
    """Return the newest moments of all sources in one order, and how many older ones are left out.

    Memory is bounded by the number of sources, whatever a source holds.
    """
    every = tuple(sources)
    moments = sorted((one for source in every for one in source.kept), key=_order)
    told = tuple(moments[-MOMENTS_AT_MOST:])
    return told, sum(source.count for source in every) - len(told)


def _order(moment: Moment) -> tuple[datetime, int]:
    return moment.at, _RANK[moment.sort]
