"""A poll that a person asked for, with everything that its result asks for soon.

With a running daemon it goes through the daemon (control); without one, an engine of our own lives
as long as the poll: the same workers, the same pace, the same straight line.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.drivers.registry import DEFAULT
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.engine import Engine
from ccontrol.poll.recovery import recover
from ccontrol.poll.site import open_site
from ccontrol.poll.waiting import Key

FOLLOWED_AT_MOST = 6
"""A glance, its second look, the log, the blocks: more is not by hand any more."""
FLUSH_S = 5.0
OPEN_S = 30.0
CLOSE_S = 5.0

Told = Callable[[JournalEntry], None]


def poll_once(
    config: Config,
    key: Key,
    depth: Depth,
    clock: Clock,
    *,
    told: Told = lambda _entry: None,
    drivers: str = DEFAULT,
) -> tuple[JournalEntry, ...]:
    """Poll a controller without a daemon; `told` hears of each poll as it ends.

    Raises StoreLockedError when a daemon watches the site, and whatever the store says when it
    cannot be written.
    """
    site = next(site for site in config.sites if site.name == key.site)
    alone = replace(config, sites=(site,))
    return asyncio.run(_once(alone, key, depth, clock, told=told, drivers=drivers))


async def poll_and_follow(
    engine: Engine, key: Key, depth: Depth, told: Told = lambda _entry: None
) -> tuple[JournalEntry, ...]:
    """Poll a controller by hand and wait for what follows soon; return every poll's line."""
    entries = [await engine.ask(key, depth)]
    told(entries[0])
    while len(entries) < FOLLOWED_AT_MOST and engine.expects_soon(key):
        entries.append(await engine.next_entry(key))
        told(entries[-1])
    return tuple(entries)


async def _once(
    config: Config, key: Key, depth: Depth, clock: Clock, *, told: Told, drivers: str
) -> tuple[JournalEntry, ...]:
    opened = open_site(config.sites[0], config.path.parent, clock)
    try:
        trouble = await asyncio.to_thread(opened.scribe.first_try, OPEN_S)
        if trouble is not None:
            raise trouble
        engine = Engine(config, clock, drivers)
        engine.adopt([opened])
        await recover(opened, engine.roster, engine.crew, clock)
        engine.start()
        try:
            return await poll_and_follow(engine, key, depth, told)
        finally:
            await engine.stop()
            await asyncio.to_thread(opened.ledger.flush, FLUSH_S)
    finally:
        await asyncio.to_thread(opened.close, CLOSE_S)
