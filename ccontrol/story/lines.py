"""A story as lines of text: time, what it is about, what happened, its details below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ccontrol.story.moments import Moment, Story

_INDENT = " " * 31


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and whether it is a detail of the one above, and how grave its moment is."""

    text: str
    is_detail: bool = False
    severity: str = ""


def lines(story: Story) -> Iterator[Line]:
    """Yield the lines of a story; what it leaves out and cannot know is said, too."""
    if story.left_out:
        yield Line(f"{story.left_out} earlier moments are left out: ask for less time", True)
    day = ""
    for moment in story.moments:
        at = moment.at.astimezone(UTC)
        if day != (day := f"{at:%Y-%m-%d}"):
            yield Line(f"{day} (UTC)")
        yield Line(_head(moment), severity=moment.severity)
        for detail in details(moment):
            yield Line(f"{_INDENT}{detail}", is_detail=True)
    for note in story.notes:
        yield Line(note, is_detail=True)


def details(moment: Moment) -> Iterator[str]:
    """Yield what stands below a moment: its details, its clock, how it is called."""
    yield from moment.details
    if moment.said_at:
        yield f"it says {moment.said_at}: {moment.clock}"
    named = [f"change {moment.change_id}" if moment.change_id else "", moment.commit[:12]]
    if any(named):
        yield ", commit ".join(filter(None, named))


def span(moment: Moment) -> str:
    """Return when a moment was, without its day: "06:00:00" or "06:00:00-07:12:00"."""
    at = moment.at.astimezone(UTC)
    if moment.until is None or moment.until.replace(microsecond=0) <= at:
        return f"{at:%H:%M:%S}"
    return f"{at:%H:%M:%S}-{_end(at, moment.until.astimezone(UTC))}"


def _end(at: datetime, until: datetime) -> str:
    return f"{until:%H:%M:%S}" if at.date() == until.date() else f"{until:%m-%d %H:%M}"


def _head(moment: Moment) -> str:
    severity = f"{moment.severity}: " if moment.severity else ""
    return f"{span(moment):<21}{moment.sort.value:<10}{severity}{moment.text}"
