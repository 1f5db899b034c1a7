"""`ccontrol status` tells what is wrong with watched folders, until it is mended."""

import asyncio

import pytest

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.poll.complaints import Complaints
from ccontrol.poll.site import open_site
from tests.unit.cli.plants import Plant, Run

FOLDER = '\n[[site.folder]]\npath = "dropped"\n'


def complain(plant: Plant, told: dict[str, str], mended: tuple[str, ...] = ()) -> None:
    """Tell what is wrong as the daemon would."""
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    opened = open_site(site, plant.folder, SystemClock())
    complaints = Complaints(opened, site.folders[0].path, SystemClock())
    for about, what in told.items():
        complaints.tell(about, what)
    for about in mended:
        complaints.clear(about)
    asyncio.run(complaints.save())
    opened.close(5)


@pytest.fixture
def watching(plant: Plant) -> Plant:
    plant.config.write_text(plant.config.read_text() + FOLDER)
    return plant


def test_status_names_a_file_that_is_nobodys_and_asks_for_attention(
    watching: Plant, run: Run
) -> None:
    complain(watching, {"x\x1b[2J.L5X": "is nobody's: it says no name"})
    call = ("--config", watching.config, "status")
    told = run(*call)
    assert r"x\x1b[2J.L5X in watched folder" in told.out
    assert "is nobody's: it says no name, since 20" in told.out.replace("\n", " ")
    (row,) = run(*call, "--json").json["sites"][0]["folders"]
    assert (row["file"], row["text"]) == (r"x\x1b[2J.L5X", "is nobody's: it says no name")
    complain(watching, {}, mended=("x\x1b[2J.L5X",))
    assert run(*call, "--json").json["sites"][0]["folders"] == []


def test_many_are_counted_and_all_told_of_a_site_that_is_named(watching: Plant, run: Run) -> None:
    complain(watching, {f"{number}.txt": "is nobody's" for number in range(9)})
    assert "and 4 more of watched folders" in run("--config", watching.config, "status").out
    named = run("--config", watching.config, "status", "north").out
    assert named.count("is nobody's") == 9


def test_a_list_that_is_damaged_hides_nothing_else(watching: Plant, run: Run) -> None:
    complain(watching, {"x.txt": "is nobody's"})
    (path,) = watching.folder.glob("baselines/*/ccontrol/folders/*.json")
    path.write_bytes(b"{")
    told = run("--config", watching.config, "status")
    assert "press-3" in told.out
    assert "nobody" not in told.out
