"""A recorded change held once more against what people signed, and judged by the rules by that."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ccontrol.canonical.authorisation_message import authorisation_message, said
from ccontrol.canonical.records import record_path, render_record
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import Authorisation
from ccontrol.model.controller import Controller
from ccontrol.model.record import Record
from ccontrol.poll.authorising import judged_by_people, left_by
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.poll.pipeline import Line
from ccontrol.poll.verdict_of_record import is_of_file, standing_at, verdict_by
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message

_BY_NOBODY = frozenset({Authorisation.UNAUTHORISED, Authorisation.UNEXPLAINED})
_log = logging.getLogger(__name__)


def judge_anew(line: Line, controller: Controller, changes: Iterable[IndexedChange]) -> None:
    """Commit what differs now of these changes. Oldest first: one may use up a window of others.

    One that cannot be understood is told of, and holds up no other. Raises StoreError.
    """
    for change in changes:
        try:
            for before, after in _judged(line, controller, change):
                words = authorisation_message(before, after)
                text = Message(words.subject, words.body, words.trailers)
                line.commit_file(record_path(after), render_record(after), text)
                what = "%s change=%s controller=%s"
                _log.info(what, said(after), after.change_id, controller.id)
        except UnreadableStateError as error:
            what = "a change cannot be judged anew controller=%s change=%s: %s"
            _log.error(what, controller.id, change.change_id, error)


def authorised_anew(line: Line, controller: Controller, commit: str, record: Record) -> Record:
    """Return the record with whether its change was authorised, and the verdict that follows.

    `commit` is that of the change. Where nothing differs, it is the record as it was handed over,
    and so it is of a dropped file, and where people say nothing of a change that was recorded
    before the site named any. Raises StoreError, UnreadableStateError.
    """
    if line.authority is None or is_of_file(record):
        return record
    repository = line.writer.repository
    left = left_by(repository, line.home(controller), commit)
    judged = judged_by_people(repository, line.index, line.authority, record, left)
    known, found = record.verdict.authorised, judged.verdict.authorised
    if found == known or (known is None and found is not None and found.word in _BY_NOBODY):
        return record  # what is older than the people here is held against nobody
    standing = standing_at(repository, controller, commit)
    return replace(judged, verdict=verdict_by(line.policy(), judged, controller, standing))


def _judged(
    line: Line, controller: Controller, change: IndexedChange
) -> Iterator[tuple[Record, Record]]:
    """Yield the judgement before and the new one, if they differ."""
    repository = line.writer.repository
    first = record_in(repository.commit(change.commit), repository)
    if first is None:
        return
    before = newest_judgement(repository, first.change_id) or first
    after = authorised_anew(line, controller, change.commit, before)
    if after is not before:
        yield before, replace(after, number=before.number + 1)
