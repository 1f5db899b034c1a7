"""Which names are passing, when a file rests, and which file systems tell of everything."""

from pathlib import Path

import pytest

from ccontrol.drivers.projectfile.events import mount_type
from ccontrol.drivers.projectfile.listing import Mark, Resting, is_passing

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
    assert resting.look({"a": Mark(1, 10, 1)}, 0.0) == ()
    assert resting.look({"a": Mark(1, 20, 2)}, 4.0) == ()
    assert resting.look({"a": Mark(1, 20, 2)}, 8.9) == ()
    assert resting.look({"a": Mark(1, 20, 2)}, 9.0) == ("a",)
    assert resting.look({"a": Mark(2, 20, 2)}, 10.0) == (), "another file took its name"


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/srv/press files/a", "cifs"), ("/srv/nfs", "nfs4"), ("/srv/nfs2", "ext4"), ("/", "ext4")],
)
def test_a_folder_lies_on_the_longest_mount_above_it(folder: str, kind: str) -> None:
    assert mount_type(Path(folder), MOUNTS) == kind
