"""The days of the journal are folded one by one: a bad one never holds up those after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ccontrol.errors import ModelError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.chores import fold_days
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite
from ccontrol.store.index import Index
from ccontrol.store.journal import Journal
from ccontrol.store.room import Room
from ccontrol.store.witness_log import WitnessLog
from tests.unit.store.made_store import SetClock, Site

BAD = date(2031, 5, 1)


class BadDay(Line):
    """A line that cannot write one day."""

    def commit_file(self, path: str, content: bytes, text: object) -> str:
        if path.endswith(f"{BAD:%m-%d}.toml"):
            raise ModelError("a day that no file can hold")
        return super().commit_file(path, content, text)  # type: ignore[arg-type]  # handed through


@contextmanager
def opened(folder: Path, clock: SetClock) -> Iterator[Line]:
    site = Site.make(folder)
    site.clock = clock
    index = Index(folder / "index.sqlite")
    line = BadDay(site.writer(), index, None, Room(site.git_dir, 0), clock)
    try:
        yield line
    finally:
        line.close()
        index.close()


def test_a_day_that_cannot_be_folded_is_told_and_the_others_are_folded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SetClock()
    journal = Journal(tmp_path / "journal", clock)
    witnesses = WitnessLog(tmp_path / "witness", clock)
    for day in (1, 2, 3):
        clock.time = datetime(2031, 5, day, 12, tzinfo=UTC)
        journal.append(JournalEntry(clock.time, "press-3", Outcome.UNCHANGED))
    clock.time = datetime(2031, 5, 4, 12, tzinfo=UTC)
    with opened(tmp_path, clock) as line:
        site = cast("OpenSite", SimpleNamespace(journal=journal, witnesses=witnesses, name="north"))
        assert fold_days(line, site, clock) == 2
        folded = sorted(line.writer.repository.read("journal"))
    assert folded == ["journal/2031/05-02.toml", "journal/2031/05-03.toml"]
    assert journal.unfolded() == (BAD,)
    assert "a day that no file can hold" in caplog.text
