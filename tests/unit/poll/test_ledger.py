"""The ledger: journal, index and health, written soon and never lost silently."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import ledger as ledger_module
from ccontrol.poll.ledger import Ledger
from ccontrol.store.index import Index
from ccontrol.store.journal import Journal
from ccontrol.store.standing import Health, Standing
from tests.e2e.engine_plant import wait_until

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder / "journal", SystemClock())
        self.index = Index(folder / "index.sqlite")
        self.standing = Standing(folder / "standing")
        self.ledger = Ledger(self.journal, self.index, self.standing, SystemClock())

    def written(self) -> list[JournalEntry]:
        return [entry for day in self.journal.days() for entry in self.journal.read(day)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(ledger_module, "RETRY_S", 0.05)
    desk = Desk(tmp_path)
    desk.ledger.start()
    yield desk
    desk.ledger.stop(5)
    desk.index.close()


def entry(name: str, outcome: Outcome = Outcome.UNCHANGED) -> JournalEntry:
    return JournalEntry(NOW, name, outcome, Depth.GLANCE, requests=4)


def test_what_is_noted_stands_in_journal_and_index(desk: Desk) -> None:
    desk.ledger.note(entry("a"))
    desk.ledger.note(entry("b", Outcome.FAILED))
    desk.ledger.plan({"a": NOW})
    assert desk.ledger.flush(5)
    assert [each.controller_id for each in desk.written()] == ["a", "b"]
    assert desk.index.poll("a").succeeded_at == NOW
    assert desk.index.poll("a").next_at == NOW
    assert desk.index.poll("b").failures == 1


def test_health_is_remembered_over_a_restart(desk: Desk) -> None:
    desk.ledger.remember("a", Health(failures=2))
    desk.ledger.remember("a", Health(failures=3))
    assert desk.ledger.flush(5)
    assert Standing(desk.folder / "standing").health("a").failures == 3


def test_what_could_not_be_written_is_written_later(desk: Desk) -> None:
    _make_unwritable(desk)
    desk.ledger.note(entry("a"))
    wait_until(lambda: is_troubled(desk))
    _make_writable(desk)
    assert desk.ledger.flush(30)
    assert not is_troubled(desk)
    assert [each.controller_id for each in desk.written()] == ["a"]


def is_troubled(desk: Desk) -> bool:
    return desk.ledger.trouble is not None


def _make_unwritable(desk: Desk) -> None:
    """Modes do not stop root; a folder where the day's file should be does."""
    today = SystemClock().now().date()
    (desk.folder / "journal" / f"{today}.jsonl").mkdir()


def _make_writable(desk: Desk) -> None:
    today = SystemClock().now().date()
    (desk.folder / "journal" / f"{today}.jsonl").rmdir()


def test_lines_that_fall_over_the_bound_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "KEPT_AT_MOST", 3)
    _make_unwritable(desk)
    for number in range(10):
        desk.ledger.note(entry(str(number)))
    wait_until(lambda: is_troubled(desk))
    _make_writable(desk)
    assert desk.ledger.flush(30)
    written = desk.written()
    assert written[0].outcome is Outcome.MISSED
    assert "lines of the journal were lost" in written[0].reason
    assert [each.controller_id for each in written[1:]] == ["7", "8", "9"]


def test_what_waits_is_written_before_the_end(desk: Desk) -> None:
    for number in range(100):
        desk.ledger.note(entry(str(number)))
    assert desk.ledger.stop(5)
    assert len(desk.written()) == 100
