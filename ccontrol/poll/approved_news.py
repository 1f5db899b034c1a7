"""What is new on `approved`: written down with the time, journaled, and the changes judged anew.

The writer does it between two results. Done twice, it finds nothing to do.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

from ccontrol.approval.configuration import configuration_signed
from ccontrol.approval.windows import is_about
from ccontrol.clock import Clock
from ccontrol.model.approval import Approvals, SignedCommit
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.authorised_anew import judge_anew
from ccontrol.poll.authority import Authority, Seen, sighting_message
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
        site.approved = Seen()
        return 0
    count = 0
    if authority.moved(line.writer.repository):
        count = _look(line, site, authority, clock)
    _tell_configuration(site, authority, clock)
    site.window_ends.tell(line, authority.approvals)
    return count


def _look(line: Line, site: OpenSite, authority: Authority, clock: Clock) -> int:
    seen = authority.look(line.writer.repository)
    wrong = _wrong(seen)
    for fault in wrong if site.approved is None or wrong != _wrong(site.approved) else ():
        _log.error("approved does not count site=%s: %s", site.name, fault)
        reason = f"approved: {fault}"
        site.note(JournalEntry(clock.now(), "", Outcome.FAILED, reason=reason))
    site.approved = seen
    if seen.new:
        _take(line, site, authority, seen.new, clock)
    _judge_by(line, site, _unjudged(site, authority), clock)
    for controller in site.site.controllers:  # of files that a daemon took before it was killed
        judge_anew(line, controller, beside_files(line, controller, clock.now()))
    authority.settle()
    return len(seen.new)


def _wrong(seen: Seen) -> tuple[str, ...]:
    return tuple(filter(None, (*seen.faults, seen.rewritten)))


def _tell_configuration(site: OpenSite, authority: Authority, clock: Clock) -> None:
    """Journal who signed the configuration in force, once; nothing where nobody has that role."""
    if not site.configuration:
        return
    signed = configuration_signed(authority.approvals, site.configuration)
    words = "" if signed is None else signed.words
    if words == site.configuration_told:
        return
    site.configuration_told = words
    if signed is not None and signed.by is None:
        _log.error("%s site=%s", words, site.name)
    reason = words or "nobody has the role configurator any more"
    site.note(JournalEntry(clock.now(), "", Outcome.RAN, reason=reason))


def _take(
    line: Line, site: OpenSite, authority: Authority, new: tuple[SignedCommit, ...], clock: Clock
) -> None:
    files = authority.sightings_of(new, site.noticed, line.index.latest())
    line.commit_files(files, sighting_message(site.name, new))
    authority.told(line.writer.repository)
    for controller in _to_glance_at(authority.approvals, new, site, clock):
        site.to_glance.put(controller.id)
    for one in new:
        reason = f"{one.id} by {one.principal}: {one.subject}"
        site.note(JournalEntry(clock.now(), "", Outcome.APPROVED, reason=reason))
        site.noticed.pop(one.id, None)


def _to_glance_at(
    approvals: Approvals, new: tuple[SignedCommit, ...], site: OpenSite, clock: Clock
) -> Iterator[Controller]:
    """Yield whoever a window lets change now, or before the next look of the schedule.

    One glance tells what had changed before the signature from what comes after it.
    """
    names, now = {one.id for one in new}, clock.now()
    windows = [each.window for each in approvals.windows if each.commit.id in names]
    for controller in site.site.controllers:
        soon = now + timedelta(seconds=controller.schedule.glance_s)
        if any(
            one.since <= soon and now < one.until and is_about(one, controller.id)
            for one in windows
            if not one.cancelled
        ):
            yield controller


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
