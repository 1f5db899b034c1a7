"""A configuration that changes while the real daemon runs: sites, controllers, and bad files."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.errors import StoreLockedError
from ccontrol.model.approval import Anchor
from ccontrol.model.journal import Outcome
from ccontrol.poll import control
from ccontrol.poll.places import EngineLock
from ccontrol.store.keys import generate, public_line
from ccontrol.store.standing import Pause, Standing
from tests.e2e.engine_plant import (
    CLOCK,
    CONFIGURATION,
    Plant,
    daemon,
    make_plant,
    starting,
    wait_until,
)
from tests.unit.poll.toy import Plc, controller, serving


@pytest.fixture
def other() -> Plc:
    return Plc()


@pytest.fixture
def south(other: Plc, tmp_path: Path) -> Iterator[Plant]:
    folder = tmp_path / "another"
    folder.mkdir()
    with serving(other) as port:
        plant = make_plant(folder, controller(port, "mixer-1", site="south"), name="south")
        plant.enrol("mixer-1")
        yield plant


def with_controllers(plant: Plant, *ports: int, name: str = "press") -> Plant:
    controllers = tuple(
        controller(port, f"{name}-{number}") for number, port in enumerate(ports, start=1)
    )
    return replace(plant, site=replace(plant.site, controllers=controllers))


def goes_on(plc: Plc) -> None:
    asked = len(plc.asked)
    wait_until(lambda: len(plc.asked) > asked + 1)


def is_locked(plant: Plant) -> bool:
    try:
        EngineLock(plant.places).close()
    except StoreLockedError:
        return True
    return False


def test_a_bad_configuration_keeps_the_old_one(plant: Plant, plc: Plc) -> None:
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        (plant.folder / CONFIGURATION).write_text("{ not JSON")
        running.signal(signal.SIGHUP)
        wait_until(lambda: "the old one holds: the plant is not JSON" in running.words)
        goes_on(plc)


def test_roots_that_are_pinned_while_it_watches_count_without_a_restart(
    plant: Plant, plc: Plc
) -> None:
    roots = tuple(public_line(generate(plant.folder / name).public_key) for name in ("r1", "r2"))
    pinned = replace(plant, site=replace(plant.site, people=Anchor(roots)))
    told = "[site.people] is taken anew: 2 of 2 roots sign, requesters may not approve"

    def reasons() -> list[str]:
        return [entry.reason for entry in plant.journal("")]

    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        running.reload(pinned)
        wait_until(lambda: told in reasons())
        running.reload(pinned)
        running.reload(plant)
        gone = "[site.people] is gone: nobody's signature counts on approved from now on"
        wait_until(lambda: gone in reasons())
        assert reasons().count(told) == 1, "what did not change is not told"
        goes_on(plc)


def test_a_site_that_is_new_is_opened_and_watched_beside_the_others(
    plant: Plant, plc: Plc, south: Plant
) -> None:
    with daemon(plant) as running:
        running.reload(plant, south)
        wait_until(lambda: len(south.changes()) == 1)
        wait_until(lambda: Outcome.UNCHANGED in south.outcomes("mixer-1"))
        assert is_locked(south)
        answer = control.ask_status(south.places)
        assert answer is not None
        assert [site.name for site in answer.sites] == ["south"]
        goes_on(plc)
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
    assert [entry.outcome for entry in (south.journal("")[0], south.journal("")[-1])] == [
        Outcome.STARTED,
        Outcome.STOPPED,
    ]
    assert plc.most_connections == 1


def test_a_site_that_is_gone_is_let_go_of_and_may_come_back(
    plant: Plant, plc: Plc, south: Plant, other: Plc
) -> None:
    with daemon(plant, south) as running:
        wait_until(lambda: len(south.changes()) == 1)
        running.reload(plant)
        assert "a site is watched no more site=south" in running.words
        assert not is_locked(south)
        assert control.ask_status(south.places) is None
        last = south.journal("")[-1]
        assert (last.outcome, last.reason) == (Outcome.STOPPED, "it is not configured any more")
        asked = len(other.asked)
        goes_on(plc)
        assert len(other.asked) == asked
        running.reload(plant, south)
        assert is_locked(south)
        goes_on(other)
        assert south.fsck() == ""
    assert other.most_connections == 1


def test_a_site_is_let_go_of_in_the_middle_of_a_poll(
    plant: Plant, plc: Plc, south: Plant, other: Plc
) -> None:
    with daemon(plant, south) as running:
        wait_until(lambda: len(south.changes()) == 1)
        other.misdeed = "silent"
        asked = len(other.asked)
        wait_until(lambda: len(other.asked) > asked)
        running.reload(plant)
        assert not is_locked(south)
        wait_until(lambda: other.open_connections == 0)
        goes_on(plc)


def test_a_site_under_a_new_name_finds_its_store_free(plant: Plant, plc: Plc) -> None:
    renamed = replace(plant, site=replace(plant.site, name="north-2"))
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        running.reload(renamed)
        assert "a site is watched no more site=north" in running.words
        assert "sites=north-2 controllers=1" in running.words
        goes_on(plc)


def test_a_new_site_that_cannot_be_opened_is_told_and_opened_when_it_can_be(
    plant: Plant, plc: Plc, south: Plant, other: Plc
) -> None:
    with daemon(plant) as running:
        lock = EngineLock(south.places)
        running.reload(plant, south)
        assert "a site cannot be watched site=south" in running.words
        goes_on(plc)
        assert other.asked == []
        lock.close()
        running.reload(plant, south)
        goes_on(other)


def test_a_site_that_is_locked_at_the_start_stops_no_other_site(
    plant: Plant, plc: Plc, south: Plant, other: Plc
) -> None:
    lock = EngineLock(plant.places)
    with starting(plant, south) as running:
        wait_until(lambda: running.is_ready(south))
        assert "a site cannot be watched site=north" in running.words
        goes_on(other)
        assert plc.asked == []
        lock.close()
        running.reload(plant, south)  # else it is tried again each minute
        goes_on(plc)


def test_when_every_site_is_locked_there_is_nothing_to_watch(plant: Plant, south: Plant) -> None:
    locks = [EngineLock(plant.places), EngineLock(south.places)]
    with starting(plant, south) as running:
        assert running.wait() == StoreLockedError.exit_code
    for lock in locks:
        lock.close()


def test_a_reload_outlives_a_damaged_file_of_enrolments_after_a_pause(
    plant: Plant, plc: Plc
) -> None:
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        until = CLOCK.now() + timedelta(seconds=1.5)
        standing = Standing(plant.places.standing)
        standing.pause("press-1", Pause(CLOCK.now(), "test", "a moment", until))
        wait_until(lambda: "a moment" in running.words)
        (plant.places.standing / "enrolled.json").write_bytes(b"rubbish")
        wait_until(lambda: CLOCK.now() > until)
        running.reload(plant)  # what was read last holds, and the pause is over by that
        goes_on(plc)


def test_controllers_that_are_new_changed_or_gone_are_taken_over(
    plant: Plant, plc: Plc, other: Plc
) -> None:
    here = plant.site.controllers[0].port
    with serving(other) as there, daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        running.reload(with_controllers(plant, here, there))
        wait_until(lambda: bool(plant.outcomes("press-2")))
        plc.misdeed = "silent"
        asked = len(plc.asked)
        wait_until(lambda: len(plc.asked) > asked)  # it is in the middle of a poll
        running.reload(with_controllers(plant, there))  # the first has moved, the second is gone
        wait_until(lambda: plc.open_connections == 0)
        goes_on(other)
        asked, let_go_at = len(plc.asked), CLOCK.now()
        wait_until(lambda: plant.journal("press-1")[-1].at > let_go_at + timedelta(seconds=1))
        assert plant.journal("press-2")[-1].at < let_go_at
        assert len(plc.asked) == asked
    assert plc.most_connections == 1


def test_a_store_that_would_change_under_a_running_site_is_refused_by_name(
    plant: Plant, plc: Plc, south: Plant, other: Plc
) -> None:
    moved = replace(plant, site=replace(plant.site, store=south.site.store))
    roomy = replace(plant, site=plant.site)
    roomy.set_low_water(7)
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        running.reload(moved, south)
        assert "only a restart can change site north: store.path" in running.words
        assert "Restart the daemon" in running.words
        running.reload(roomy, south)
        assert "only a restart can change site north: store.low_water_bytes" in running.words
        assert other.asked == []
        goes_on(plc)
