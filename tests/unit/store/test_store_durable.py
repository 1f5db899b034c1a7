import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ccontrol.config.settings import KeyFile, StoreSettings
from ccontrol.errors import StoreError, StoreFullError, StoreReadOnlyError
from ccontrol.model.secret import Secret
from ccontrol.store import durable
from ccontrol.store.room import Room
from ccontrol.store.spool import Spool


def test_a_file_is_replaced_in_one_step_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    durable.write_whole(path, b"old")
    with path.open("rb") as reader:
        durable.write_whole(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_everything_is_synced_before_a_write_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.rename

    def seen_sync(handle: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name[:5]}")
        sync(handle)

    def seen_replace(source: Path, target: Path) -> None:
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", seen_sync)  # both note the order, and do what they did
    monkeypatch.setattr(os, "replace", seen_replace)
    durable.write_whole(tmp_path / "file", b"content")
    assert done == ["sync .file", "rename", f"sync {tmp_path.name[:5]}"]
    done.clear()
    durable.append(tmp_path / "lines", b"one\n")
    assert done == ["sync lines", f"sync {tmp_path.name[:5]}"]
    done.clear()
    durable.append(tmp_path / "lines", b"two\n")
    assert done == ["sync lines"]


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    with pytest.raises(StoreError):
        durable.write_whole(folder, b"a file cannot take a folder's place")
    assert list(tmp_path.iterdir()) == [folder]


def test_appending_ends_a_torn_line_first_and_tells(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    assert not durable.append(path, b"one\n")
    path.write_bytes(b"one\ntw")
    assert durable.append(path, b"three\n")
    assert path.read_bytes() == b"one\ntw\nthree\n"


def test_a_sweep_takes_half_written_files_only(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".x.age.12-0.tmp").write_bytes(b"half")
    (tmp_path / "kept.tmp").write_bytes(b"somebody's")
    assert durable.sweep(tmp_path) == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept.tmp"]


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    made = durable.make_folder(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert durable.make_folder(made) == made


def test_below_the_low_water_mark_nothing_may_be_written(tmp_path: Path) -> None:
    room = Room(tmp_path, low_water_bytes=1)
    room.check()
    assert room.free_bytes > 0
    with pytest.raises(StoreFullError, match="low-water mark of 1,000,000,000,000,000,000"):
        Room(tmp_path, low_water_bytes=10**18).check()


def test_a_folder_that_is_not_there_has_no_room(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        Room(tmp_path / "gone", low_water_bytes=1).check()


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder that this process may not write, root or not."""
    nobody = 65_534
    with TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        before = os.geteuid()
        if before == 0:
            os.seteuid(nobody)
        try:
            yield Path(name)
        finally:
            os.seteuid(before)


def test_a_read_only_folder_is_named_as_such() -> None:
    with read_only_folder() as folder:
        with pytest.raises(StoreReadOnlyError):
            Room(folder, low_water_bytes=1).check()
        with pytest.raises(StoreReadOnlyError):
            durable.write_whole(folder / "file", b"")
        with pytest.raises(StoreReadOnlyError):
            durable.append(folder / "file", b"line\n")
        with pytest.raises(StoreReadOnlyError):
            durable.make_folder(folder / "deeper")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that are another's")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    durable.write_whole(tmp_path / "pauses.json", b"{}")
    durable.append(tmp_path / "2031-05-06.jsonl", b"{}\n")
    durable.make_folder(tmp_path / "deep" / "deeper")
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {65_534}


def test_a_spool_takes_nothing_that_would_fill_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", room=Room(tmp_path, low_water_bytes=10**18))
    with pytest.raises(StoreFullError, match="low-water mark"):
        spool.put("capture", b"heard")
    assert spool.names() == ()


def test_by_default_what_waits_fits_into_the_room_that_commits_leave(
    tmp_path: Path,
) -> None:
    store = StoreSettings(tmp_path, KeyFile(tmp_path / "key"), Secret("11" * 32), "")
    assert store.spool_limit_bytes < store.low_water_bytes
