"""A change window that is over is told once: in the history, the journal, by alerts, commands."""

import json
import subprocess  # noqa: TID251 — a daemon of its own is killed
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.model.alert import Alert, Channel, Event, Program
from ccontrol.model.judgement import Severity
from ccontrol.poll import tellable
from ccontrol.poll.following import Following
from ccontrol.poll.herald import Herald
from tests.unit.alerts.receivers import wait_for
from tests.unit.cli.killed_teller import STEPS
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.works import CLOCK, Works, at_work, journaled, window
from tests.unit.store.made_store import SetClock

ROOT = Path(__file__).parents[3]
BEGIN = datetime(2028, 2, 29, 18, 0, tzinfo=UTC)  # a leap day
SETTLED = timedelta(hours=2, minutes=16)
"""After the beginning of a window of two hours: it is over, and the polls around its end are."""


@pytest.fixture
def clock() -> SetClock:
    return SetClock(BEGIN - timedelta(hours=3))


@pytest.fixture
def works(plant: Plant, run: Run, clock: SetClock) -> Iterator[Works]:
    with at_work(plant, run, clock) as works:
        works.look()
        yield works


def at(works: Works, clock: SetClock, when: datetime) -> None:
    clock.time = when
    works.look()


def classes(works: Works) -> int:
    """Return how many commits of ends there are."""
    said = works.git("log", "--format=%(trailers:key=Class,valueonly)", "observed")
    return said.split().count("window")


def alerts(works: Works, following: Following) -> list[Alert]:
    news = following.news()
    following.told(news.head)
    controllers = works.opened.site.controllers
    return [tellable.window_ended(one, "north", controllers) for one in news.ended]


def follow(works: Works) -> Following:
    following = Following(works.plant.store, works.key("told"))
    following.begin()
    return following


def change(works: Works, clock: SetClock, when: datetime, body: bytes = b"\x65\x02") -> None:
    clock.time = when
    works.change(body, when, when - timedelta(minutes=5))


NOT_USED = "CHG-1 has ended: not used, 0 changes"


def test_a_window_that_nobody_used_is_told_once_and_not_before_the_polls_around_it(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    following = follow(works)
    at(works, clock, BEGIN + timedelta(hours=2, minutes=14))
    assert journaled(works, "window") == []
    for _ in range(2):
        at(works, clock, BEGIN + SETTLED)
    works.restart()
    works.look()
    assert journaled(works, "window") == [NOT_USED]
    assert classes(works) == 1
    (alert,) = alerts(works, following)
    assert (alert.event, alert.severity) == (Event.WINDOW_ENDED, Severity.LOW)
    assert alert.text == f"north: change window {NOT_USED}"
    assert alert.controller == "press-3"
    facts = dict(alert.facts)
    assert (facts["window"], facts["windowend"], facts["ticket"]) == ("CHG-1", "not used", "T-3")
    works.ccontrol("verify")


def test_what_a_late_poll_found_in_a_window_counts_when_its_end_is_told(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    following = follow(works)
    change(works, clock, BEGIN + timedelta(hours=2, minutes=3))
    at(works, clock, BEGIN + SETTLED)
    assert journaled(works, "window") == ["CHG-1 has ended: used, 1 change"]
    (alert,) = alerts(works, following)
    assert alert.severity is Severity.INFO


def test_a_window_that_is_used_up_is_told_at_once_and_not_again_at_its_end(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN, "--changes", "1")
    works.look()
    change(works, clock, BEGIN + timedelta(minutes=10))
    works.look()
    told = ["CHG-1 has ended: used up, 1 change"]
    assert journaled(works, "window") == told
    at(works, clock, BEGIN + SETTLED)
    assert journaled(works, "window") == told
    assert "used up" in works.ccontrol("window", "list")


def test_a_used_up_window_that_is_given_more_ends_another_time(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN, "--changes", "1")
    works.look()
    change(works, clock, BEGIN + timedelta(minutes=10))
    works.look()
    window(works, "CHG-1", BEGIN, "--changes", "3")
    works.look()
    at(works, clock, BEGIN + SETTLED)
    assert journaled(works, "window")[1:] == ["CHG-1 has ended: used, 1 change"]


def test_a_prolonged_window_ends_another_time_and_one_taken_back_never(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN)
    window(works, "CHG-2", BEGIN)
    works.ccontrol("window", "cancel", "CHG-2", "--key", works.key("ada"))
    works.look()
    at(works, clock, BEGIN + SETTLED)
    window(works, "CHG-1", BEGIN, hours=5)
    works.look()
    at(works, clock, BEGIN + timedelta(hours=5, minutes=16))
    assert journaled(works, "window") == [NOT_USED, NOT_USED]


def test_what_ended_while_no_daemon_ran_is_told_at_the_start(works: Works, clock: SetClock) -> None:
    names = ("CHG-1", "CHG-2", "CHG-3")
    for name in names:
        window(works, name, BEGIN)
    works.look()
    clock.time = BEGIN + timedelta(days=40)
    for _ in range(2):
        works.restart()
        works.look()
    assert sorted(journaled(works, "window")) == [
        f"{name} has ended: not used, 0 changes" for name in names
    ]
    assert classes(works) == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_daemon_that_is_killed_repeats_nothing_and_loses_nothing(
    works: Works, clock: SetClock, step: str
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    following = follow(works)
    clock.time = BEGIN + SETTLED
    works.opened.close(10)
    told = [str(works.plant.config), clock.time.isoformat(), step]
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.cli.killed_teller", *told], cwd=ROOT, check=False
    )
    assert done.returncode == (-9 if step else 0)
    works.restart()
    for _ in range(2):
        works.look()
    assert journaled(works, "window") == [NOT_USED]
    assert classes(works) == 1
    assert len(alerts(works, following)) == 1


def test_a_clock_that_was_ahead_keeps_no_window_from_being_told_when_it_ends(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    at(works, clock, BEGIN + timedelta(days=2))  # somebody set it wrong
    assert journaled(works, "window") == [NOT_USED]
    clock.time = BEGIN + timedelta(minutes=1)
    works.restart()
    works.look()
    at(works, clock, BEGIN + SETTLED)
    assert len(journaled(works, "window")) == 2
    at(works, clock, BEGIN + timedelta(days=3))
    assert len(journaled(works, "window")) == 2


def test_a_channel_is_told_of_it(works: Works, clock: SetClock) -> None:
    heard = works.key("heard")
    program = Program(("/bin/sh", "-c", f"cat >> '{heard}'; echo >> '{heard}'"))
    channel = Channel("siem", program, events=(Event.WINDOW_ENDED,), details=True)
    works.opened.site = replace(works.opened.site, alerts=(channel,))
    herald = Herald(works.opened, CLOCK)
    herald.start()
    try:
        wait_for(lambda: herald.has_begun)
        window(works, "CHG-1", BEGIN)
        works.look()
        change(works, clock, BEGIN - timedelta(hours=1))  # is none of this channel's business
        at(works, clock, BEGIN + SETTLED)
        wait_for(lambda: heard.exists() and heard.read_text().endswith("\n"))
    finally:
        herald.stop(60)
    (alert,) = json.loads(heard.read_text())["alerts"]
    assert (alert["event"], alert["facts"]["windowend"]) == ("change-window-ended", "not used")


def test_commands_tell_what_is_open_soon_and_over(works: Works, clock: SetClock) -> None:
    """Commands go by the host's clock."""
    now = datetime.now(UTC)  # noqa: TID251 — see above
    assert clock.time > now
    window(works, "CHG-1", now - timedelta(hours=1))
    window(works, "CHG-2", now + timedelta(hours=3))
    window(works, "CHG-3", now + timedelta(days=3))
    window(works, "CHG-4", now - timedelta(days=1))
    window(works, "CHG-5", now - timedelta(days=30))
    works.look()
    status = works.run("--config", works.plant.config, "status")
    for words in (
        "change window CHG-1 (press-3, T-3): open until",
        "change window CHG-2 (press-3, T-3): soon, opens in 2 h 59 min",
        "change window CHG-4 (press-3, T-3): not used, until",
    ):
        assert words in status.out
    assert "CHG-3" not in status.out
    assert "CHG-5" not in status.out
    (site,) = works.run("--config", works.plant.config, "status", "--json").json["sites"]
    assert [one["stands"] for one in site["windows"]] == ["open", "soon", "not used"]
    listed = works.run("--config", works.plant.config, "window", "list", "--json").json["sites"]
    stands = [one["stands"] for one in listed[0]["windows"]]
    assert stands == ["open", "soon", "ahead", "not used", "not used"]
