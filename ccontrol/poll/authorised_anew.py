"""A recorded change held once more against what people signed, and judged by the rules by that."""

from dataclasses import replace

from ccontrol.model.controller import Controller
from ccontrol.model.record import Record
from ccontrol.poll.authorising import judged_by_people, left_by
from ccontrol.poll.pipeline import Line
from ccontrol.poll.verdict_of_record import standing_at, verdict_by


def authorised_anew(line: Line, controller: Controller, commit: str, record: Record) -> Record:
    """Return the record with whether its change was authorised, and the verdict that follows.

    `commit` is that of the change. Where nothing differs, it is the record as it was handed over.
    Raises StoreError, UnreadableStateError.
    """
    if line.authority is None:
        return record
    repository = line.writer.repository
    left = left_by(repository, line.home(controller), commit)
    judged = judged_by_people(repository, line.index, line.authority, record, left)
    if judged.verdict.authorised == record.verdict.authorised:
        return record
    standing = standing_at(repository, controller, commit)
    return replace(judged, verdict=verdict_by(line.policy(), judged, controller, standing))
