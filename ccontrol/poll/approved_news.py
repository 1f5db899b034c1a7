"""What is new on `approved`: written down with the time, journaled, and the changes judged anew.

The writer does it between two results. Done twice, it finds nothing to do.
"""

import logging

from ccontrol.clock import Clock
from ccontrol.model.approval import SignedCommit
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.authorised_anew import judge_anew
from ccontrol.poll.authority import Authority, sighting_message
from ccontrol.poll.concerned import Concerned, beside_files, concerned
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite
from ccontrol.store import durable

_log = logging.getLogger(__name__)


def see_approved(line: Line, site: OpenSite, clock: Clock) -> int:
    """Take in what people signed since the last look; return how many commits. Raises StoreError.

    A branch that does not hold is told of once, in the journal and the log.
    """
    authority = line.authority
    if authority is None:
        return 0
    count = 0
    if authority.moved(line.writer.repository):
        count = _look(line, site, authority, clock)
    site.window_ends.tell(line, authority.approvals)
    return count


def _look(line: Line, site: OpenSite, authority: Authority, clock: Clock) -> int:
    seen = authority.look(line.writer.repository)
    for fault in seen.faults:
        _log.error("approved does not count site=%s: %s", site.name, fault)
        reason = f"approved: {fault}"
        site.note(JournalEntry(clock.now(), "", Outcome.FAILED, reason=reason))
    if seen.new:
        _take(line, site, authority, seen.new, clock)
    _judge_by(line, site, _unjudged(site, authority), clock)
    for controller in site.site.controllers:  # of files that a daemon took before it was killed
        judge_anew(line, controller, beside_files(line, controller, clock.now()))
    authority.settle()
    return len(seen.new)


def _take(
    line: Line, site: OpenSite, authority: Authority, new: tuple[SignedCommit, ...], clock: Clock
) -> None:
    sightings = authority.sightings_of(new, line.index.latest())
    line.commit_files(sightings, sighting_message(site.name, new))
    authority.told(line.writer.repository)
    for one in new:
        reason = f"{one.id} by {one.principal}: {one.subject}"
        site.note(JournalEntry(clock.now(), "", Outcome.APPROVED, reason=reason))


def _unjudged(site: OpenSite, authority: Authority) -> tuple[SignedCommit, ...]:
    """Return the commits by which changes were not judged anew yet, also before a kill.

    Where nothing says so: those that were seen last.
    """
    seen = [one for one in authority.approvals.commits if one.seen_at is not None]
    try:
        mark = site.places.approved.read_text("ascii").strip()
    except (OSError, ValueError):
        mark = ""
    for position, one in enumerate(seen):
        if one.id == mark:
            return tuple(seen[position + 1 :])
    return tuple(one for one in seen if one.seen_at == seen[-1].seen_at)


def _judge_by(line: Line, site: OpenSite, commits: tuple[SignedCommit, ...], clock: Clock) -> None:
    """Judge anew what these commits concern, then note that it is done."""
    if not commits:
        return
    for controller in site.site.controllers:
        found = concerned(line, controller, commits)
        judge_anew(line, controller, found.changes)
        if found.left_out:
            _tell_left_out(site, controller, found, clock)
    durable.write_whole(site.places.approved, f"{commits[-1].id}\n".encode())


def _tell_left_out(site: OpenSite, controller: Controller, found: Concerned, clock: Clock) -> None:
    """Say that older changes keep their word, though something new may concern them."""
    reason = (
        f"{len(found.changes)} changes were held against what is new on approved; "
        f"{found.left_out} older ones were not, and keep their word: name them to have it judged"
    )
    _log.warning("%s controller=%s", reason, controller.id)
    site.note(JournalEntry(clock.now(), controller.id, Outcome.APPROVED, reason=reason))
