"""An engine learns its controllers' users from what witnesses hand in, keeps it, and tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.model.behaviour import BehaviourDecision
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.finding import Finding
from ccontrol.model.witness import Heard
from ccontrol.poll.behaviours import Behaviours
from ccontrol.poll.learnt import LearntFiles
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.poll.waiting import Key
from ccontrol.poll.watched import OWN_CHECKS, confession, own_findings, seems_well
from tests.e2e.engine_plant import Plant, make_plant
from tests.unit.attribution.test_behaviour import EVA, STRANGER, event
from tests.unit.poll.toy import controller

CLOCK = SystemClock()
NOW = CLOCK.now()


def heard(who: str = STRANGER, days_ago: float = 0.0) -> Heard:
    at = NOW - timedelta(days=days_ago)
    return Heard(at, "press-1", event(at, who), "sensor")


@dataclass
class Engine:
    """The parts of an engine that learn, over one open site."""

    site: OpenSite
    roster: Roster
    behaviours: Behaviours

    @property
    def files(self) -> LearntFiles:
        return LearntFiles(self.site.places.behaviour)

    @property
    def deviations(self) -> frozenset[Finding]:
        (watched,) = self.roster
        return watched.deviations

    @property
    def codes(self) -> set[tuple[str, str]]:
        return {(each.code, each.subject) for each in self.deviations}

    async def until(self, codes: set[tuple[str, str]]) -> None:
        async with asyncio.timeout(30):
            while True:
                self.behaviours.see_to()
                if self.codes == codes:
                    return
                await asyncio.sleep(0.01)


@asynccontextmanager
async def engine(plant: Plant, own: tuple[str, ...] = ()) -> AsyncIterator[Engine]:
    site = open_site(plant.site, plant.folder, CLOCK)
    roster = Roster(CLOCK)
    roster.add_site(site)

    def is_own(key: Key, said: EngineeringEvent) -> bool:
        return key.site == "north" and said.actor.address in own

    found = Engine(site, roster, Behaviours(roster, CLOCK, is_own))
    try:
        yield found
        await found.behaviours.stop()
    finally:
        site.close(5)


NEW = {("new-engineering-station", STRANGER)}
LEARNT = [heard(EVA, 30), heard(EVA, 29)]


def test_a_stranger_is_a_finding_and_stays_one_over_a_restart(tmp_path: Path) -> None:
    plant = make_plant(tmp_path, controller(1))

    async def first() -> None:
        async with engine(plant) as here:
            here.behaviours.follow(here.site, [*LEARNT, heard()])
            await here.until(NEW)
            (watched,) = here.roster
            assert not seems_well(watched)
            assert here.deviations <= own_findings(watched, NOW)
            assert confession(watched, NOW).checked == OWN_CHECKS | NEW

    async def second() -> None:
        async with engine(plant) as here:
            await here.until(NEW)

    asyncio.run(first())
    asyncio.run(second())


def test_a_decision_made_beside_the_daemon_holds_within_seconds(tmp_path: Path) -> None:
    plant = make_plant(tmp_path, controller(1))

    async def story() -> None:
        async with engine(plant) as here:
            here.behaviours.follow(here.site, [*LEARNT, heard()])
            await here.until(NEW)
            here.files.decide(BehaviourDecision(NOW, "eva", "press-1", STRANGER, accept=True))
            await here.until(set())
            (watched,) = here.roster
            assert watched.deviation_checks >= NEW, "it is told that it is over"
            here.behaviours.follow(here.site, [heard()])
            here.behaviours.see_to()
            assert here.codes == set()
        station = here.files.read("press-1").station(STRANGER)
        assert station is not None
        assert station.accepted.startswith("eva, ")

    asyncio.run(story())


def test_our_own_polls_are_nobodys_habit(tmp_path: Path) -> None:
    plant = make_plant(tmp_path, controller(1))

    async def story() -> None:
        async with engine(plant, own=("10.0.0.2",)) as here:
            here.behaviours.follow(here.site, [*LEARNT, heard("10.0.0.2"), heard()])
            await here.until(NEW)
        names = [each.name for each in here.files.read("press-1").stations]
        assert names == [STRANGER, EVA]

    asyncio.run(story())


def test_what_is_damaged_says_nothing_and_is_learnt_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plant = make_plant(tmp_path, controller(1))
    files = LearntFiles(plant.places.behaviour)
    files.decide(BehaviourDecision(NOW, "eva", "press-1", STRANGER, accept=False))
    (files.folder / "press-1.json").write_bytes(b'{"form": "ccontrol/behaviour/1"')
    with (files.folder / "decisions.jsonl").open("ab") as decisions:
        decisions.write(b"torn\n")

    async def story() -> None:
        async with engine(plant) as here:
            here.behaviours.follow(here.site, LEARNT)
            here.behaviours.follow(here.site, [heard()])
            await here.until(NEW)

    asyncio.run(story())
    known = files.read("press-1")
    assert [each.name for each in known.stations] == [STRANGER, EVA]
    assert known.decided == 2, "a line that says nothing keeps its place"
    assert "press-1.json is damaged, it is learnt anew" in caplog.text
