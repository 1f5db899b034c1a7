"""A new version that shows S7 blocks otherwise: seen from outside it changes nothing."""

import subprocess  # noqa: TID251 — stock git is the reader
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


def test_stock_git_names_the_network_of_each_hunk_without_any_setting(plant: Plant) -> None:
    chain = "; ".join(f"A M{byte}.0" for byte in range(10, 18))
    networks = [f"{chain}; = Q{number}.0" for number in range(3)]
    assert plant.run("enroll", "press-3", "--yes").code == 0
    for last in ("= Q1.0", "= Q1.7"):
        networks[1] = f"{chain}; {last}"
        plant.live["press-3"].play(scene.network_download, sim.function(7, *networks))
        plant.run("poll", "press-3", "--depth", "full")
    git = ["git", "-C", str(plant.folder / "baselines" / "north")]
    patch = subprocess.run(
        [*git, "diff", "refs/heads/observed~1", "refs/heads/observed", "--", "views"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (hunk,) = [line for line in patch.splitlines() if line.startswith("@@")]
    assert hunk.endswith("@@ NETWORK 2")
    assert "-        =     Q 1.0\n+        =     Q 1.7\n" in patch
