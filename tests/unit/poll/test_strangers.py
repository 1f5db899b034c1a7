"""Engineering at an address that nobody has: told once an hour, not if it changes nothing."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from ccontrol.model.engineering import Effect, EngineeringEvent, Outcome
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.site import OpenSite
from ccontrol.poll.strangers import KNOWN_AT_MOST, Strangers
from ccontrol.poll.vital import StrangeWork
from tests.unit.store.heard import download, heard, watch
from tests.unit.store.made_store import START, SetClock


class Told:
    """A site that keeps what is noted."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.strangers = Strangers(self.clock)
        self.entries: list[JournalEntry] = []
        self.alerts: list[StrangeWork] = []
        strange = SimpleNamespace(put=self.alerts.append)
        site = SimpleNamespace(name="north", note=self.entries.append, strange=strange)
        self._site = cast("OpenSite", site)

    def hear(self, event: EngineeringEvent, controller: str = "") -> None:
        self.strangers.heard(self._site, (heard(event, START, controller),))


def test_who_works_on_what_is_not_watched_is_told(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    told.hear(download(START, "192.0.2.77"))
    (entry,) = told.entries
    assert entry.controller_id == ""
    assert entry.reason.startswith("engineering-to-unknown: program.download at 192.0.2.77 by 127.")
    assert "engineering-to-unknown" in caplog.text


def test_the_same_is_told_once_an_hour() -> None:
    told = Told()
    for minutes in (0, 30, 29, 2):
        told.clock.pass_by(minutes=minutes)
        told.hear(download(START, "192.0.2.77"))
    assert len(told.entries) == 2
    told.hear(download(START, "192.0.2.78"))
    assert len(told.entries) == 3


def test_who_tells_alerts_hears_of_it_by_station_and_address() -> None:
    told = Told()
    told.hear(download(START, "192.0.2.77"))
    (seen,) = told.alerts
    assert (seen.station, seen.address) == ("127.0.0.9", "192.0.2.77")
    assert "program.download at 192.0.2.77 by 127.0.0.9, " in seen.what


def test_what_is_heard_of_days_later_is_noted_and_raises_no_alert() -> None:
    told = Told()
    told.hear(download(START - timedelta(days=2), "192.0.2.77"))
    assert (len(told.entries), told.alerts) == (1, [])


@pytest.mark.parametrize(
    "event",
    [
        replace(download(START), outcome=Outcome(refused=1)),
        replace(download(START), effect=Effect.PARAM),
        replace(download(START), effect=Effect.READ),
    ],
    ids=["refused", "values", "read"],
)
def test_what_changes_nothing_is_not_told(event: EngineeringEvent) -> None:
    told = Told()
    told.hear(event)
    assert told.entries == []


def test_what_is_at_a_known_address_and_a_watch_are_not_told() -> None:
    told = Told()
    told.hear(download(START), "press-3")
    told.strangers.heard(cast("OpenSite", None), (heard(watch(START), START),))
    assert told.entries == []


def test_a_flood_of_addresses_takes_no_memory() -> None:
    told = Told()
    for number in range(KNOWN_AT_MOST + 50):
        told.hear(download(START, f"10.0.{number // 250}.{number % 250}"))
    assert len(told.strangers._told) == KNOWN_AT_MOST
