import hashlib
import subprocess  # noqa: TID251 — stock git is the judge
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.errors import AlreadyThereError, StoreError
from ccontrol.store.creation import create
from ccontrol.store.keys import KeyKind
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository
from tests.unit.store.made_store import SAID, Site, git

FOLDER = "plant/hall-2/press-3"


@pytest.fixture(params=list(KeyKind))
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return Site.make(tmp_path, request.param)


@pytest.fixture
def plain_site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


def units(count: int) -> dict[str, bytes]:
    return {f"{FOLDER}/units/FC{n}--press-3.txt": b"unit %d\n" % n for n in range(count)}


def test_stock_git_calls_the_signature_good(site: Site) -> None:
    receipt = site.write({**units(3)})
    assert 'Good "git" signature for ccontrol@plant-1' in site.git("verify-commit", receipt.commit)
    log = site.git("log", "--show-signature", "--format=%H %G? %an <%ae> %s")
    assert log.count("Good") == 2
    assert f"{receipt.commit} G ccontrol <ccontrol@plant-1> press-3: OB1 changed" in log


def test_stock_git_finds_nothing_wrong_with_the_objects(site: Site) -> None:
    site.write({**units(3)})
    assert site.git("fsck", "--strict", "--full", "--no-dangling") == ""


def test_a_clone_holds_the_same_files(site: Site, tmp_path: Path) -> None:
    site.write({**units(3)})
    git("clone", "-q", str(site.git_dir), str(tmp_path / "clone"))
    found = {
        str(path.relative_to(tmp_path / "clone")): path.read_bytes()
        for path in (tmp_path / "clone" / "plant").rglob("*")
        if path.is_file()
    }
    assert found == units(3)
    assert (tmp_path / "clone" / ".gitattributes").read_bytes() == b"* -text\n"


def test_the_shadow_id_is_what_a_sha256_repository_computes(
    plain_site: Site,
    tmp_path: Path,
) -> None:
    plain_site.write({**units(12), "state/a.b/x": b"1", "state/a/x": b"2", "state/a0": b""})
    receipt = plain_site.write({f"{FOLDER}/units/FC3--press-3.txt": b"changed\r\n"})
    git("clone", "-q", str(plain_site.git_dir), str(tmp_path / "clone"))
    (tmp_path / "clone" / ".git").rename(tmp_path / "aside")
    git("init", "-q", "--object-format=sha256", str(tmp_path / "clone"))
    git("add", "-A", "-f", where=tmp_path / "clone")
    assert git("write-tree", where=tmp_path / "clone").strip() == receipt.tree_sha256
    trailer = plain_site.git("log", "-1", "--format=%(trailers:key=Tree-SHA256,valueonly)")
    assert trailer.strip() == receipt.tree_sha256


def test_each_commit_names_the_hash_of_the_one_before(plain_site: Site) -> None:
    first = plain_site.write({"plant/a": b"1"})
    plain_site.write({"plant/a": b"2"})
    raw = subprocess.run(
        ["git", "--git-dir", str(plain_site.git_dir), "cat-file", "commit", first.commit],
        capture_output=True,
        check=True,
    ).stdout
    trailer = plain_site.git("log", "-1", "--format=%(trailers:key=Parent-SHA256,valueonly)")
    assert trailer.strip() == hashlib.sha256(raw).hexdigest()


def test_git_reads_exactly_the_trailers_that_were_given(plain_site: Site) -> None:
    plain_site.write({"plant/a": b"1"})
    text = plain_site.git("log", "-1", "--format=%B")
    parsed = git("interpret-trailers", "--parse", said=text).splitlines()
    assert [line.split(":")[0] for line in parsed] == ["Change-Id", "Tree-SHA256", "Parent-SHA256"]


def test_what_was_written_is_read_back(plain_site: Site) -> None:
    plain_site.write({**units(5)})
    with Repository.open(plain_site.git_dir) as repository:
        assert repository.read("plant") == units(5)
        assert repository.read(f"{FOLDER}/units/FC1--press-3.txt") == {
            f"{FOLDER}/units/FC1--press-3.txt": b"unit 1\n",
        }
        assert repository.read("plant/nowhere") == {}


def test_a_replaced_folder_holds_only_what_was_given(plain_site: Site) -> None:
    plain_site.write({**units(5), "plant/hall-2/mill-1/id": b"mill"})
    only = {f"{FOLDER}/units/FC9--press-3.txt": b"new\n", f"{FOLDER}/id": b"press"}
    with plain_site.writer() as writer:
        now = plain_site.clock.now()
        assert writer.commit(only, message=SAID, when=now, replace=(FOLDER,)) is not None
        assert writer.repository.read(FOLDER) == only
        assert writer.repository.read("plant/hall-2/mill-1") == {"plant/hall-2/mill-1/id": b"mill"}


def test_none_removes_a_file_a_folder_and_the_folders_left_empty(plain_site: Site) -> None:
    plain_site.write({"a/b/c": b"1", "a/b/d": b"2", "e/f/g": b"3", "h": b"4"})
    plain_site.write({"a/b/c": None, "e/f": None})
    with Repository.open(plain_site.git_dir) as repository:
        assert set(repository.read()) == {".gitattributes", "a/b/d", "h"}
        assert repository.tree_of("e") is None


def test_a_file_may_become_a_folder_and_a_folder_a_file(plain_site: Site) -> None:
    plain_site.write({"a": b"file", "b/c": b"folder"})
    plain_site.write({"a/x": b"now a folder", "b": b"now a file"})
    with Repository.open(plain_site.git_dir) as repository:
        assert set(repository.read()) == {".gitattributes", "a/x", "b"}
    assert plain_site.git("fsck", "--strict") == ""


def test_what_changes_nothing_makes_no_commit(plain_site: Site) -> None:
    plain_site.write({**units(5)})
    with plain_site.writer() as writer:
        head = writer.repository.head()
        now = plain_site.clock.now()
        assert writer.commit(units(5), message=SAID, when=now, replace=("plant",)) is None
        assert writer.repository.head() == head
        assert not writer.differs(FOLDER, units(5))
        assert writer.differs(FOLDER, units(4))
        assert writer.differs(FOLDER, {**units(5), f"{FOLDER}/id": b""})


@pytest.mark.parametrize("path", ["one", "two", "in/side", "in/deeper/down"])
def test_a_folder_differs_when_one_of_its_files_does(plain_site: Site, path: str) -> None:
    names = ("one", "two", "in/side", "in/deeper/down")
    files = {f"{FOLDER}/{name}": b"the same in each" for name in names}
    plain_site.write({**files, "plant/other": b"1"})
    with plain_site.writer() as writer:
        assert not writer.differs(FOLDER, files)
        assert writer.differs(FOLDER, {**files, f"{FOLDER}/{path}": b"not the same"})
        renamed = {f"{name}-": content for name, content in files.items()}
        assert writer.differs(FOLDER, renamed)


def test_a_folder_that_is_not_there_holds_no_files(plain_site: Site) -> None:
    plain_site.write({"plant/press": b"a file"})
    with plain_site.writer() as writer:
        assert not writer.differs("plant/none", {})
        assert writer.differs("plant/none", {"plant/none/one": b"1"})
        assert writer.differs("plant/press", {})
        with pytest.raises(ValueError, match="lies in"):
            writer.differs("plant/press", {"plant/other": b"1"})


def test_equal_files_have_equal_tree_ids_whatever_their_history(plain_site: Site) -> None:
    plain_site.write({"one/x/y": b"1"})
    plain_site.write({"two/x/y": b"0"})
    plain_site.write({"two/x/y": b"1"})
    with Repository.open(plain_site.git_dir) as repository:
        assert repository.tree_of("one") == repository.tree_of("two")
        assert repository.tree_of("one") is not None


def test_dates_stand_still_while_the_clock_is_behind(plain_site: Site) -> None:
    first = plain_site.write({"a": b"1"})
    plain_site.clock.pass_by(days=-30)
    second = plain_site.write({"a": b"2"})
    assert second.committed_at == first.committed_at
    plain_site.clock.pass_by(days=60)
    assert plain_site.write({"a": b"3"}).committed_at - first.committed_at > timedelta(days=29)
    assert plain_site.verify().faults == ()


def test_the_history_of_a_folder_is_its_own(plain_site: Site) -> None:
    mine = plain_site.write({f"{FOLDER}/id": b"1"})
    plain_site.write({"plant/hall-2/mill-1/id": b"1"})
    newer = plain_site.write({f"{FOLDER}/id": b"2"})
    with Repository.open(plain_site.git_dir) as repository:
        history = repository.history(FOLDER)
        assert [commit.id for commit in history] == [newer.commit, mine.commit]
        assert [commit.id for commit in repository.history(FOLDER, limit=1)] == [newer.commit]
        assert history[0].trailer("Change-Id") == "c0ffee"
        assert repository.changed_paths(mine.commit, newer.commit, "plant") == (
            "plant/hall-2/mill-1/id",
            f"{FOLDER}/id",
        )
        assert "-1\n" in repository.patch(mine.commit, newer.commit, FOLDER)


@pytest.mark.parametrize(
    "path",
    [
        *("../x", "a/../b", "/a", "a//b", "a/", ""),
        *(".git/config", "a/.GIT/x", "a/.gitmodules", "GIT~1", "con ."),
        *("a\\b", "a:b", "a\nb", "a\0b", "a\x1b[31m", "ä"),
        *("x" * 256, "a/" * 600 + "a"),
    ],
)
def test_a_path_that_some_system_would_misread_is_refused(path: str, plain_site: Site) -> None:
    with plain_site.writer() as writer, pytest.raises(ValueError, match="cannot be stored"):
        writer.commit({path: b"x"}, message=SAID, when=plain_site.clock.now())


@pytest.mark.parametrize("edits", [{"a": b"", "a/b": b""}, {"a/b": b"", "a": b""}])
def test_a_path_cannot_be_a_file_and_a_folder(edits: dict[str, bytes], plain_site: Site) -> None:
    with plain_site.writer() as writer, pytest.raises(ValueError, match="twice"):
        writer.commit(edits, message=SAID, when=plain_site.clock.now())


def test_a_trailer_cannot_pretend_to_be_the_stores_own() -> None:
    with pytest.raises(ValueError, match="trailer"):
        Message("x", trailers=(("tree-sha256", "0" * 64),))


def test_a_store_is_never_made_over_something(plain_site: Site, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(AlreadyThereError):
        create(tmp_path / "taken", plain_site.daemon, plain_site.clock)
    with pytest.raises(AlreadyThereError):
        create(plain_site.git_dir, plain_site.daemon, plain_site.clock)


def test_a_folder_that_is_no_store_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a store"):
        Repository.open(tmp_path)


def test_the_formats_are_fixed_and_nothing_expires(plain_site: Site) -> None:
    settings = plain_site.git("config", "--list").splitlines()
    assert {"core.usereplacerefs=false", "core.fsync=all", "gc.auto=0", "core.bare=true"} <= set(
        settings,
    )
    assert plain_site.git("rev-parse", "--show-object-format").strip() == "sha1"
    assert plain_site.git("symbolic-ref", "HEAD").strip() == "refs/heads/observed"
