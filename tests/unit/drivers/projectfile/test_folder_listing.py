"""Which names are passing, when a file rests, and which file systems tell of everything."""

from pathlib import Path

import pytest

from ccontrol.drivers.projectfile.events import mount_types
from ccontrol.drivers.projectfile.listing import Mark, Resting, is_passing, look
from tests.e2e.kernel import like_everybody

MOUNTS = (
    "/dev/sda1 / ext4 rw 0 0\n//nas/p /srv/press\\040files cifs rw 0 0\nx /srv/nfs nfs4 rw 0 0\n"
)


@pytest.mark.parametrize(
    "name", ["~$a.L5X", ".a.swp", "a.L5X~", "a.tmp", "A.TMP", "Line_BAK000.acd", "a.Wrk", "a.Sem"]
)
def test_what_programs_put_beside_a_file_is_passed_over(name: str) -> None:
    assert is_passing(name)


@pytest.mark.parametrize("name", ["a.L5X", "Line.ACD", "back.acd", "tmp.L5X", "a~b.awl", "a"])
def test_a_file_of_its_own_is_not(name: str) -> None:
    assert not is_passing(name)


def test_a_file_rests_once_it_has_not_moved_for_long_enough() -> None:
    resting = Resting(5.0)
    assert resting.look({"a": Mark(10, 1, 1)}, 0.0) == ()
    assert resting.look({"a": Mark(20, 2, 2)}, 4.0) == ()
    assert resting.look({"a": Mark(20, 2, 2)}, 8.9) == ()
    assert resting.look({"a": Mark(20, 2, 2)}, 9.0) == ("a",)
    assert resting.look({"a": Mark(20, 2, 9)}, 10.0) == (), "another file took its name"


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/srv/press files/a", "cifs"), ("/srv/nfs", "nfs4"), ("/srv/nfs2", "ext4"), ("/", "ext4")],
)
def test_a_folder_lies_on_the_longest_mount_above_it(folder: str, kind: str) -> None:
    assert mount_types(Path(folder), MOUNTS)[0] == kind


def made(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_folders_inside_are_looked_into_as_deep_as_allowed(tmp_path: Path) -> None:
    made(tmp_path, "a.L5X", "1/b.L5X", "1/2/c.L5X", ".git/d.L5X", "1/~$e.L5X")
    assert [*look(tmp_path).files] == ["a.L5X"]
    assert [*look(tmp_path, 1).files] == ["1/b.L5X", "a.L5X"]
    assert [*look(tmp_path, 4).files] == ["1/2/c.L5X", "1/b.L5X", "a.L5X"]


def test_links_to_folders_are_not_followed_and_a_ring_of_them_ends(tmp_path: Path) -> None:
    made(tmp_path, "outside/secret.L5X", "dropped/in/a.L5X")
    (tmp_path / "dropped" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "dropped" / "in" / "ring").symlink_to(tmp_path / "dropped")
    assert [*look(tmp_path / "dropped", 16).files] == ["in/a.L5X"]


def test_a_crowd_further_down_hides_nothing_above_and_is_told(tmp_path: Path) -> None:
    made(tmp_path, *(f"0/{number}.txt" for number in range(50)), "z.L5X", "1/y.L5X")
    listed = look(tmp_path, 4, most=20)
    assert "z.L5X" in listed.files
    assert len(listed.files) < 20
    assert not listed.whole
    assert look(tmp_path, 4).whole


def test_a_folder_inside_that_may_not_be_listed_is_named_and_the_others_are_seen(
    tmp_path: Path,
) -> None:
    made(tmp_path, "shut/a.L5X", "open/b.L5X")
    (tmp_path / "shut").chmod(0)
    with like_everybody():
        listed = look(tmp_path, 4)
    (tmp_path / "shut").chmod(0o700)
    assert [*listed.files] == ["open/b.L5X"]
    assert listed.unlisted == {"shut": "Permission denied"}


def test_a_share_that_is_mounted_inside_a_folder_is_told_of_too() -> None:
    assert mount_types(Path("/srv"), MOUNTS) == ("ext4", "cifs", "nfs4")
