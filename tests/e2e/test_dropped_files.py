"""Files dropped into a folder of a real daemon: real events, real git, the real decoder process."""

import asyncio
import os
from pathlib import Path

import pytest

from ccontrol.canonical.records import parse_record
from ccontrol.config.settings import WatchedFolder
from ccontrol.model.aspect import Aspect
from ccontrol.store.vault import Vault
from tests.e2e.watched_folder import IDENTITY, Plant, l5x, watch
from tests.unit.store.made_store import git


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def test_a_dropped_file_is_kept_and_committed_and_its_next_version_says_what_changed(
    tmp_path: Path,
) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        await plant.says("Press 3: project file Press3.L5X: first seen")
        (sealed,) = plant.site.places.vault.glob("??/*.age")
        kept = Vault(plant.site.places.vault, IDENTITY.recipient).get(sealed.stem, IDENTITY.secret)
        assert kept == l5x()
        ladder = plant.files()[
            "project/hall-1/press-3/Press3.L5X/text/programs/Pump/routines/Main.lad"
        ]
        assert b"XIC" in ladder
        path.write_bytes(l5x("XIO(Start)OTE(Motor);"))
        await plant.says("Press 3: project file Press3.L5X: Main: contact Start inverted")
        store = str(plant.git_dir)
        head = git("--git-dir", store, "log", "-1", "--format=%B", "refs/heads/observed")
        assert "inver" in head
        assert "Severity high" in head

    watch(tmp_path, story)


def test_a_file_that_is_exported_anew_says_that_its_content_is_the_same(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        await plant.says("first seen")
        beside = plant.folder / "Press3.L5X.tmp"
        beside.write_bytes(l5x(date="tuesday"))
        beside.replace(path)
        await plant.says("Press 3: project file Press3.L5X: another file with the same content")

    watch(tmp_path, story)


def test_a_damaged_file_keeps_the_text_of_the_one_before_and_says_so(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        await plant.says("first seen")
        path.write_bytes(l5x()[:300])
        await plant.says("project file Press3.L5X: cannot be read")
        assert "XIC" in plant.text()

    watch(tmp_path, story)


def test_links_pipes_locks_folders_and_files_too_large_are_left_alone(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        secret = tmp_path / "secret"
        secret.write_bytes(b"root:x")
        (plant.folder / "a.L5X").symlink_to(secret)
        os.mkfifo(plant.folder / "b.L5X")
        (plant.folder / "c.L5X").mkdir()
        for name in ("~$d.L5X", "d.L5X.tmp", "d_BAK000.acd", "d.Wrk", ".d.L5X.swp"):
            (plant.folder / name).write_bytes(b"x")
        with (plant.folder / "e.L5X").open("wb") as sparse:
            sparse.truncate(2 << 30)
        await plant.journals("is not taken: its 2147483648 bytes")
        (plant.folder / "f.txt").write_bytes(b"anything")
        await plant.says("f.txt: first seen")
        assert len([path for path in plant.files() if path.endswith("/file.toml")]) == 1

    watch(tmp_path, story)


def test_a_file_that_grows_is_waited_for(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        whole = l5x()
        with (plant.folder / "Press3.L5X").open("wb", buffering=0) as growing:
            for at in range(0, len(whole), 100):
                growing.write(whole[at : at + 100])
                await asyncio.sleep(0.15)
        await plant.says("first seen")
        assert not any("cannot be read" in subject for subject in plant.subjects())

    watch(tmp_path, story)


def test_a_folder_that_goes_away_is_told_once_and_comes_back(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        away = tmp_path / "away"
        (plant.folder / "Press3.L5X").write_bytes(l5x())
        await plant.says("first seen")
        plant.folder.rename(away)
        await plant.journals("cannot be listed:")
        await asyncio.sleep(1.5)
        (away / "Press3.L5X").write_bytes(l5x("XIO(Start)OTE(Motor);"))
        away.rename(plant.folder)
        await plant.says("Main: contact Start inverted")
        await plant.journals("that is over: watched folder")
        lines = "".join(path.read_text() for path in plant.site.places.journal.glob("*.jsonl"))
        assert lines.count("cannot be listed:") == 2, "when it went, and when that was over"

    watch(tmp_path, story, WatchedFolder(tmp_path / "dropped", "press-3", (), "poll", 0.5, 0.5))


def test_names_that_steer_a_terminal_are_written_out(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "a\x1b[2J\nb.txt").write_bytes(b"x")
        (plant.folder / os.fsdecode(b"gr\xfcn.txt")).write_bytes(b"y")
        await plant.until(lambda: sum("first seen" in each for each in plant.subjects()) == 2)
        assert all(subject.isprintable() for subject in plant.subjects())
        assert all(path.isascii() and path.isprintable() for path in plant.files())

    watch(tmp_path, story)


def test_whose_a_file_is_says_the_file_itself_and_nobodys_is_told_and_kept(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "x.L5X").write_bytes(l5x(title="OVEN-1"))
        (plant.folder / "y.L5X").write_bytes(l5x(title="Mixer"))
        await plant.says("Oven 1: project file x.L5X: first seen")
        await plant.journals("is nobody's: it calls itself Mixer")
        assert len([*plant.site.places.vault.glob("??/*.age")]) == 2

    watch(tmp_path, story, WatchedFolder(tmp_path / "dropped", settle_s=0.5, look_s=0.5))


def test_one_file_dropped_for_two_controllers_is_a_file_of_each(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "same.txt").write_bytes(b"same")
        (tmp_path / "other" / "same.txt").write_bytes(b"same")
        await plant.says("Press 3: project file same.txt: first seen")
        await plant.says("Oven 1: project file same.txt: first seen")
        assert len([*plant.site.places.vault.glob("??/*.age")]) == 1

    (tmp_path / "other").mkdir()
    press = WatchedFolder(tmp_path / "dropped", "press-3", settle_s=0.5, look_s=0.5)
    oven = WatchedFolder(tmp_path / "other", "oven-1", settle_s=0.5, look_s=0.5)
    watch(tmp_path, story, press, oven)


def test_a_date_that_was_put_back_does_not_hide_a_change_from_a_rescan(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        await plant.says("first seen")
        was = path.stat()
        with path.open("r+b") as file:
            file.write(l5x("XIO(Start)OTE(Motor);"))
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        await plant.says("Main: contact Start inverted")

    often = WatchedFolder(tmp_path / "dropped", "press-3", (), "auto", 0.5, 0.5, rescan_s=1.0)
    watch(tmp_path, story, often)


def test_the_gravest_change_of_a_file_stands_first_and_values_last(tmp_path: Path) -> None:
    before = l5x().replace(
        b"<Programs>",
        b'<Tags><Tag Name="AAA" TagType="Base" DataType="DINT"><Data Format="L5K">1</Data></Tag>'
        b"</Tags><Programs>",
    )
    after = before.replace(b'DINT"><Data Format="L5K">1<', b'DINT"><Data Format="L5K">2<')
    after = after.replace(b"<Programs>", b"<Programs><Program Name='AAA'/>", 1)
    after = after.replace(b"XIC(Start)", b"XIO(Start)")

    async def story(plant: Plant) -> None:
        (plant.folder / "Press3.L5X").write_bytes(before)
        await plant.says("first seen")
        (plant.folder / "Press3.L5X").write_bytes(after)
        await plant.says("Press3.L5X: Main: contact Start inverted: XIC became XIO; and 1 more")
        (record,) = (
            parse_record(data) for data in plant.files("records").values() if b"inverted" in data
        )
        assert [change.aspect for change in record.changes.changes][-1] is Aspect.VALUES
        assert "inverted" in record.changes.changes[0].reason

    watch(tmp_path, story)
