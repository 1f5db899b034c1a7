"""One site whose store cannot be read does not hide the others."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.poll.places import Places
from tests.unit.cli.plants import Plant, Run, commit_newer_form


@pytest.fixture
def two_sites(plant: Plant) -> Plant:
    """The plant, and a second site called south whose store is not there."""
    text = plant.config.read_text()
    head, _, rest = text.partition("[[site]]")
    south = re.sub(r'^(name = )"north"', r'\1"south"', f"[[site]]{rest}", flags=re.MULTILINE)
    south = south.replace("baselines/north", "baselines/south").replace("127.0.0.1", "127.0.0.2")
    south = south.replace('"press-3"', '"press-9"').replace('"mixer-1"', '"mixer-9"')
    plant.config.write_text(f"{head}[[site]]{rest}\n{south}")
    return plant


def test_status_shows_the_sound_site_and_ends_by_the_broken_one(two_sites: Plant, run: Run) -> None:
    said = run("--config", two_sites.config, "status")
    assert said.code == StoreError.exit_code
    assert "press-3" in said.out
    assert "south" in said.out
    assert "is not a store" in said.out
    north, south = run("--config", two_sites.config, "status", "--json").json["sites"]
    assert [one["controller_id"] for one in north["controllers"]] == ["press-3", "mixer-1"]
    assert (north["trouble"], south["controllers"]) == ("", [])
    assert "is not a store" in south["trouble"]
    assert south["hint"]
    assert run("--config", two_sites.config, "status", "--check").code == StoreError.exit_code
    assert run("--config", two_sites.config, "status", "north").code == 0


def test_damaged_pauses_of_one_site_hide_no_other(two_sites: Plant, run: Run) -> None:
    south = two_sites.store.with_name("south")
    shutil.copytree(two_sites.store, south)
    pauses = Places(two_sites.store).standing / "pauses.json"
    pauses.parent.mkdir(exist_ok=True)
    pauses.write_text("{")
    said = run("--config", two_sites.config, "status", "--json")
    assert said.code == StoreError.exit_code
    north, sound = json.loads(said.out)["sites"]
    assert "pauses.json" in north["trouble"]
    assert [one["controller_id"] for one in sound["controllers"]] == ["press-9", "mixer-9"]


def test_changes_of_the_sound_site_are_listed_beside_a_broken_one(
    two_sites: Plant, run: Run
) -> None:
    said = run("--config", two_sites.config, "changes")
    assert said.code == StoreError.exit_code
    assert "Press 3: OB1 changed" in said.out
    assert "south: its changes are not listed" in said.err
    answer = run("--config", two_sites.config, "changes", "--json").json
    assert len(answer["changes"]) == 3
    (trouble,) = answer["unreadable"]
    assert trouble["site"] == "south"
    assert str(Path("baselines") / "south") in trouble["trouble"]


def test_the_inventory_of_the_sound_site_is_listed_beside_a_broken_one(
    two_sites: Plant, run: Run
) -> None:
    said = run("--config", two_sites.config, "inventory")
    assert said.code == StoreError.exit_code
    assert "6ES7 315-2EH14-0AB0" in said.out
    assert said.out.count("cannot be read") == 2
    assert "south: press-9, mixer-9: what is stored cannot be read" in said.err
    table = run("--config", two_sites.config, "inventory", "--csv")
    assert (table.code, "press-3" in table.out) == (StoreError.exit_code, True)
    rows = run("--config", two_sites.config, "inventory", "--json").json["controllers"]
    assert [bool(row["unreadable"]) for row in rows] == [False, False, True, True]
    assert run("--config", two_sites.config, "inventory", "press-3").code == 0


def test_the_inventory_goes_on_where_one_controller_cannot_be_understood(
    plant: Plant, run: Run
) -> None:
    commit_newer_form(plant, "plant/hall-2/press-3/form.press-3.toml")
    said = run("--config", plant.config, "inventory")
    assert said.code == UnreadableStateError.exit_code
    assert "mixer-1" in said.out
    assert "north: press-3: what is stored cannot be read" in said.err
