"""The audit log: who ran what that changes or exports something, as entries of the journal.

They enter the signed history with the day's summary. Whoever may not write the site's files (an
engineer with a clone) leaves no line here: what they sign says by itself who they are.
"""

import os
from dataclasses import dataclass

from ccontrol.cli.deciding import who
from ccontrol.cli.site_files import journal
from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.model.journal import JournalEntry, Outcome


@dataclass(frozen=True, slots=True)
class Ran:
    """What somebody did, in words."""

    what: str
    more: str = ""
    controller_id: str = ""


def audit(site: Site, clock: Clock, ran: Ran) -> None:
    """Journal that somebody ran a command. Raises StoreError when the journal takes nothing."""
    if not os.access(site.store.path, os.W_OK):
        return
    text = f"{ran.what} by {who()}" + (f", {ran.more}" if ran.more else "")
    entry = JournalEntry(clock.now(), ran.controller_id, Outcome.RAN, reason=text)
    journal(site, clock).append(entry)
