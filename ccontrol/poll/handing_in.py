"""Evidence that a person hands in: through the site's daemon, or into its log where none runs."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ccontrol.canonical.witness import Handed, parse_line, render_line
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.errors import EngineError
from ccontrol.poll.addresses import Addresses
from ccontrol.poll.control import ask_judge, ask_take
from ccontrol.poll.engine import Engine
from ccontrol.poll.intake import Said, Taken
from ccontrol.poll.judging_anew import JudgedAnew, judge_since_mark
from ccontrol.poll.places import Places
from ccontrol.poll.site import OpenSite, open_site

CHUNK_BYTES = 2 * 2**20
"""So much is handed over at once: well within one question to a daemon."""
OPEN_S = 60.0
CLOSE_S = 5.0
TAKE_S = 120.0


def concerning(site: Site, config: Config, said: Sequence[Said]) -> list[Said]:
    """Return what concerns a site: acts on its controllers, or on nobody's, and every watch."""
    addresses = Addresses()
    everybody = [each for one in config.sites for each in one.controllers]
    asyncio.run(addresses.look_up(everybody))
    return [
        each
        for each in said
        if (whose := addresses.whose(each, everybody)) is None
        or any(one.site == site.name for one in whose)
    ]


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of handing in."""

    site: str
    taken: Taken
    judged: tuple[JudgedAnew, ...]
    """The changes whose origin was judged anew by it."""


def hand_in(config: Config, site: Site, said: Sequence[Said], source: str, clock: Clock) -> Brought:
    """Keep what was seen in a site's log of witnesses, durable, and have judged what it is about.

    Raises StoreError, or EngineError where the daemon does not answer. A second time adds nothing.
    """
    taken, places, begun = Taken(), Places(site.store.path), clock.now()
    for lines in _chunks(said):
        more = ask_take(places, source, lines, TAKE_S)
        if more is None:
            return asyncio.run(_alone(config, site, said, source, clock))
        taken = taken.with_more(more)
    return Brought(site.name, taken, ask_judge(places, begun, TAKE_S) or ())


def said_in(lines: Sequence[object]) -> list[Said]:
    """Return what the lines of a question say. Raises EngineError for any other."""
    said: list[Said] = []
    for line in lines:
        try:
            handed = parse_line(str(line).encode("utf-8", "replace"))
        except ValueError as error:
            raise EngineError(f"nothing that a witness says: {error}") from error
        if not isinstance(handed, Handed):
            raise EngineError("nothing that a witness says")
        said.append(handed.said)
    return said


def _chunks(said: Sequence[Said]) -> Iterator[list[str]]:
    """Yield lines, so many at a time; one empty time when there is nothing to say."""
    lines: list[str] = []
    size = 0
    for number, each in enumerate(said):
        line = render_line(Handed(number, each)).decode("ascii").rstrip("\n")
        if lines and size + len(line) > CHUNK_BYTES:
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    yield lines


async def _alone(
    config: Config, site: Site, said: Sequence[Said], source: str, clock: Clock
) -> Brought:
    """Do it in this process: no daemon runs."""
    opened = open_site(site, config.path.parent, clock)
    try:
        trouble = await asyncio.to_thread(opened.scribe.first_try, OPEN_S)
        if trouble is not None:
            raise trouble
        taken = await _into(replace(config, sites=(site,)), opened, said, source, clock)
        judging = opened.scribe.give(lambda line: judge_since_mark(line, opened, clock))
        return Brought(site.name, taken, await asyncio.wrap_future(judging))
    finally:
        await asyncio.to_thread(opened.close, CLOSE_S)


async def _into(
    config: Config, site: OpenSite, said: Sequence[Said], source: str, clock: Clock
) -> Taken:
    engine = Engine(config, clock)  # never started: it asks nobody
    try:
        engine.adopt([site])
        await site.addresses.look_up(site.site.controllers)
        return (await engine.intake.take(said, source, site))[site.name]
    finally:
        await engine.stop()
