"""Time in which nobody watched a site, told when somebody watches again.

Holds no account of single polls that were missed: those are told by the engine as they fall due.
"""

from datetime import timedelta

from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store.journal import Journal


def unwatched(site: Site, journal: Journal, clock: Clock) -> JournalEntry | None:
    """Return one line for the time since the journal's last, None when no poll fell due in it.

    Whoever watched before may have been killed: the last line is the last sign of life. Ask before
    anything new is written. Raises StoreError when the journal cannot be read.
    """
    last, now = journal.last_entry(), clock.now()
    if last is None or not site.controllers:
        return None
    shortest_s = min(controller.schedule.glance_s for controller in site.controllers)
    if now - last.at <= timedelta(seconds=shortest_s):
        return None
    reason = f"nobody watched from {last.at:%Y-%m-%d %H:%M:%S} until {now:%Y-%m-%d %H:%M:%S} UTC"
    return JournalEntry(now, "", Outcome.MISSED, reason=reason)
