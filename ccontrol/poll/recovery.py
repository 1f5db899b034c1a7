"""What a daemon that was killed left in the spool: understood anew, and written.

Whatever is in the history already changes nothing a second time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.errors import CcontrolError, EngineError, StoreError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Snapshot
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.delivery import write
from ccontrol.poll.in_hand import with_sight
from ccontrol.poll.log_news import new_in_log
from ccontrol.poll.pipeline import Line
from ccontrol.poll.roster import Roster
from ccontrol.poll.sighted import Sighted, Written
from ccontrol.poll.site import OpenSite
from ccontrol.poll.triage import Memory
from ccontrol.poll.waiting import Key
from ccontrol.poll.window import looks_before

_log = logging.getLogger(__name__)


async def recover(site: OpenSite, roster: Roster, crew: Crew, clock: Clock) -> int:
    """Hand everything in the spool to the writer, in its order; return how much that was.

    Returns before it is written: what polls bring later comes after it in the writer's queue.
    """
    given = 0
    async for name, snapshot in _understood(site, crew):
        try:
            given += await _hand_over(site, roster, clock, name, snapshot)
        except StoreError as error:
            _log.error("left in the spool name=%s: %s", name, error)
    return given


async def _hand_over(
    site: OpenSite, roster: Roster, clock: Clock, name: str, snapshot: Snapshot
) -> bool:
    """Give one result to the writer; False when it is not worth it."""
    watched = roster.find(Key(site.name, snapshot.controller_id))
    if watched is None:
        reason = f"{snapshot.controller_id} is not configured any more"
        await asyncio.to_thread(site.spool.quarantine, name, reason)
        return False
    if not snapshot.usable or not watched.enrolled:
        await asyncio.to_thread(site.spool.acknowledge, name)
        return False
    log = new_in_log(snapshot, watched.health.log_marker)
    looks = looks_before(watched, watched.memory, snapshot)
    sighted = Sighted(watched.controller, snapshot, log, looks)
    site.scribe.give(_replay(site, sighted, name, clock))
    return True


async def _understood(site: OpenSite, crew: Crew) -> AsyncIterator[tuple[str, Snapshot]]:
    for name in site.spool.names():
        try:
            decoded = await crew.decode(site.spool.path(name), site.seal)
        except (StoreError, EngineError) as error:
            _log.error("left in the spool name=%s: %s", name, error)
            continue
        if isinstance(decoded, Lost) or decoded.snapshot is None:
            reason = decoded.reason if isinstance(decoded, Lost) else decoded.fault
            await asyncio.to_thread(site.spool.quarantine, name, reason)
        else:
            yield name, decoded.snapshot


def _replay(site: OpenSite, sighted: Sighted, name: str, clock: Clock) -> Callable[[Line], Written]:
    def do(line: Line) -> Written:
        snapshot = sighted.snapshot
        told = JournalEntry(
            clock.now(),
            snapshot.controller_id,
            Outcome.UNCHANGED,
            snapshot.depth,
            reason="from the spool, after the daemon had ended in the middle",
        )
        try:
            written = write(line, site, sighted, name, clock)
        except StoreError:
            raise  # the store takes nothing now: this is done again
        except CcontrolError as error:
            reason = f"{told.reason}; it cannot be written: {error}"
            site.note(replace(told, outcome=Outcome.FAILED, reason=reason))
            raise
        told = with_sight(told, Memory(written.state, unread=written.state.unread_count), snapshot)
        if written.record is not None:
            told = replace(told, outcome=Outcome.CHANGED, change_id=written.record.change_id)
        site.note(told)
        return written

    return do
