"""Project folders dropped into a watched folder: found by events and by looking, named by path."""

import os
from pathlib import Path

import pytest

from ccontrol.config.settings import WatchedFolder
from tests.e2e.watched_folder import Plant, l5x, watch


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def folder(tmp_path: Path, controller: str, events: str, depth: int = 4) -> WatchedFolder:
    look_s = 0.5 if events == "poll" else 60.0
    return WatchedFolder(
        tmp_path / "dropped", controller, (), events, look_s, settle_s=0.5, depth=depth
    )


@pytest.mark.parametrize("events", ["auto", "poll"])
def test_a_tree_that_is_dropped_whole_is_taken_file_by_file(tmp_path: Path, events: str) -> None:
    async def story(plant: Plant) -> None:
        await plant.until(lambda: plant.site.scribe.waiting == 0)
        tree = tmp_path / "elsewhere" / "Line"
        (tree / "POUs" / "deep").mkdir(parents=True)
        (tree / "Main.L5X").write_bytes(l5x())
        (tree / "POUs" / "deep" / "Pump.st").write_bytes(b"a := 1;\n")
        (tree / "POUs" / "plc.tmc").write_bytes(b"what the programming system keeps for itself")
        (tree / "POUs" / "out").symlink_to("/etc")
        tree.rename(plant.folder / "Line")
        await plant.says("project file Line/Main.L5X: first seen")
        await plant.says("project file Line/POUs/deep/Pump.st: first seen")
        (plant.folder / "Line" / "POUs" / "deep" / "Pump.st").write_bytes(b"a := 2;\n")
        await plant.says("project file Line/POUs/deep/Pump.st: ")
        facts = [path for path in plant.files() if path.endswith("file.toml")]
        assert sorted(facts) == [
            "project/hall-1/press-3/Line=2FMain.L5X/file.toml",
            "project/hall-1/press-3/Line=2FPOUs=2Fdeep=2FPump.st/file.toml",
        ]

    watch(tmp_path, story, folder(tmp_path, "press-3", events))


def test_a_folder_inside_that_is_called_like_a_controller_says_whose_its_files_are(
    tmp_path: Path,
) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "Oven_1").mkdir()
        (plant.folder / "Oven_1" / "a.st").write_bytes(b"a := 1;\n")
        await plant.says("Oven 1: project file Oven_1/a.st: first seen")

    watch(tmp_path, story, folder(tmp_path, "", "poll"))


def test_with_depth_0_nothing_inside_is_looked_at(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "in").mkdir()
        (plant.folder / "in" / "a.L5X").write_bytes(l5x())
        (plant.folder / "b.L5X").write_bytes(l5x())
        await plant.says("b.L5X: first seen")
        assert not any("in/a.L5X" in subject for subject in plant.subjects())

    watch(tmp_path, story, folder(tmp_path, "press-3", "poll", depth=0))


def test_names_inside_that_steer_or_climb_are_written_out(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        inside = plant.folder / "a..b.." / "a\x1b[2J" / "=binding.toml"
        inside.mkdir(parents=True)
        (inside / os.fsdecode(b"gr\xfcn\\..\\x.st")).write_bytes(b"a := 1;\n")
        await plant.says("first seen")
        assert all(subject.isprintable() for subject in plant.subjects())
        for path in plant.files():
            assert path.isascii()
            assert ".." not in path.split("/")

    watch(tmp_path, story, folder(tmp_path, "press-3", "poll"))


def test_no_password_of_a_project_file_reaches_the_tree(tmp_path: Path) -> None:
    secret = "hunter2-of-the-plant"
    content = l5x().replace(
        b'<Controller Use="Target"',
        f'<Controller Use="Target" Password="{secret}" SourceKey="{secret}"'.encode(),
    )

    async def story(plant: Plant) -> None:
        (plant.folder / "a.L5X").write_bytes(content)
        await plant.says("a.L5X: first seen")
        tree = b"".join(plant.files("").values())
        assert b"(sealed " in tree
        assert secret.encode() not in tree
        assert not any(secret in commit for commit in plant.subjects())

    watch(tmp_path, story, folder(tmp_path, "press-3", "poll", depth=0))
