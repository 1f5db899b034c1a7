"""Changes judged once more, when evidence of their time comes later.

The history alone says what was judged before, so that it may be done at any time, also after a
kill: a second time there is nothing to do. A mark says up to when what was heard was thought of.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ccontrol.canonical.evidence_message import evidence_message
from ccontrol.canonical.records import record_path, render_record
from ccontrol.clock import Clock
from ccontrol.errors import UnreadableStateError
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.judgement import Confidence, Origin, Window
from ccontrol.model.record import Record
from ccontrol.model.witness import Heard
from ccontrol.poll.authorised_anew import authorised_anew
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.originating import Around, anew, beside_of, hearing_of
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite
from ccontrol.poll.stored_state import state_at
from ccontrol.poll.witnesses import MARGIN_S
from ccontrol.store import durable
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message

CHANGES_AT_MOST = 50
"""So many changes, the first ones after what was heard, are judged for one time."""
SPANS_AT_MOST = 32
"""So many times of one controller are told apart; forged events may tell of any."""
_LISTED = 10_000
_ASIDE = timedelta(minutes=1)
"""What two witnesses hand in at once need not stand in the log in the order of its times."""
_MARGIN = timedelta(seconds=MARGIN_S)
_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
_log = logging.getLogger(__name__)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class JudgedAnew:
    """A change whose origin was judged anew."""

    at: datetime
    """When that was done."""
    controller: str
    change_id: str
    number: int
    """Of the new judgement."""
    origin_before: Origin
    confidence_before: Confidence
    origin: Origin
    confidence: Confidence


def judge_since_mark(line: Line, site: OpenSite, clock: Clock) -> tuple[JudgedAnew, ...]:
    """Judge what events are about that were taken in since this was done last.

    A change that cannot be understood is told of and holds up no other. Raises StoreError.
    """
    mark = _mark(site)
    new = list(site.witnesses.taken_since(mark))
    if not new:
        return ()
    spans = _spans(new)
    judged = tuple(
        one
        for controller in site.site.controllers
        for one in _of_controller(line, site, controller, spans.get(controller.id, ()), clock)
    )
    durable.write_whole(site.places.judged, max(one.at for one in new).isoformat().encode())
    return judged


def _mark(site: OpenSite) -> datetime:
    """Return up to when it was done; without a mark, from the beginning."""
    try:
        mark = datetime.fromisoformat(site.places.judged.read_text("ascii"))
        return max(mark.astimezone(UTC), _EARLIEST) - _ASIDE
    except (OSError, ValueError, OverflowError):
        return _EARLIEST


def _spans(new: Iterable[Heard]) -> Mapping[str, tuple[Span, ...]]:
    """Return of which times something was heard, by controller; what overlaps is one time."""
    times: dict[str, list[Span]] = {}
    for heard in new:
        if isinstance(heard.said, EngineeringEvent) and heard.controller_id:
            first, last = max(heard.said.first, _EARLIEST), min(heard.said.last, _LATEST)
            span = first - _MARGIN, last + _MARGIN
            times.setdefault(heard.controller_id, []).append(span)
    return {name: _merged(sorted(spans)) for name, spans in times.items()}


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for since, until in spans:
        if merged and (since <= merged[-1][1] or len(merged) >= SPANS_AT_MOST):
            merged[-1] = merged[-1][0], max(merged[-1][1], until)
        else:
            merged.append((since, until))
    return tuple(merged)


def _of_controller(
    line: Line, site: OpenSite, controller: Controller, spans: tuple[Span, ...], clock: Clock
) -> Iterator[JudgedAnew]:
    done: set[str] = set()
    for span in spans:
        listed = line.index.changes(controller.id, since=span[0], limit=_LISTED)
        for change in reversed(listed[-CHANGES_AT_MOST:]):
            if change.change_id in done:
                continue
            done.add(change.change_id)
            try:
                judged = _judged(line, site, controller, change)
            except UnreadableStateError as error:
                text = "a change cannot be judged anew controller=%s change=%s: %s"
                _log.error(text, controller.id, change.change_id, error)
                continue
            if judged is not None:
                yield _told(clock.now(), *judged)


def _judged(
    line: Line, site: OpenSite, controller: Controller, change: IndexedChange
) -> tuple[Record, Record] | None:
    """Judge a change anew; return the judgement before and the new one, None if they agree."""
    repository = line.writer.repository
    commit = repository.commit(change.commit)
    first = record_in(commit, repository)
    if first is None:
        return None
    record = newest_judgement(repository, first.change_id) or first
    home, kinds = line.home(controller), frozenset(one.unit.kind for one in record.changes.changes)
    parent = next(iter(commit.parents), None)
    before = state_at(repository, home, parent, kinds) if parent else None
    states = before, state_at(repository, home, commit.id, kinds)
    window = Window(record.previous_at, record.not_after or record.taken_at)
    hearing = hearing_of(site.hearing, controller, window)
    around = Around(states, beside_of(repository, record))
    told = anew(record, controller, around, hearing, line.policy())
    if told is None:
        return None
    after = authorised_anew(line, controller, commit.id, told)
    words = evidence_message(record, after)
    text = Message(words.subject, words.body, words.trailers)
    line.commit_file(record_path(after), render_record(after), text)
    _log.info("%s change=%s controller=%s", words.subject, after.change_id, controller.id)
    return record, after


def _told(at: datetime, before: Record, after: Record) -> JudgedAnew:
    old, new = before.attribution, after.attribution
    return JudgedAnew(
        at=at,
        controller=after.controller_id,
        change_id=after.change_id,
        number=after.number,
        origin_before=old.origin,
        confidence_before=old.confidence,
        origin=new.origin,
        confidence=new.confidence,
    )
