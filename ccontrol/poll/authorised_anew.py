"""A recorded change held once more against what people signed, and judged by the rules by that."""

from dataclasses import replace

from ccontrol.model.approval import Authorisation
from ccontrol.model.controller import Controller
from ccontrol.model.record import Record
from ccontrol.poll.authorising import judged_by_people, left_by
from ccontrol.poll.pipeline import Line
from ccontrol.poll.verdict_of_record import standing_at, verdict_by

_BY_NOBODY = frozenset({Authorisation.UNAUTHORISED, Authorisation.UNEXPLAINED})


def authorised_anew(line: Line, controller: Controller, commit: str, record: Record) -> Record:
    """Return the record with whether its change was authorised, and the verdict that follows.

    `commit` is that of the change. Where nothing differs, it is the record as it was handed over; so it
    is where people say nothing of a change that was recorded before the site named any.
    Raises StoreError, UnreadableStateError.
    """
    if line.authority is None:
        return record
    repository = line.writer.repository
    left = left_by(repository, line.home(controller), commit)
    judged = judged_by_people(repository, line.index, line.authority, record, left)
    known, found = record.verdict.authorised, judged.verdict.authorised
    if found == known or (known is None and found is not None and found.word in _BY_NOBODY):
        return record  # what is older than the people here is held against nobody
    standing = standing_at(repository, controller, commit)
    return replace(judged, verdict=verdict_by(line.policy(), judged, controller, standing))
