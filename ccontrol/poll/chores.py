"""What a store needs now and then: the day's journal folded, objects packed, old things let go.

Done by the writer between two results, so that no poll waits for it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from ccontrol.canonical.journal import WitnessDay, fold, journal_path, render_summary
from ccontrol.clock import Clock
from ccontrol.errors import CcontrolError, StoreError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.pipeline import Line
from ccontrol.poll.scribe import Scribe
from ccontrol.poll.site import OpenSite, guard
from ccontrol.poll.tended import Tended
from ccontrol.store import durable, maintenance
from ccontrol.store.day_files import DayReading
from ccontrol.store.message import Message
from ccontrol.store.vault import Expired

AFTER_MIDNIGHT = time(0, 1)
"""What was heard just before midnight has reached the journal by then."""

_EXPIRED_NAMED = 40
"""So many fit into the reason of a line of the journal."""
_log = logging.getLogger(__name__)


_APPROVED_NEWS = "approved"

Work = Callable[[Line, OpenSite, Clock], Tended | int]


class Chores:
    """Gives a site's writer its chores when they are due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._folded_on: dict[str, datetime] = {}
        self._busy: set[tuple[str, Scribe]] = set()

    def see_to(self, site: OpenSite, maintenance_s: float) -> None:
        """Give what is due. Call it every few seconds."""
        site.look_for_room(self._clock)
        now = self._clock.now()
        last = self._folded_on.get(site.name)
        new_day = last is None or last.date() != now.date()
        if new_day and (last is None or now.time() >= AFTER_MIDNIGHT):
            self._folded_on[site.name] = now
            self._give(site, "fold")
        if _maintenance_is_due(site, now, maintenance_s):
            self._give(site, "maintain")
        if site.site.people is not None:
            self._give(site, _APPROVED_NEWS)

    def look_at_approved(self, site: OpenSite) -> None:
        """Have what people signed taken in as soon as it is there. Call it every second."""
        if site.site.people is None:
            return
        try:
            if site.notice_approved(self._clock.now()):
                self._give(site, _APPROVED_NEWS)
        except StoreError as error:  # the writer meets it, too, and that is told
            _log.debug("approved cannot be read site=%s: %s", site.name, error)

    def _give(self, site: OpenSite, what: str) -> None:
        mark = what, site.scribe
        if mark in self._busy:
            return
        self._busy.add(mark)
        work = _WORK[what]
        future = site.scribe.give(lambda line: _told(what, line, site, work, self._clock))
        future.add_done_callback(lambda _done: self._busy.discard(mark))


def fold_days(line: Line, site: OpenSite, clock: Clock) -> int:
    """Commit the summary of every day that has ended; return how many.

    A day that cannot be folded is told of and comes again; it does not hold up those after it.
    """
    unfolded = {*site.journal.unfolded(), *site.witnesses.unfolded()}
    days = sorted(day for day in unfolded if day < clock.now().date())
    return sum(_is_folded(line, site, day) for day in days)


def _is_folded(line: Line, site: OpenSite, day: date) -> bool:
    try:
        _fold_day(line, site, day)
    except CcontrolError as error:
        _log.error("a day of the journal is not folded site=%s day=%s: %s", site.name, day, error)
        return False
    return True


def _fold_day(line: Line, site: OpenSite, day: date) -> None:
    reading, witness = site.journal.of(day), site.witnesses.of(day)
    summary = fold(day, reading)
    counts = _counted(witness)
    content = render_summary(summary, reading.sha256, reading.size, reading.spoiled_count, counts)
    polled = len(summary.watches)
    text = Message(
        f"journal of {day}: {summary.entries} entries, {polled} controllers",
        "Who was asked, how often, and what could not be read.",
        (("Class", "journal"), ("Site", site.name), ("Journal-SHA256", reading.sha256)),
    )
    line.commit_file(journal_path(day), content, text)
    site.journal.mark_folded(reading)
    site.witnesses.mark_folded(witness)


def _counted(reading: DayReading[Heard]) -> WitnessDay | None:
    """Count a day of the log of witnesses; None when nothing was handed in on it."""
    kinds = Counter(isinstance(heard.said, Watch) for heard in reading)
    if not reading.size:
        return None
    counts = kinds[False], kinds[True], reading.spoiled_count
    return WitnessDay(reading.sha256, reading.size, *counts)


def maintain(line: Line, site: OpenSite, clock: Clock) -> Tended:
    """Pack the store, index its history, check it, and let go of what was kept long enough."""
    site.room.check()  # packing writes everything once more before it lets go of the old
    git_dir, lock = site.places.git_dir, line.writer.lock_handle
    guard(site.site, line.writer)
    before = maintenance.room(git_dir)
    maintenance.pack(git_dir, lock)
    maintenance.index_history(git_dir, lock)
    complaints = maintenance.check(git_dir)
    for complaint in complaints:
        _log.error("git fsck complains site=%s: %s", site.name, complaint)
    settings = site.site.store
    expired = site.vault.expire(settings.vault_retention_days, clock.now()) if site.vault else ()
    if expired:
        site.note(expiry(expired, settings.vault_retention_days, clock.now()))
    gone = site.journal.tidy(settings.journal_retention_days)
    site.witnesses.tidy(settings.journal_retention_days)
    durable.write_whole(site.places.maintained, clock.now().isoformat().encode())
    after = maintenance.room(git_dir)
    return Tended(
        loose_before=before.loose,
        loose_after=after.loose,
        packs=after.packs,
        bytes_used=after.bytes_used,
        complaints=complaints,
        artefacts_expired=len(expired),
        journal_days_removed=len(gone),
    )


_WORK: Mapping[str, Work] = {
    "fold": fold_days,
    "maintain": maintain,
    _APPROVED_NEWS: see_approved,
}


def expiry(expired: tuple[Expired, ...], days: int, now: datetime) -> JournalEntry:
    """Return the line of the journal about artefacts that were let go of: how many, which."""
    names = ", ".join(one.sha256 for one in expired[:_EXPIRED_NAMED])
    more = len(expired) - _EXPIRED_NAMED
    told = f"{len(expired)} artefacts of the vault, kept for more than {days} days: {names}"
    reason = told + (f" and {more} more" if more > 0 else "")
    return JournalEntry(now, "", Outcome.EXPIRED, reason=reason)


def _told(what: str, line: Line, site: OpenSite, work: Work, clock: Clock) -> None:
    """Do a chore; one that fails is told and comes again, and holds nobody up."""
    try:
        done = work(line, site, clock)
    except StoreError as error:
        _log.error("a chore failed site=%s chore=%s: %s", site.name, what, error)
    else:
        _log.debug("a chore is done site=%s chore=%s: %s", site.name, what, done)


def _begin_to_count(site: OpenSite, now: datetime) -> bool:
    """A store that was never maintained is a new one: it has time."""
    try:
        durable.write_whole(site.places.maintained, now.isoformat().encode())
    except StoreError as error:
        _log.error("nobody knows when the store was maintained site=%s: %s", site.name, error)
    return False


def _maintenance_is_due(site: OpenSite, now: datetime, every_s: float) -> bool:
    try:
        last = datetime.fromisoformat(site.places.maintained.read_text())
    except (OSError, ValueError):
        return _begin_to_count(site, now)
    return now - last >= timedelta(seconds=every_s) or last > now + timedelta(days=1)
