"""Every way by which witnesses reach a daemon: opened as the configuration says, kept open, closed.

What is wrong with one of them is told and tried again; the watch goes on without it.
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import FollowedLog
from ccontrol.errors import CcontrolError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.attendance import Attendance
from ccontrol.poll.engine import Engine
from ccontrol.poll.followed import Followed
from ccontrol.poll.judging_rounds import JudgingRounds
from ccontrol.poll.overview import WitnessKind, WitnessStatus
from ccontrol.poll.site import OpenSite
from ccontrol.poll.strangers import Strangers
from ccontrol.poll.witness_door import WitnessDoor

AGAIN_S = 60.0
"""Between two attempts to open what could not be opened."""
NAMES_S = 600.0
"""Between two times in which the names of controllers are looked up."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Following:
    """A log that is followed, and who does it."""

    logs: Followed
    task: "asyncio.Task[None]"


def _logs(site: OpenSite) -> tuple[FollowedLog, ...]:
    return site.site.sources


async def _keep_looking(logs: Followed) -> None:
    while True:
        try:
            await logs.look()
        except Exception:  # noqa: BLE001 — supervised border: told, and tried again
            _log.exception("a log is not followed source=%s", logs.source.name)
        await asyncio.sleep(logs.source.look_s)


class Ears:
    """Listens on behalf of an engine. Lives in its loop."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._door = WitnessDoor(engine.intake, clock)
        self.judging = JudgingRounds(clock)
        self.strangers = Strangers(clock)
        self.attendance = Attendance(self._door, clock)
        self.attendance.elsewhere.append(self)
        heard = self.judging.heard, self.strangers.heard, self.attendance.heard
        engine.intake.follow += heard
        self._begun: list[OpenSite] = []
        self._followed: dict[tuple[str, str], _Following] = {}
        self._wanted: tuple[Path | None, tuple[str, ...]] = (None, ())
        self._hosts: frozenset[str] = frozenset()
        self._told = ""
        self._tried_at = self._looked_at = float("-inf")
        self._beside: asyncio.Task[None] | None = None

    def standing(self, site: OpenSite) -> tuple[WitnessStatus, ...]:
        """Return how the witness socket stands, and the logs that a site follows."""
        path, _ = self._wanted
        kind, is_open = WitnessKind.SOCKET, self._door.is_open
        trouble = "" if is_open else self._told
        socket = WitnessStatus(kind, "", str(path), is_open, trouble=trouble)
        logs = (each.logs for (name, _), each in self._followed.items() if name == site.name)
        return (*((socket,) if path else ()), *(each.standing for each in logs))

    def see_to(self) -> None:
        """Do what is due, beside everything else. Call it several times a second."""
        if self._beside is not None:
            if not self._beside.done():
                return
            self._beside.result()  # raises what it died of
        self._beside = asyncio.create_task(self._see_to())

    async def close(self) -> None:
        """Listen no more."""
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.gather(self._beside, return_exceptions=True)
        for following in self._followed.values():
            following.task.cancel()
        tasks = (following.task for following in self._followed.values())
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._door.close()
        await self.attendance.save(self._begun)
        await self.judging.stop()

    async def _see_to(self) -> None:
        sites = list(self._engine.roster.sites.values())
        for site in sites:
            if not any(site is one for one in self._begun):
                self.judging.begin(site)
        self._begun = sites
        self._follow(sites)
        await self.attendance.see_to(sites)
        now, settings = self._clock.monotonic(), self._engine.config.engine
        wanted = settings.witness_socket, settings.witness_users
        if wanted != self._wanted:
            await self._door.close()
            self._wanted, self._tried_at = wanted, float("-inf")
        if wanted[0] and not self._door.is_open and now - self._tried_at >= AGAIN_S:
            self._tried_at = now
            await self._open(wanted[0], wanted[1])
        hosts = frozenset(each.controller.address for each in self._engine.roster)
        if hosts != self._hosts or now - self._looked_at >= NAMES_S:
            self._looked_at, self._hosts = now, hosts
            for site in sites:
                await site.addresses.look_up(site.site.controllers)
        self._door.tell_whom()

    def _follow(self, sites: list[OpenSite]) -> None:
        """Follow the logs that the configuration names, and no others."""
        wanted = {(site.name, each.name): (site, each) for site in sites for each in _logs(site)}
        for key, following in tuple(self._followed.items()):
            site, source = wanted.get(key, (None, None))
            if following.logs.site is not site or following.logs.source != source:
                following.task.cancel()
                del self._followed[key]
        for key, (site, source) in wanted.items():
            if key not in self._followed:
                logs = Followed(site, source, self._engine.intake, self._clock)
                self._followed[key] = _Following(logs, asyncio.create_task(_keep_looking(logs)))

    async def _open(self, path: Path, users: tuple[str, ...]) -> None:
        try:
            await self._door.open(path, users)
        except CcontrolError as error:
            if str(error) != self._told:
                self._tell(error)
        else:
            self._told = ""
            _log.info("sensors may hand in what they see path=%s", path)

    def _tell(self, error: CcontrolError) -> None:
        """Say it once: a daemon that hears nobody must not look like a quiet plant."""
        text = "sensors cannot hand in anything"
        _log.error("%s: %s (%s)", text, error, error.hint)
        self._told = str(error)
        for site in self._engine.roster.sites.values():
            reason = f"{text}: {error}"
            site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=reason))
