"""A dead daemon does not look like a quiet plant: whoever watches next tells since when."""

from datetime import timedelta
from pathlib import Path

from ccontrol.config.settings import KeyFile, Site, StoreSettings
from ccontrol.model.controller import Controller, Schedule
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.secret import Secret
from ccontrol.poll.coverage import unwatched
from ccontrol.store.journal import Journal
from tests.unit.poll.toy import controller
from tests.unit.store.made_store import SetClock


def site_of(folder: Path, *controllers: Controller) -> Site:
    store = StoreSettings(folder, KeyFile(folder / "key"), Secret("11" * 32), "")
    return Site("north", "North", store, controllers)


def every(glance_s: float, name: str) -> Controller:
    return controller(1, name, schedule=Schedule(glance_s=glance_s, full_s=86_400.0))


def test_time_longer_than_the_shortest_interval_without_a_line_is_told(tmp_path: Path) -> None:
    clock = SetClock()
    journal = Journal(tmp_path / "journal", clock)
    site = site_of(tmp_path, every(600.0, "slow"), every(60.0, "quick"))
    assert unwatched(site, journal, clock) is None
    began = clock.now()
    journal.append(JournalEntry(began, "quick", Outcome.UNCHANGED))
    clock.pass_by(seconds=60)
    assert unwatched(site, journal, clock) is None
    clock.pass_by(seconds=1)
    told = unwatched(site, journal, clock)
    assert told is not None
    assert (told.outcome, told.controller_id, told.at) == (Outcome.MISSED, "", clock.now())
    assert f"from {began:%Y-%m-%d %H:%M:%S} until" in told.reason


def test_a_clock_that_was_set_back_and_a_site_without_controllers_tell_of_no_gap(
    tmp_path: Path,
) -> None:
    clock = SetClock()
    journal = Journal(tmp_path / "journal", clock)
    later = clock.now() + timedelta(days=1)
    journal.append(JournalEntry(later, "quick", Outcome.UNCHANGED))
    assert unwatched(site_of(tmp_path, every(60.0, "quick")), journal, clock) is None
    clock.pass_by(days=2)
    assert unwatched(site_of(tmp_path), journal, clock) is None
