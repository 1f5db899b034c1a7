"""Records as moments: what changed, what the controller's own log said, what was judged later."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ccontrol.canonical.message import message
from ccontrol.canonical.project_files import PROJECT
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.judgement import Attribution, Confidence
from ccontrol.model.record import Record
from ccontrol.story.moments import Moment, Sort

LOG_AT_MOST = 50
"""So many entries of the controller's log are told of one change; `show --json` has all."""
_CHANGES_AT_MOST = 20
_TEXT_AT_MOST = 300
_SLACK = timedelta(seconds=2)
"""What a clock that agrees with ours may differ by: times in a controller's log have seconds."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A record as the history holds it."""

    record: Record
    commit: str
    committed_at: datetime


def changes(judgements: Iterable[Judgement]) -> Iterator[Moment]:
    """Yield the moments of records, in the order of their commits."""
    for judgement in judgements:
        if judgement.record.number > 1:
            yield _later(judgement)
        else:
            yield from _log(judgement.record)
            yield _change(judgement)


def _change(judgement: Judgement) -> Moment:
    record = judgement.record
    is_file = all(change.unit.kind == PROJECT for change in record.changes.changes)
    return Moment(
        at=record.taken_at,
        sort=Sort.FILE if is_file else Sort.CHANGE,
        text=_short(message(record).subject),
        details=tuple(_details(record, is_file=is_file)),
        severity=record.verdict.severity.word,
        origin=record.attribution.origin.value,
        confidence=record.attribution.confidence.value,
        change_id=record.change_id,
        commit=judgement.commit,
        count=len(record.changes.changes),
    )


def _details(record: Record, *, is_file: bool) -> Iterator[str]:
    by = record.not_after or record.taken_at
    if record.previous_at is not None and not is_file:
        yield f"happened between {_stamp(record.previous_at)} and {_stamp(by)}"
    told = () if record.changes.first else record.changes.changes[:_CHANGES_AT_MOST]
    for change in told:
        yield _short(f"{change.kind.value}: {change.title or change.unit}")
    more = len(record.changes.changes) - _CHANGES_AT_MOST if told else 0
    if more > 0:
        yield f"… and {more} more; `ccontrol show {record.change_id}` tells all"
    yield from _judged(record)


def _judged(record: Record) -> Iterator[str]:
    yield _short(f"origin {_origin(record.attribution)}: {record.attribution.reason}")
    for line in record.attribution.contradictions:
        yield _short(f"speaks against it: {line}")
    verdict = record.verdict
    yield _short(f"severity {verdict.severity.word}: {verdict.reason} (rule {verdict.rule})")
    if verdict.authorised is not None:
        yield _short(f"{verdict.authorised.word.value}: {verdict.authorised.reason}")


def _later(judgement: Judgement) -> Moment:
    """Return the moment at which a change was judged anew: when that was committed."""
    record = judgement.record
    text = f"judged anew: origin {_origin(record.attribution)}, severity"
    return Moment(
        at=judgement.committed_at,
        sort=Sort.JUDGEMENT,
        text=f"{text} {record.verdict.severity.word}",
        details=(f"change {record.change_id} of {_stamp(record.taken_at)}", *_judged(record)),
        severity=record.verdict.severity.word,
        origin=record.attribution.origin.value,
        confidence=record.attribution.confidence.value,
        change_id=record.change_id,
        commit=judgement.commit,
    )


def _log(record: Record) -> Iterator[Moment]:
    """Yield what the controller's log said, oldest first, at the end of the time it can be from.

    Its clock may be anything, so its times order nothing here: they stand beside the moment.
    """
    clock = _held_against_ours(record)
    at = record.taken_at
    for entry in reversed(record.log[:LOG_AT_MOST]):
        yield Moment(
            at=at,
            sort=Sort.LOG,
            text=_short(f"{entry.code} {entry.text}"),
            change_id=record.change_id,
            said_at=printable(entry.at),
            clock=clock,
        )
    if len(record.log) > LOG_AT_MOST:
        text = f"{len(record.log) - LOG_AT_MOST} older entries of its log are not told here"
        yield Moment(at, Sort.LOG, text, change_id=record.change_id)


def _held_against_ours(record: Record) -> str:
    """Say what the times of new entries tell of the controller's clock.

    They were written after the poll before and before this one. Its clock has no zone: it is read
    as UTC, and a difference of whole hours may be a zone.
    """
    times = [at for entry in record.log if (at := _as_utc(entry.at)) is not None]
    if not times:
        return "the controller's clock"
    ahead = max(times) - (record.not_after or record.taken_at)
    behind = (record.previous_at or min(times)) - min(times)
    if ahead > _SLACK:
        return f"the controller's clock, at least {_span(ahead)} ahead of ours"
    if behind > _SLACK:
        return f"the controller's clock, at least {_span(behind)} behind ours"
    return "the controller's clock; it agrees with the polls"


def _as_utc(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _origin(attribution: Attribution) -> str:
    if attribution.confidence is Confidence.NONE:
        return attribution.origin.value
    return f"{attribution.origin.value} ({attribution.confidence.value})"


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 3600} h {seconds % 3600 // 60} min" if seconds >= 3600 else f"{seconds} s"  # noqa: PLR2004 — of an hour


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _short(text: str) -> str:
    return shortened(printable(text), _TEXT_AT_MOST)
