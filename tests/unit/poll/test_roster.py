"""Who is watched, when the configuration changes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.config.settings import Config
from ccontrol.model.controller import Controller
from ccontrol.poll.roster import Roster
from ccontrol.poll.site import open_site
from ccontrol.poll.waiting import Key
from tests.e2e.engine_plant import CLOCK, Plant, make_plant
from tests.unit.poll.toy import controller

KEY = Key("north", "press-1")


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return make_plant(tmp_path, controller(1))


@pytest.fixture
def roster(plant: Plant) -> Iterator[Roster]:
    site = open_site(plant.site, plant.folder, CLOCK)
    roster = Roster(CLOCK)
    roster.add_site(site)
    yield roster
    site.close(5)


def configured(plant: Plant, *controllers: Controller, title: str = "North") -> Config:
    site = replace(plant.site, title=title, controllers=controllers)
    return replace(plant.config, sites=(site,))


def test_a_controller_that_is_asked_as_before_stays_the_one_it_is(
    roster: Roster, plant: Plant
) -> None:
    known = roster.find(KEY)
    called = replace(controller(1), name="Press 1")
    assert roster.reconfigure(configured(plant, called, title="The north")) == ()
    assert roster.find(KEY) is known
    assert known is not None
    assert known.controller.name == "Press 1"
    assert roster.sites["north"].site.title == "The north"


@pytest.mark.parametrize("otherwise", [{"port": 2}, {"options": "another password"}])
def test_a_poll_in_hand_keeps_the_settings_that_it_began_with(
    roster: Roster, plant: Plant, otherwise: dict[str, object]
) -> None:
    known = roster.find(KEY)
    assert known is not None
    known.health = replace(known.health, failures=3, log_marker="4303")
    new = controller(**{"port": 1, **otherwise})  # type: ignore[arg-type]  # any setting of it
    assert roster.reconfigure(configured(plant, new)) == (known,)
    assert known.controller == controller(1)
    found = roster.find(KEY)
    assert found is not None
    assert found.controller == new
    assert found.health.log_marker == "4303"
    assert found.health.failures == (0 if "port" in otherwise else 3)


def test_a_site_that_is_not_named_stays_until_it_is_dropped(roster: Roster, plant: Plant) -> None:
    assert roster.reconfigure(replace(plant.config, sites=())) == ()
    assert len(roster) == 1
    roster.drop_site("north")
    assert (len(roster), roster.sites) == (0, {})


def test_whoever_is_gone_is_told_and_forgotten(roster: Roster, plant: Plant) -> None:
    known = roster.find(KEY)
    assert roster.reconfigure(configured(plant, controller(1, "press-2"))) == (known,)
    assert [watched.key for watched in roster] == [Key("north", "press-2")]
