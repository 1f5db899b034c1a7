"""What was taken away, opened to others or rolled back is noticed by the writer itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccontrol.errors import StoreForeignError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store import known_head, refs
from ccontrol.store.disk import Disk
from ccontrol.store.journal import Journal
from ccontrol.store.layout import BRANCH
from ccontrol.store.message import Message
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


def commit_and_journal(site: Site, change_id: str) -> None:
    message = Message("press-3: FC1 changed", trailers=(("Change-Id", change_id),))
    with site.writer() as writer:
        files: dict[str, bytes | None] = {"plant/press/id": change_id.encode()}
        writer.commit(files, message=message, when=site.clock.now())
    journal = Journal(site.git_dir / "ccontrol" / "journal", site.clock)
    journal.append(JournalEntry(site.clock.now(), "press-3", Outcome.CHANGED, change_id=change_id))


def test_a_history_that_holds_what_the_journal_names_is_opened_without_a_word(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        commit_and_journal(site, f"20310506-000000000000000{number}")
        site.clock.pass_by(days=1)
    site.writer().close()
    assert caplog.text == ""


def test_a_rollback_that_took_the_memory_along_is_told_at_the_next_start(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    commit_and_journal(site, "20310506-0000000000000001")
    earlier = refs.read(site.git_dir, BRANCH)
    assert earlier is not None
    commit_and_journal(site, "20310506-0000000000000002")
    site.git("update-ref", BRANCH, earlier)
    known_head.remember(site.git_dir, earlier, Disk())
    with caplog.at_level("ERROR"):
        site.writer().close()
    (line,) = (record.getMessage() for record in caplog.records)
    assert "20310506-0000000000000002" in line
    assert "ccontrol verify" in line


def test_a_day_whose_fold_was_rolled_back_is_told_at_the_next_start(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    commit_and_journal(site, "20310506-0000000000000001")
    journal = Journal(site.git_dir / "ccontrol" / "journal", site.clock)
    reading = journal.read(site.clock.now().date())
    list(reading)
    journal.mark_folded(reading)
    with caplog.at_level("ERROR"):
        site.writer().close()
    assert "the day was committed once" in caplog.text
