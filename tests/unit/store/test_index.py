import logging
import sqlite3
import subprocess  # noqa: TID251 — a reader beside the daemon is a process of its own
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import StoreError, StoreLockedError
from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Origin, Severity
from ccontrol.store.index import Index, IndexReader
from ccontrol.store.index_rows import (
    IndexedChange,
    PollStatus,
    change_cells,
    change_of,
    fold,
    poll_cells,
    poll_of,
)
from tests.unit.store.made_store import START


def change(number: int, controller: str = "press-3") -> IndexedChange:
    return IndexedChange(
        change_id=f"20310506-{number:016x}",
        controller_id=controller,
        commit=f"{number:040x}",
        taken_at=START + timedelta(hours=number),
        severity=Severity.HIGH,
        subject=f"{controller}: OB1 changed",
        aspects=(Aspect.PROGRAM, Aspect.FIRMWARE),
        origin=Origin.UNKNOWN,
        previous=f"20310506-{number - 1:016x}" if number else "",
    )


def polled(outcome: Outcome, minutes: int = 0, controller: str = "press-3") -> JournalEntry:
    return JournalEntry(
        at=START + timedelta(minutes=minutes),
        controller_id=controller,
        outcome=outcome,
        depth=Depth.GLANCE,
        requests=7,
        bytes_sent=100,
        bytes_received=1_000,
        reason="no answer" if outcome is Outcome.FAILED else "",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


@pytest.fixture
def index(path: Path) -> Index:
    made = Index(path)
    made.rebuild((), (), head="")
    return made


def test_a_new_index_says_that_it_has_to_be_rebuilt(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert Index(path).fresh_because == "there was none"
    assert "rebuilt" in caplog.text


def test_an_index_and_its_logs_are_shut_to_others_from_the_beginning(
    index: Index, path: Path
) -> None:
    beside = sorted(path.parent.glob(f"{path.name}*"))
    assert len(beside) == 3
    assert [each.stat().st_mode & 0o077 for each in beside] == [0, 0, 0]


def test_changes_come_newest_first_and_only_those_asked_for(index: Index) -> None:
    for number in range(5):
        index.add_change(change(number, controller="press-4" if number == 3 else "press-3"))
    assert [each.commit[-1] for each in index.changes()] == ["4", "3", "2", "1", "0"]
    assert [each.commit[-1] for each in index.changes("press-3", limit=2)] == ["4", "2"]
    since = START + timedelta(hours=3)
    assert [each.commit[-1] for each in index.changes(since=since)] == ["4", "3"]
    assert index.change("20310506-0000000000000002") == change(2)
    assert index.change("none") is None
    assert index.last_change("press-4") == change(3, "press-4")
    assert index.last_change("press-5") is None


def test_the_head_follows_the_commits(index: Index, path: Path) -> None:
    assert index.head == ""
    index.add_change(change(7))
    assert index.head == change(7).commit
    index.set_head("f" * 40)
    index.close()
    assert Index(path).head == "f" * 40


def test_a_later_judgement_of_a_change_replaces_the_first_in_its_place(index: Index) -> None:
    index.add_change(change(1))
    index.add_change(change(2))
    later = replace(change(1), severity=Severity.LOW, origin=Origin.NETWORK, commit="a" * 40)
    index.add_change(later)
    assert [each.change_id for each in index.changes()] == [
        change(2).change_id,
        change(1).change_id,
    ]
    found = index.change(change(1).change_id)
    assert found == replace(later, commit=change(1).commit)
    assert index.head == "a" * 40


def test_the_polls_are_what_the_journal_says(index: Index) -> None:
    index.note_polls([polled(Outcome.UNCHANGED, 0), polled(Outcome.MISSED, 5)])
    index.note_polls([polled(Outcome.FAILED, 10), polled(Outcome.PAUSED, 11)])
    index.note_polls([replace(polled(Outcome.STARTED, 12), controller_id="")])
    assert index.polls() == (
        PollStatus(
            "press-3",
            outcome=Outcome.FAILED,
            depth=Depth.GLANCE,
            reason="no answer",
            attempted_at=START + timedelta(minutes=10),
            succeeded_at=START,
            attempts=2,
            failures=1,
            missed=1,
            requests=14,
            bytes=2_200,
        ),
    )


def test_the_next_poll_is_noted_beside_and_survives_the_polls(index: Index) -> None:
    due = START + timedelta(minutes=5)
    index.set_next({"press-3": due, "press-4": None})
    index.note_polls([polled(Outcome.UNCHANGED)])
    assert index.poll("press-3").next_at == due
    assert index.poll("press-4") == index.poll("press-5").__class__("press-4")


def test_a_rebuild_gives_what_stood_there_before(index: Index, path: Path) -> None:
    changes = [change(number) for number in range(4)]
    entries = [polled(Outcome.UNCHANGED, minute) for minute in range(30)]
    for each in changes:
        index.add_change(each)
    index.note_polls(entries)
    before = index.changes(), index.polls(), index.head
    index.close()
    path.unlink()
    index = Index(path)
    assert index.fresh_because
    assert (index.changes(), index.polls(), index.head) == ((), (), "")
    index.rebuild(changes, entries, head=changes[-1].commit)
    assert (index.changes(), index.polls(), index.head) == before
    assert index.fresh_because == ""
    index.close()
    assert Index(path).fresh_because == ""


def test_a_rebuild_that_breaks_off_leaves_what_was_there(index: Index) -> None:
    index.add_change(change(1))

    def broken() -> object:
        yield change(2)
        raise StoreError("the history cannot be read")

    with pytest.raises(StoreError, match="history"):
        index.rebuild(broken(), (), head="")  # type: ignore[arg-type]  # it raises half way
    assert index.changes() == (change(1),)


def test_a_rebuild_that_died_is_done_again(path: Path) -> None:
    Index(path).close()  # its owner died before `rebuild` was through
    assert Index(path).fresh_because


@pytest.mark.parametrize("rubbish", [b"", b"SQLite format 3\0" + b"x" * 5_000, b"rubbish" * 900])
def test_a_broken_index_is_thrown_away_and_said_so(
    path: Path, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(rubbish)
    index = Index(path)
    assert index.fresh_because
    index.rebuild([change(1)], (), head="")
    assert index.changes() == (change(1),)
    assert "begins anew" in caplog.text


def test_pages_damaged_in_the_middle_are_noticed_at_the_start(index: Index, path: Path) -> None:
    index.rebuild((change(number) for number in range(500)), (), head="")
    index.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    assert "damaged" in Index(path).fresh_because or "read" in Index(path).fresh_because


def test_the_latest_time_of_a_change_is_known_whatever_came_last(index: Index) -> None:
    assert index.latest() is None
    for number in (1, 7, 3):  # a clock was set back
        index.add_change(change(number))
    assert index.latest() == change(7).taken_at


def test_changes_are_found_by_whether_they_were_authorised(index: Index) -> None:
    word = Authorisation.OUT_OF_SCOPE
    judged = replace(change(2), authorisation=word)
    for one in (change(1), judged):
        index.add_change(one)
    assert index.changes() == (judged, change(1))
    assert index.changes(authorisations=(word, Authorisation.EMERGENCY)) == (judged,)
    assert index.changes(authorisations=(Authorisation.EMERGENCY,)) == ()


def test_an_index_of_another_version_is_thrown_away(index: Index, path: Path) -> None:
    index.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    assert Index(path).fresh_because == "it has version 99, this program writes version 3"


def test_readers_see_what_is_committed_while_the_daemon_writes(index: Index, path: Path) -> None:
    index.add_change(change(1))
    reader = IndexReader(path)
    assert reader.changes() == (change(1),)
    index.add_change(change(2))
    assert reader.last_change("press-3") == change(2)
    script = f"""
from pathlib import Path
from ccontrol.store.index import IndexReader
print(len(IndexReader(Path({str(path)!r})).changes()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"2"


def test_a_reader_writes_nothing(index: Index, path: Path) -> None:
    reader = IndexReader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._database.execute("DELETE FROM changes")


def test_a_reader_of_no_index_is_told_what_makes_one(path: Path) -> None:
    with pytest.raises(StoreError, match="no index yet") as caught:
        IndexReader(path)
    assert "ccontrol run" in caught.value.hint
    assert not path.exists()


def test_who_reads_while_an_index_is_made_finds_a_whole_one_or_none(path: Path) -> None:
    paths = [path.with_name(f"index-{number}.sqlite") for number in range(20)]
    ended, faults = threading.Event(), set[str]()

    def read() -> None:
        while not ended.is_set():
            for each in filter(Path.exists, paths[:]):
                try:
                    with closing(IndexReader(each)) as reader:
                        assert reader.changes() == ()
                except StoreError as error:
                    faults.add(str(error))

    reading = threading.Thread(target=read)
    reading.start()
    for each in paths:
        Index(each).close()
    ended.set()
    reading.join()
    assert faults == set()


def test_an_index_that_is_thrown_away_is_never_missing(path: Path) -> None:
    Index(path).close()
    ended, faults = threading.Event(), set[str]()

    def read() -> None:
        while not ended.is_set():
            try:
                with closing(IndexReader(path)) as reader:
                    assert reader.changes() == ()
            except StoreError as error:
                faults.add(str(error))

    reading = threading.Thread(target=read)
    reading.start()
    for _ in range(20):
        Index(path).close()  # nobody fed it: it begins anew
    ended.set()
    reading.join()
    assert faults == set()


def test_a_locked_index_is_named_as_such(
    index: Index, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccontrol.store.index._BUSY_S", 0.01)
    second = Index(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLockedError):
        second.add_change(change(1))
    other.close()


CHANGES = st.builds(
    IndexedChange,
    taken_at=st.datetimes(timezones=st.just(START.tzinfo)),
    aspects=st.lists(st.sampled_from(Aspect), unique=True).map(tuple),
)
STATUSES = st.builds(
    PollStatus,
    attempted_at=st.none() | st.datetimes(timezones=st.just(START.tzinfo)),
    succeeded_at=st.none() | st.datetimes(timezones=st.just(START.tzinfo)),
    next_at=st.none() | st.datetimes(timezones=st.just(START.tzinfo)),
)


@given(CHANGES)
def test_the_row_of_a_change_loses_nothing(each: IndexedChange) -> None:
    assert change_of(change_cells(each)) == each


@given(STATUSES)
def test_the_row_of_a_poll_loses_nothing(status: PollStatus) -> None:
    assert poll_of(poll_cells(status)) == status


@given(st.lists(st.sampled_from(Outcome)))
def test_only_attempts_count_as_attempts(outcomes: list[Outcome]) -> None:
    status = PollStatus("press-3")
    for minute, outcome in enumerate(outcomes):
        status = fold(status, polled(outcome, minute))
    assert status.missed == outcomes.count(Outcome.MISSED)
    assert status.failures == outcomes.count(Outcome.FAILED)
    assert (status.succeeded_at or START) <= (status.attempted_at or START)
    assert (status.outcome is None) == (status.attempts == 0)
