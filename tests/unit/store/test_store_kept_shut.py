"""The writer's lock and the store's modes: what somebody took away or opened is noticed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccontrol.errors import StoreForeignError
from ccontrol.store import refs
from ccontrol.store.disk import Disk
from ccontrol.store.layout import BRANCH
from ccontrol.store.writer import Writer
from tests.unit.store.made_store import SAID, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.make(tmp_path)
    site.write({"plant/press/id": b"1"})
    return site


@pytest.mark.parametrize(
    ("done", "word"),
    [
        (Path.unlink, "removed"),
        (lambda path: path.rename(path.with_name("lock.old")), "removed"),
        (lambda path: (path.unlink(), path.touch()), "replaced"),
        (lambda path: path.parent.rename(path.parent.with_name("old")), "removed"),
    ],
)
def test_a_writer_whose_lock_was_taken_away_moves_no_branch(
    done: Callable[[Path], object], word: str, site: Site
) -> None:
    head = refs.read(site.git_dir, BRANCH)
    with site.writer() as writer:
        done(site.git_dir / "ccontrol" / "lock")
        with pytest.raises(StoreForeignError, match=word) as caught:
            writer.commit({"plant/press/id": b"2"}, message=SAID, when=site.clock.now())
    assert "anew" in caught.value.hint
    assert refs.read(site.git_dir, BRANCH) == head


class _ThiefOfLocks(Disk):
    """Takes the lock away in the middle of a commit, when its objects are written."""

    def __init__(self, lock: Path) -> None:
        self._lock = lock

    def create(self, path: Path, content: bytes, mode: int) -> None:
        self._lock.unlink(missing_ok=True)
        super().create(path, content, mode)


def test_a_lock_that_goes_in_the_middle_of_a_commit_is_missed_before_the_branch_moves(
    site: Site,
) -> None:
    head = refs.read(site.git_dir, BRANCH)
    disk = _ThiefOfLocks(site.git_dir / "ccontrol" / "lock")
    with (
        Writer(site.git_dir, site.daemon, site.clock, disk=disk) as writer,
        pytest.raises(StoreForeignError, match="removed"),
    ):
        writer.commit({"plant/press/id": b"2"}, message=SAID, when=site.clock.now())
    assert refs.read(site.git_dir, BRANCH) == head


def test_a_store_that_was_opened_to_others_is_shut_again_and_says_so_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (".", "objects", "ccontrol", "refs", "logs"):
        (site.git_dir / name).chmod(0o755)
    for name in ("HEAD", "config", "ccontrol/head", "ccontrol/lock"):
        (site.git_dir / name).chmod(0o664)
    with caplog.at_level("WARNING"):
        site.writer().close()
        site.writer().close()
    (line,) = (record.getMessage() for record in caplog.records)
    assert "9 names of the store were open to others" in line
    for path in (site.git_dir, *site.git_dir.iterdir(), *(site.git_dir / "ccontrol").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (site.git_dir / "refs").stat().st_mode & 0o777 == 0o700
    assert (site.git_dir / "config").stat().st_mode & 0o777 == 0o600
