"""Other roots in the configuration while the daemon runs: what people signed is read anew by them.

A file that nobody can change by writing to the store says who is pinned; here it is only taken.
"""

import logging

from ccontrol.clock import Clock
from ccontrol.model.approval import Anchor
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite, authority_of, guard

_log = logging.getLogger(__name__)


def pin_anew(site: OpenSite, clock: Clock) -> None:
    """Have the writer judge `approved` by what [site.people] says now, and journal that."""
    words = pinned_words(site.site.people)
    _log.info("%s site=%s", words, site.name)
    site.note(JournalEntry(clock.now(), "", Outcome.RAN, reason=words))

    def take(line: Line) -> None:
        line.authority = authority_of(site.site, line.writer, clock)
        guard(site.site, line.writer)

    site.scribe.give(take)


def pinned_words(anchor: Anchor | None) -> str:
    """Return the sentence of the journal: whose signatures begin the list of who may sign."""
    if anchor is None:
        return "[site.people] is gone: nobody's signature counts on approved from now on"
    may = "may" if anchor.requester_approves else "may not"
    return (
        f"[site.people] is taken anew: {anchor.threshold} of {len(anchor.roots)} roots sign, "
        f"requesters {may} approve"
    )
