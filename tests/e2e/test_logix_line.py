"""A simulated ControlLogix on the whole straight line: from a socket to a signed commit."""

import subprocess  # noqa: TID251 — what stock git says of the store
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.controller import l61
from ccontrol.sim.logix.project import Tag
from ccontrol.sim.logix.server import Live, running
from tests.e2e.simulated_plant import CONTROLLER, Plant

OPTIONS = """
[site.controller.logix]
slots = [0, 1, 2, 3, 4]
"""


@pytest.fixture
def live() -> Iterator[Live]:
    with running(plant.press()) as live:
        yield live
        assert live.server.violations == []


def enrolled(live: Live, folder: Path) -> Plant:
    """The press in a site of its own, read whole."""
    assert main(["init", str(folder), "--site", "north"]) == 0
    table = CONTROLLER.format(name="press", port=live.port).replace('"s7"', '"logix"')
    with (folder / "ccontrol.toml").open("a") as config:
        config.write(table + OPTIONS)
    found = Plant(folder, {})
    assert found.run("enroll", "press", "--yes").code == 0
    read = found.run("poll", "press", "--depth", "full")
    assert read.code in (0, 1), read
    return found


def newest(site: Plant) -> str:
    """The message of the newest commit."""
    (store,) = (site.folder / "baselines").iterdir()
    command = ["git", "--git-dir", str(store), "show", "-s", "--format=%B", "observed"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_rungs_edit_is_committed_and_says_that_the_routine_is_not_known(
    live: Live, tmp_path: Path
) -> None:
    site = enrolled(live, tmp_path)
    live.play(scene.online_edit, "MainProgram", "TwoHand")
    site.run("poll", "press")
    text = newest(site)
    assert "the program was edited; which routine is not known" in text
    assert "edit_mark" in text or "edit mark" in text
    assert "unchanged" in site.run("poll", "press").out


def test_a_new_tag_is_committed_by_name(live: Live, tmp_path: Path) -> None:
    site = enrolled(live, tmp_path)
    live.play(scene.add_tag, Tag("Bypass", "BOOL"), "MainProgram")
    site.run("poll", "press")
    text = newest(site)
    assert "Bypass" in text
    assert "BOOL, read/write" in text


def test_a_controller_without_an_audit_value_is_never_said_to_be_unchanged(
    tmp_path: Path,
) -> None:
    with running(plant.press(model=l61())) as live:
        site = enrolled(live, tmp_path)
        look = site.json("poll", "press")["polls"][-1]
        assert look["says"] == "unchanged where seen"
        assert look["strengths"]["program"] == "none"


def test_a_download_is_waited_for(live: Live, tmp_path: Path) -> None:
    site = enrolled(live, tmp_path)
    live.play(scene.start_download)
    look = site.json("poll", "press")["polls"][-1]
    assert look["outcome"] == "incomplete"
    assert "a download is in progress" in look["reason"]
    told = len(site.changes_of("press"))
    live.play(scene.finish_download)
    site.run("poll", "press")
    assert len(site.changes_of("press")) == told + 1
