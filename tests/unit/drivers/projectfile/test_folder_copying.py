"""A dropped file copied: whatever its date, its place and what it is swapped for meanwhile."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ccontrol.drivers.projectfile.copying import copy
from ccontrol.errors import BadFileError

MOST = 1 << 20


@pytest.fixture
def any_date() -> Iterator[Path]:
    """A folder on a file system that keeps dates of 64 bits."""
    if not Path("/dev/shm").is_dir():
        pytest.skip("there is no tmpfs here, and disks keep no such dates")
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.parametrize(("second", "year"), [(2**40, 9999), (2**60, 9999), (-(2**40), 1970)])
def test_a_date_that_no_calendar_holds_is_the_nearest_one(
    any_date: Path, second: int, year: int
) -> None:
    path = any_date / "a.L5X"
    path.write_bytes(b"x")
    os.utime(path, (0, second))
    assert path.stat().st_mtime == second
    copied = copy(any_date, "a.L5X", io.BytesIO(), MOST)
    assert copied is not None
    assert copied.modified_at.year == year


def test_a_file_in_a_folder_inside_is_copied(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.L5X").write_bytes(b"content")
    target = io.BytesIO()
    copied = copy(tmp_path, "a/b/c.L5X", target, MOST)
    assert copied is not None
    assert target.getvalue() == b"content"


@pytest.mark.parametrize("name", ["file", "link/secret", "inside/link/secret"])
def test_no_link_is_followed_on_the_way_or_at_its_end(tmp_path: Path, name: str) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "dropped"
    outside.mkdir()
    (folder / "inside").mkdir(parents=True)
    (outside / "secret").write_bytes(b"root:x")
    (folder / "link").symlink_to(outside)
    (folder / "inside" / "link").symlink_to(outside)
    (folder / "file").symlink_to(outside / "secret")
    target = io.BytesIO()
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        copy(folder, name, target, MOST)
    assert target.getvalue() == b""


def test_a_pipe_that_took_the_name_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.L5X")
    with pytest.raises(BadFileError, match="no regular file"):
        copy(tmp_path, "a.L5X", io.BytesIO(), MOST)
