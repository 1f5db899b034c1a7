"""What is new on `approved`: written down with the time, journaled, and the changes judged anew.

The writer does it between two results. Done twice, it finds nothing to do.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace

from ccontrol.approval.windows import end_of, is_about
from ccontrol.canonical.authorisation_message import authorisation_message, said
from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.records import record_path, render_record
from ccontrol.clock import Clock
from ccontrol.errors import UnreadableStateError
from ccontrol.logic.printable import printable
from ccontrol.model.approval import Approvals, SignedCommit
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.record import Record
from ccontrol.poll.authorised_anew import authorised_anew
from ccontrol.poll.authority import Authority, sighting_message
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite
from ccontrol.poll.window_uses import uses_of
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message

CHANGES_AT_MOST = 100
"""So many last changes of each controller are judged anew."""
_log = logging.getLogger(__name__)


def see_approved(line: Line, site: OpenSite, clock: Clock) -> int:
    """Take in what people signed since the last look; return how many commits. Raises StoreError.

    A branch that does not hold is told of once, in the journal and the log.
    """
    authority = line.authority
    if authority is None:
        return 0
    _tell_ended(line, site, authority, clock)
    if not authority.moved(line.writer.repository):
        return 0
    seen = authority.look(line.writer.repository)
    for fault in seen.faults:
        _log.error("approved does not count site=%s: %s", site.name, fault)
        reason = f"approved: {fault}"
        site.note(JournalEntry(clock.now(), "", Outcome.FAILED, reason=reason))
    if seen.new:
        _take(line, site, authority, seen.new, clock)
    return len(seen.new)


def _tell_ended(line: Line, site: OpenSite, authority: Authority, clock: Clock) -> None:
    """Journal how each change window went that ended meanwhile."""
    ended = authority.ended()
    ids = [window.id for window in ended]
    uses = uses_of(line.writer.repository, line.index, authority.approvals, ids)
    for window in ended:
        how = end_of(window, uses[window.id], clock.now())
        reason = f"{window.id} has ended: {how.value}, {uses[window.id]} changes"
        site.note(JournalEntry(clock.now(), "", Outcome.WINDOW, reason=reason))


def _take(
    line: Line, site: OpenSite, authority: Authority, new: tuple[SignedCommit, ...], clock: Clock
) -> None:
    line.commit_files(authority.sightings_of(new), sighting_message(site.name, new))
    authority.told(line.writer.repository)
    for one in new:
        what = "%s, signed by %s, was seen first site=%s commit=%s"
        _log.info(what, printable(one.subject), one.principal, site.name, one.id)
        reason = f"{one.id} by {one.principal}: {one.subject}"
        site.note(JournalEntry(clock.now(), "", Outcome.APPROVED, reason=reason))
    for controller in site.site.controllers:
        if any(_concerns(one, controller, line, authority.approvals) for one in new):
            _judge_anew(line, controller)


def _concerns(
    commit: SignedCommit, controller: Controller, line: Line, approvals: Approvals
) -> bool:
    """Tell whether a commit can matter to the changes of a controller."""
    folder = f"{line.home(controller).folder(PLANT)}/"
    if any(path.startswith((folder, "people/")) for path in commit.paths):
        return True
    windows = (one.window for one in approvals.windows if one.commit.id == commit.id)
    decisions = (one.decision for one in approvals.decisions if one.commit.id == commit.id)
    return any(is_about(window, controller.id) for window in windows) or any(
        decision.controller_id == controller.id for decision in decisions
    )


def _judge_anew(line: Line, controller: Controller) -> None:
    """Judge a controller's last changes, oldest first: a window may be used up by one of them."""
    for change in reversed(line.index.changes(controller.id, limit=CHANGES_AT_MOST)):
        try:
            for before, after in _judged(line, controller, change):
                words = authorisation_message(before, after)
                text = Message(words.subject, words.body, words.trailers)
                line.commit_file(record_path(after), render_record(after), text)
                what = "%s change=%s controller=%s"
                _log.info(what, said(after), after.change_id, controller.id)
        except UnreadableStateError as error:
            text_ = "a change cannot be judged anew controller=%s change=%s: %s"
            _log.error(text_, controller.id, change.change_id, error)


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
