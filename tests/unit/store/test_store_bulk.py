"""Many objects in one stream: the same as one at a time, and nothing that was not asked for."""

from datetime import timedelta

import pytest

from ccontrol.errors import StoreError
from ccontrol.store import objects
from ccontrol.store.bulk import commits_back, find_entries, read_files, read_objects
from ccontrol.store.repository import Repository
from tests.unit.store.made_store import Site

PATHS = ("", "plant", "plant/press", "plant/press/id", "plant/saw", "plant/press/id/x", "state")


def heads(site: Site) -> list[str]:
    return site.git("rev-list", "observed").split()


def test_files_of_many_folders_are_those_that_are_read_one_by_one(site: Site) -> None:
    with Repository.open(site.git_dir) as repository:
        for commit in heads(site):
            tree = bytes.fromhex(repository.commit(commit).tree)
            wanted = [(tree, path) for path in PATHS]
            one_by_one = [repository.read(path, commit) for path in PATHS]
            assert list(read_files(site.git_dir, wanted)) == one_by_one
            entries = [repository.entry(path, commit) for path in PATHS]
            assert find_entries(site.git_dir, wanted) == entries


def test_the_same_path_may_be_wanted_of_many_commits_and_twice(site: Site) -> None:
    with Repository.open(site.git_dir) as repository:
        trees = [bytes.fromhex(repository.commit(commit).tree) for commit in heads(site)[:3]]
    wanted = [(tree, "plant/press/id") for tree in (*trees, trees[0])]
    found = [files["plant/press/id"] for files in read_files(site.git_dir, wanted)]
    assert found == [b"3", b"2", b"1", b"3"]


def test_commits_come_newest_first_and_a_reader_may_stop(site: Site) -> None:
    whole = [commit.id for commit in commits_back(site.git_dir, heads(site)[0])]
    assert whole == heads(site)
    back = commits_back(site.git_dir, whole[0])
    first, second = next(back), next(back)
    assert first.when - second.when >= timedelta(0)


def test_nothing_is_asked_of_git_where_nothing_is_wanted(site: Site) -> None:
    assert list(read_objects(site.git_dir, "blob", ())) == []
    assert list(read_files(site.git_dir, ())) == []


def test_an_object_that_is_missing_is_an_error_and_no_empty_file(site: Site) -> None:
    with pytest.raises(StoreError, match="missing"):
        list(read_objects(site.git_dir, "blob", (b"\x01" * 20,)))


def test_an_object_of_another_kind_is_refused(site: Site) -> None:
    with pytest.raises(StoreError):
        list(read_objects(site.git_dir, "blob", (bytes.fromhex(heads(site)[0]),)))


def test_content_under_a_wrong_name_is_refused(site: Site) -> None:
    """Git itself does not compare an object that it reads with its name."""
    right, wrong = objects.sha1_id("blob", b"3"), objects.sha1_id("blob", b"mill")
    folder = site.git_dir / "objects"
    there, other = (folder / one.hex()[:2] / one.hex()[2:] for one in (right, wrong))
    there.chmod(0o600)
    there.write_bytes(other.read_bytes())
    with pytest.raises(StoreError, match="does not have the content it names"):
        list(read_objects(site.git_dir, "blob", (right,)))
