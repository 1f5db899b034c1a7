"""The outbox: what was put is there after a kill, in order, and what has no room is counted."""

import os
import signal
import subprocess  # noqa: TID251 — the process that is killed
import sys
from pathlib import Path

import pytest

from ccontrol.errors import StoreError, StoreFullError
from ccontrol.store import durable
from ccontrol.store.outbox import Outbox, count_waiting, read_notes

FILLER = """
import sys
from pathlib import Path
from ccontrol.store.outbox import Outbox
outbox = Outbox(Path(sys.argv[1]), 100_000)
number = 0
while True:
    outbox.put(f"alert-{number}", b"x" * 500)
    print(number, flush=True)
    number += 1
"""


def test_everything_that_was_put_outlives_kill_9(tmp_path: Path) -> None:
    filler = subprocess.Popen(
        [sys.executable, "-c", FILLER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert filler.stdout is not None
    said = [int(filler.stdout.readline()) for _ in range(50)]
    os.kill(filler.pid, signal.SIGKILL)
    said += [int(line) for line in filler.stdout.read().split()]
    filler.wait()
    filler.stdout.close()
    waiting = Outbox(tmp_path, 100_000).waiting()
    assert waiting[: len(said)] == tuple(f"alert-{number}" for number in said)
    assert len(waiting) <= len(said) + 1


def test_the_same_thing_waits_once(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 10)
    assert outbox.put("a", b"1")
    assert outbox.put("a", b"2")
    assert outbox.waiting() == ("a",)
    assert outbox.read("a") == b"2"


def test_what_has_no_room_is_counted_on_the_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1)
    outbox.put("a", b"1")
    assert not outbox.put("b", b"1")
    assert (read_notes(tmp_path).lost, count_waiting(tmp_path)) == (1, 1)
    Outbox(tmp_path, 1).told_lost(1)
    assert read_notes(tmp_path).lost == 0


def test_on_a_full_disk_alerts_wait_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(tmp_path, 2)
    outbox.put("a", b"1")

    def full(_path: Path, _content: bytes) -> None:
        raise StoreFullError("no room")

    monkeypatch.setattr(durable, "write_whole", full)
    assert outbox.put("b", b"2")
    assert not outbox.put("c", b"3")
    assert outbox.waiting() == ("a", "b")
    assert outbox.read("b") == b"2"
    outbox.acknowledge("b")
    assert (outbox.waiting(), outbox.lost) == (("a",), 1)


def test_what_waits_in_memory_goes_to_the_disk_as_soon_as_that_takes_things_again(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "queue"
    folder.write_text("a file where the folder should be")
    outbox = Outbox(folder, 10)
    assert outbox.put("a", b"1")
    folder.unlink()
    assert outbox.put("b", b"2")
    assert outbox.waiting() == ("a", "b")
    assert Outbox(folder, 10).waiting() == ("a", "b")  # as after a kill


def test_damaged_notes_are_told(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"{")
    with pytest.raises(StoreError, match="damaged"):
        read_notes(tmp_path)


def test_a_queue_that_cannot_be_opened_works_in_memory(tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("a file where the folder should be")
    outbox = Outbox(tmp_path / "queue", 10)
    assert outbox.put("a", b"1")
    assert outbox.read("a") == b"1"
    outbox.acknowledge("a")
    assert outbox.waiting() == ()


def test_damaged_notes_do_not_stop_a_queue(tmp_path: Path) -> None:
    Outbox(tmp_path, 10).put("a", b"1")
    (tmp_path / "notes").write_bytes(b"[]")
    assert Outbox(tmp_path, 10).waiting() == ("a",)
