import hashlib
import json
import os
import resource
import signal
import subprocess  # noqa: TID251 — a writer that is killed has to be a process of its own
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import StoreError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store.day_files import DayReading
from ccontrol.store.journal import FORM, Journal
from tests.unit.store.made_store import SetClock

DAY = date(2031, 5, 6)


def entry(number: int = 0, reason: str = "") -> JournalEntry:
    return JournalEntry(
        at=datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC) + timedelta(seconds=number),
        controller_id=f"press-{number}",
        outcome=Outcome.UNCHANGED,
        depth=Depth.GLANCE,
        duration_ms=37,
        requests=7,
        bytes_sent=222,
        bytes_received=1_234,
        reason=reason,
    )


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def journal(tmp_path: Path, clock: SetClock) -> Journal:
    return Journal(tmp_path / "journal", clock)


def day_file(tmp_path: Path, day: date = DAY) -> Path:
    return tmp_path / "journal" / f"{day.isoformat()}.jsonl"


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """A disk that takes so much of a write and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_was_appended_is_read_back_in_order(journal: Journal) -> None:
    entries = [entry(number) for number in range(20)]
    journal.append(entries[0])
    journal.append_many(entries[1:])
    assert list(journal.read(DAY)) == entries


def test_the_hash_of_a_day_is_the_one_that_sha256sum_prints(
    journal: Journal, tmp_path: Path
) -> None:
    journal.append_many(entry(number) for number in range(5))
    reading = journal.read(DAY)
    assert reading.sha256 == ""
    assert len(list(reading)) == 5
    raw = day_file(tmp_path).read_bytes()
    assert reading.sha256 == hashlib.sha256(raw).hexdigest()
    assert reading.size == len(raw)


def test_each_day_has_a_file_of_its_own(journal: Journal, clock: SetClock) -> None:
    journal.append(entry(1))
    clock.pass_by(days=1)
    journal.append(entry(2))
    assert journal.days() == (DAY, DAY + timedelta(days=1))
    assert list(journal.read(DAY)) == [entry(1)]


def test_a_line_torn_by_a_crash_stays_apart_and_is_counted(
    journal: Journal, tmp_path: Path
) -> None:
    journal.append(entry(1))
    whole = day_file(tmp_path).read_bytes()
    day_file(tmp_path).write_bytes(whole + whole[:25])
    journal.append(entry(2))
    reading = journal.read(DAY)
    assert list(reading) == [entry(1), entry(2)]
    assert [(bad.number, bad.text) for bad in reading.spoiled] == [(2, whole[:25] + b"\n")]
    assert day_file(tmp_path).read_bytes().startswith(whole + whole[:25])


def test_a_line_that_lacks_nothing_but_its_newline_still_counts(
    journal: Journal, tmp_path: Path
) -> None:
    journal.append(entry(1))
    day_file(tmp_path).write_bytes(day_file(tmp_path).read_bytes().removesuffix(b"\n"))
    journal.append(entry(2))
    reading = journal.read(DAY)
    assert list(reading) == [entry(1), entry(2)]
    assert reading.spoiled_count == 0


def test_zeros_that_a_power_cut_left_are_a_spoiled_line_not_the_end(
    journal: Journal, tmp_path: Path
) -> None:
    day_file(tmp_path).write_bytes(b"\0" * 4096)
    journal.append(entry(1))
    reading = journal.read(DAY)
    assert list(reading) == [entry(1)]
    assert reading.spoiled_count == 1


def test_a_write_that_fails_halfway_leaves_nothing_behind(journal: Journal, tmp_path: Path) -> None:
    journal.append(entry(1))
    before = day_file(tmp_path).read_bytes()
    with files_no_longer_than(len(before) + 300), pytest.raises(StoreError):
        journal.append_many(entry(number) for number in range(10))
    assert day_file(tmp_path).read_bytes() == before
    journal.append(entry(2))
    assert list(journal.read(DAY)) == [entry(1), entry(2)]


def test_everybody_who_waited_for_a_failed_write_is_told(journal: Journal, tmp_path: Path) -> None:
    def try_one(number: int) -> str:
        try:
            journal.append(entry(number))
        except StoreError:
            return "told"
        return "written"

    with files_no_longer_than(4), ThreadPoolExecutor(8) as threads:
        assert set(threads.map(try_one, range(40))) == {"told"}
    assert day_file(tmp_path).read_bytes() == b""


def test_many_threads_share_a_sync(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    sync = os.fsync

    def counted(handle: int) -> None:
        syncs.append(handle)
        sync(handle)

    monkeypatch.setattr(os, "fsync", counted)  # it counts, and does what it did
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(lambda number: journal.append(entry(number)), range(400)))
    found = sorted(read.controller_id for read in journal.read(DAY))
    assert found == sorted(f"press-{number}" for number in range(400))
    assert 0 < len(syncs) < 400


def test_two_processes_may_append_to_the_same_day(journal: Journal, tmp_path: Path) -> None:
    script = _writer(tmp_path, count=150)
    others = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(2)
    ]
    for number in range(150):
        journal.append(entry(number))
    for other in others:
        assert len(other.communicate()[0].splitlines()) == 150
    reading = journal.read(DAY)
    assert len(list(reading)) == 450
    assert reading.spoiled_count == 0


def test_nothing_that_was_acknowledged_is_lost_by_kill_9(journal: Journal, tmp_path: Path) -> None:
    script = _writer(tmp_path, count=100_000)
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            acknowledged = [writer.stdout.readline() for _ in range(50)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += writer.stdout.readlines()
        journal.append(entry())
        names = {read.controller_id for read in journal.read(DAY)}
        told = {line.decode().strip() for line in acknowledged if line.endswith(b"\n")}
        assert told <= names


def _writer(tmp_path: Path, count: int) -> str:
    return f"""
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from ccontrol.store.journal import Journal
from tests.unit.store.made_store import SetClock
from tests.unit.store.test_journal import entry
from dataclasses import replace
journal = Journal(Path({str(tmp_path / "journal")!r}), SetClock())
for number in range({count}):
    name = f"{{os.getpid()}}-{{number}}"
    journal.append(replace(entry(number), controller_id=name))
    print(name, flush=True)
"""


def test_today_is_not_to_be_folded_yet(journal: Journal, clock: SetClock) -> None:
    journal.append(entry())
    assert journal.unfolded() == ()
    clock.pass_by(days=1)
    assert journal.unfolded() == (DAY,)


def test_a_folded_day_is_not_listed_again_also_after_a_restart(
    journal: Journal, clock: SetClock, tmp_path: Path
) -> None:
    journal.append(entry())
    clock.pass_by(days=2)
    reading = journal.read(DAY)
    assert list(reading) == [entry()]
    journal.mark_folded(reading)
    assert journal.unfolded() == ()
    assert Journal(tmp_path / "journal", clock).unfolded() == ()


def test_a_day_that_grew_after_its_fold_is_folded_again(journal: Journal, clock: SetClock) -> None:
    journal.append(entry(1))
    clock.pass_by(days=1)
    reading = journal.read(DAY)
    list(reading)
    journal.mark_folded(reading)
    clock.pass_by(days=-1)  # somebody set the host's clock back
    journal.append(entry(2))
    clock.pass_by(days=1)
    assert journal.unfolded() == (DAY,)
    assert list(journal.read(DAY)) == [entry(1), entry(2)]


def test_a_day_that_was_not_read_to_its_end_cannot_be_marked_as_folded(
    journal: Journal,
) -> None:
    journal.append_many([entry(1), entry(2)])
    reading = journal.read(DAY)
    next(iter(reading))
    with pytest.raises(StoreError, match="before it was read to its end"):
        journal.mark_folded(reading)


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[1]", b"\xff", b'{"size": "12"}'])
def test_a_mark_that_cannot_be_read_means_folding_once_more(
    journal: Journal, clock: SetClock, tmp_path: Path, rubbish: bytes
) -> None:
    journal.append(entry())
    clock.pass_by(days=1)
    day_file(tmp_path).with_suffix(".folded").write_bytes(rubbish)
    assert journal.unfolded() == (DAY,)


def _days(journal: Journal, clock: SetClock, count: int, *, folded: bool) -> None:
    for _ in range(count):
        journal.append(entry())
        day = clock.now().date()
        clock.pass_by(days=1)
        if folded:
            reading = journal.read(day)
            list(reading)
            journal.mark_folded(reading)


def test_what_is_not_folded_is_never_removed(journal: Journal, clock: SetClock) -> None:
    _days(journal, clock, 5, folded=False)
    clock.pass_by(days=4_000)
    assert journal.tidy(retention_days=1) == ()
    assert len(journal.days()) == 5


def test_the_newest_days_are_kept_and_older_folded_ones_go(
    journal: Journal, clock: SetClock, tmp_path: Path
) -> None:
    _days(journal, clock, 5, folded=True)
    assert journal.tidy(retention_days=3) == (DAY, DAY + timedelta(days=1))
    assert len(journal.days()) == 3
    assert not day_file(tmp_path).with_suffix(".folded").exists()
    assert journal.tidy(retention_days=3) == ()


def test_a_clock_that_jumps_ahead_removes_nothing(journal: Journal, clock: SetClock) -> None:
    _days(journal, clock, 3, folded=True)
    clock.pass_by(days=30_000)
    assert journal.tidy(retention_days=3) == ()


def test_a_day_without_a_journal_is_an_error_not_an_empty_day(journal: Journal) -> None:
    with pytest.raises(StoreError, match="there is no journal"):
        journal.read(DAY)


def test_files_of_others_in_the_folder_are_no_days(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "journal" / "notes.jsonl").write_text("mine")
    (tmp_path / "journal" / "2031-05-06.txt").write_text("mine")
    assert journal.days() == ()


def test_a_reason_as_long_as_a_book_can_be_read_back(journal: Journal) -> None:
    journal.append(entry(1, reason="\u202e" * 1_000_000))
    reading = journal.read(DAY)
    (read,) = reading
    assert read.reason.startswith("\u202e" * 4_000)
    assert reading.spoiled_count == 0


def test_a_line_without_end_is_one_spoiled_line_and_takes_no_memory(
    journal: Journal, tmp_path: Path
) -> None:
    journal.append(entry(1))
    with day_file(tmp_path).open("ab") as file:
        file.write(b"x" * 3_000_000 + b"\n")
    journal.append(entry(2))
    reading = journal.read(DAY)
    assert list(reading) == [entry(1), entry(2)]
    assert reading.spoiled_count == 1
    assert len(reading.spoiled[0].text) == 200
    assert reading.sha256 == hashlib.sha256(day_file(tmp_path).read_bytes()).hexdigest()


LINES = st.one_of(
    st.binary(max_size=80),
    st.text().map(str.encode),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    ).map(lambda value: json.dumps(value).encode()),
    st.dictionaries(
        st.sampled_from(["at", "controller", "outcome", "depth", "requests", "reason"]),
        st.text() | st.integers() | st.none() | st.just("2031-05-06T07:08:09+00:00"),
    ).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(LINES))
def test_reading_is_total_on_rubbish(lines: list[bytes]) -> None:
    raw = b"\n".join(lines)
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(raw)
        _read_rubbish(DayReading(DAY, Path(file.name), FORM), raw)


def _read_rubbish(reading: DayReading[JournalEntry], raw: bytes) -> None:
    entries = list(reading)
    assert reading.sha256 == hashlib.sha256(raw).hexdigest()
    assert reading.size == len(raw)
    count = raw.count(b"\n") + (raw != b"" and not raw.endswith(b"\n"))
    assert len(entries) + reading.spoiled_count == count


def test_the_last_entry_is_found_before_a_torn_line_and_over_midnight(
    journal: Journal, clock: SetClock, tmp_path: Path
) -> None:
    assert journal.last_entry() is None
    journal.append_many(entry(number) for number in range(3_000))
    assert journal.last_entry() == entry(2_999)
    with day_file(tmp_path).open("ab") as file:
        file.write(b'{"torn')
    assert journal.last_entry() == entry(2_999)
    day_file(tmp_path, DAY + timedelta(days=1)).write_bytes(b"")
    assert journal.last_entry() == entry(2_999)


def test_a_day_is_read_for_some_controllers_only_and_is_the_same_file_all_the_same(
    journal: Journal,
) -> None:
    named_in_words = entry(3, reason='"controller":"press-1"')
    of_the_site = JournalEntry(entry().at, "", Outcome.STARTED)
    journal.append_many((entry(1), entry(11), of_the_site, named_in_words, entry(2)))
    reading = journal.read(DAY).about("press-1", "")
    assert list(reading) == [entry(1), of_the_site]
    whole = journal.read(DAY)
    assert len(list(whole)) == 5
    assert (reading.size, reading.sha256) == (whole.size, whole.sha256)
