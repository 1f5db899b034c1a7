"""A new version that shows S7 blocks otherwise: seen from outside it changes nothing."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from ccontrol.logic import views
from ccontrol.model.unit import Image
from ccontrol.sim.s7 import plant as sim
from ccontrol.sim.s7 import scene
from ccontrol.store.repository import Repository
from tests.e2e.simulated_plant import Plant, made


class Later:
    """A renderer of S7 blocks of a later version, which writes other text."""

    name = "mc7/later"

    @staticmethod
    def write(image: Image, words: Mapping[str, str]) -> tuple[str, str]:
        return "stl", "shown in a better way\n"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with ExitStack() as stack:
        yield made(tmp_path / "plant", stack, ("press-3",))


def classes(plant: Plant) -> list[str]:
    with Repository.open(plant.folder / "baselines" / "north") as repository:
        return [str(commit.trailer("Class")) for commit in reversed(repository.history())]


def test_a_newer_renderer_is_one_commit_no_change_and_no_alert(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plant.run("enroll", "press-3", "--yes").code == 0
    assert plant.run("poll", "press-3").code in (0, 1)
    patch = plant.run("diff", "press-3", "--full").out
    assert "        UC    FC 2" in patch
    (first,) = plant.changes_of("press-3")
    monkeypatch.setitem(views._BY_MASK, "s7/1", Later)
    said = plant.run("poll", "press-3")
    assert (said.code, said.err) == (0, "")
    assert plant.changes_of("press-3") == [first]
    assert classes(plant)[-2:] == ["change", "rendering"]
    assert plant.run("poll", "press-3").code in (0, 1)
    assert classes(plant)[-2:] == ["change", "rendering"]
    assert plant.run("verify").code == 0


def test_a_download_reads_as_instructions_in_the_diff(plant: Plant) -> None:
    assert plant.run("enroll", "press-3", "--yes").code == 0
    assert plant.run("poll", "press-3").code in (0, 1)
    plant.live["press-3"].play(scene.network_download, sim.ob1(1, 3))
    plant.run("poll", "press-3", "--depth", "full")
    patch = plant.run("diff", "press-3").out
    assert "views/hall/press-3/OB/OB1.press-3.stl" in patch
    assert "-        UC    FC 2" in patch
