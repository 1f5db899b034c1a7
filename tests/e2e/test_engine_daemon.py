"""The real daemon in a process of its own: schedule, signals, kill -9, a store in trouble."""

import asyncio
import os
import signal
import socket
import stat
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ccontrol.canonical.captures import encode
from ccontrol.drivers.api import Ask
from ccontrol.errors import NotEnrolledError, StoreForeignError, StoreLockedError
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import Outcome
from ccontrol.poll import control
from ccontrol.poll.overview import ControllerStatus
from ccontrol.poll.pace import Gate, Turnstile
from ccontrol.poll.signers import ALLOWED_SIGNERS
from ccontrol.store.repository import Repository
from ccontrol.store.spool import Spool
from ccontrol.store.standing import WHOLE_SITE, Pause, Standing
from tests.e2e.engine_plant import (
    BUSY_S,
    CLOCK,
    CONFIGURATION,
    PATIENCE_S,
    Plant,
    daemon,
    git,
    make_plant,
    starting,
    wait_until,
)
from tests.unit.poll.toy import BRIEF, DRIVER, Plc, controller, serving


def status(plant: Plant) -> ControllerStatus:
    found = control.ask_status(plant.places)
    assert found is not None
    return found.sites[0].controllers[0]


def test_a_day_in_short(plant: Plant, plc: Plc) -> None:
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        plc.blocks["OB1"] = "AN I0.0"
        wait_until(lambda: len(plant.changes()) == 2)
        assert "OB1" in plant.changes()[1].subject
        wait_until(lambda: Outcome.UNCHANGED in plant.outcomes("press-1"))
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
    assert plant.outcomes("")[0] is Outcome.STARTED
    told = plant.journal("")[-1]
    assert (told.outcome, told.reason) == (Outcome.STOPPED, "it was told to")
    assert plant.fsck() == ""
    assert plc.most_connections == 1


def test_a_poll_by_hand_goes_through_the_daemon(plant: Plant, plc: Plc) -> None:
    with daemon(plant):
        with pytest.raises(StoreLockedError):
            plant.poll("press-1")
        entries = control.ask_poll(plant.places, "press-1", Depth.FULL, PATIENCE_S)
        assert entries is not None
        assert entries[0].depth is Depth.FULL
        assert status(plant).enrolled
        with pytest.raises(NotEnrolledError):
            _unenrolled(plant)
    assert plc.most_connections == 1


def _unenrolled(plant: Plant) -> None:
    (plant.places.standing / "enrolled.json").write_text("{}")
    wait_until(lambda: not status(plant).enrolled)
    control.ask_poll(plant.places, "press-1", Depth.FULL, PATIENCE_S)


def test_without_a_daemon_nobody_answers(plant: Plant) -> None:
    assert control.ask_status(plant.places) is None


def test_the_door_is_its_owners_alone(plant: Plant) -> None:
    with daemon(plant):
        assert stat.S_IMODE(plant.places.control.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(os.path.relpath(plant.places.control))
            door.sendall(b"\xff\xfe no question\n")
            assert b"error" in door.makefile("rb").readline()
        assert status(plant).controller_id == "press-1"


def test_a_pause_stops_requests_within_a_second_and_survives_a_restart(
    plant: Plant, plc: Plc
) -> None:
    standing = Standing(plant.places.standing)
    with daemon(plant):
        wait_until(lambda: len(plant.changes()) == 1)
        standing.pause(WHOLE_SITE, Pause(CLOCK.now(), "test", "line is being mended"))
        paused_at = CLOCK.monotonic()
        wait_until(lambda: status(plant).paused and not plc.open_connections)
        asked = len(plc.asked)
        assert plc.asked_at[-1] < paused_at + 1.0 + BUSY_S
    with daemon(plant):
        wait_until(lambda: plant.outcomes("").count(Outcome.STARTED) == 2)
        assert status(plant).pause_reason == "line is being mended"
        assert len(plc.asked) == asked
        soon = CLOCK.now() + timedelta(seconds=0.3)
        standing.pause(WHOLE_SITE, Pause(CLOCK.now(), "test", "a little more", soon))
        wait_until(lambda: len(plc.asked) > asked)
        wait_until(lambda: Outcome.RESUMED in plant.outcomes(""))


def test_a_pause_holds_within_a_second_however_busy_the_engine_is(plc: Plc, tmp_path: Path) -> None:
    with serving(plc) as port:
        busy = Schedule(glance_s=0.2, full_s=3600.0, settle_s=0.1)
        plant = make_plant(
            tmp_path, *(controller(port, f"c{number}", schedule=busy) for number in range(10))
        )
        with daemon(plant):
            wait_until(lambda: len(plc.asked) > 50)
            pause = Pause(CLOCK.now(), "test", "all of it")
            Standing(plant.places.standing).pause(WHOLE_SITE, pause)
            paused_at = CLOCK.monotonic()
            wait_until(lambda: status(plant).paused and not plc.open_connections)
            assert plc.asked_at[-1] < paused_at + 1.0 + BUSY_S


def test_kill_9_at_any_moment_loses_nothing_that_was_acknowledged(plant: Plant, plc: Plc) -> None:
    acknowledged: set[str] = set()
    for number in range(4):
        with daemon(plant) as running:
            plc.blocks["OB1"] = f"version {number}"
            if number % 2:
                wait_until(partial(_is_stored, plant, f"version {number}"))
            running.kill()
        acknowledged |= {entry.change_id for entry in plant.journal() if entry.change_id}
    with daemon(plant):
        wait_until(partial(_is_stored, plant, "version 3"))
        wait_until(lambda: Spool(plant.places.spool).size == 0)
    assert acknowledged <= {change.change_id for change in plant.changes()}
    assert plant.fsck() == ""


def test_a_killed_daemon_leaves_no_process_behind(plant: Plant) -> None:
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        found = control.ask_status(plant.places)
        assert found is not None
        workers = [pid for pid in found.workers.values() if pid is not None]
        assert len(workers) == 2
        running.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_the_time_after_a_kill_stands_in_the_journal_as_missed(plant: Plant) -> None:
    with daemon(plant) as running:
        wait_until(lambda: bool(plant.outcomes("press-1")))
        running.kill()
    last = plant.journal()[-1].at
    wait_until(lambda: CLOCK.now() > last + timedelta(seconds=0.4))
    with daemon(plant):
        wait_until(lambda: plant.outcomes("").count(Outcome.STARTED) == 2)
    missed = [entry for entry in plant.journal("") if entry.outcome is Outcome.MISSED]
    assert len(missed) == 1
    assert f"nobody watched from {last:%Y-%m-%d %H:%M:%S}" in missed[0].reason


def _is_stored(plant: Plant, text: str) -> bool:
    with Repository.open(plant.site.store.path) as repository:
        return text in str(repository.read("plant"))


def test_a_second_daemon_on_the_same_store_is_refused(plant: Plant) -> None:
    with daemon(plant), starting(plant) as second:
        assert second.wait() == StoreLockedError.exit_code
        assert "watched by process" in second.words


def test_a_silent_controller_holds_up_nobody(plc: Plc, tmp_path: Path) -> None:
    silent = Plc(misdeed="silent")
    with serving(plc) as port, serving(silent) as silent_port:
        plant = make_plant(
            tmp_path, controller(silent_port, "mute", budget=BRIEF), controller(port, "press-1")
        )
        plant.enrol("mute", "press-1")
        with daemon(plant):
            wait_until(lambda: plant.outcomes("press-1").count(Outcome.UNCHANGED) > 3)
            wait_until(lambda: Outcome.FAILED in plant.outcomes("mute"))


def test_a_controller_that_breaks_the_decoder_is_left_alone_and_kept_as_evidence(
    plc: Plc, tmp_path: Path
) -> None:
    hostile = Plc()
    with serving(plc) as port, serving(hostile) as hostile_port:
        plant = make_plant(tmp_path, controller(hostile_port, "evil"), controller(port, "press-1"))
        plant.enrol("evil", "press-1")
        with daemon(plant):
            wait_until(lambda: len(plant.changes()) == 2)
            hostile.misdeed = "decoder-dies"
            wait_until(lambda: Outcome.FAILED in plant.outcomes("evil"))
            polls = len(plant.journal("press-1"))
            wait_until(lambda: len(plant.journal("press-1")) > polls + 2)
            asked = len(hostile.asked)
            found = control.ask_status(plant.places)
            assert found is not None
            assert found.sites[0].put_aside == 1
            assert found.sites[0].controllers[0].quarantined_until is not None
            wait_until(lambda: any("quarantined" in each.subject for each in plant.changes()))
            assert len(hostile.asked) == asked


def test_a_disk_below_the_low_water_mark_stops_commits_loudly_and_polls_go_on(
    plant: Plant, plc: Plc
) -> None:
    with daemon(plant):
        wait_until(lambda: len(plant.changes()) == 1)
    full = 2**62
    plant.set_low_water(full)
    with daemon(plant) as running:
        plc.blocks["OB1"] = "AN I0.0"
        wait_until(lambda: status_of_site(plant) != "")
        assert "low-water mark" in status_of_site(plant)
        assert "the store takes nothing" in running.words
        wait_until(lambda: any("low-water mark" in each.reason for each in plant.journal("")))
        polls = len(plant.journal("press-1"))
        wait_until(lambda: len(plant.journal("press-1")) > polls + 2)
        assert len(plant.changes()) == 1
    plant.set_low_water(0)
    with daemon(plant):
        wait_until(lambda: len(plant.changes()) >= 2)


def test_a_damaged_file_of_enrolments_is_told_once_and_what_stood_holds(
    plant: Plant, plc: Plc
) -> None:
    file = plant.places.standing / "enrolled.json"
    sound = file.read_bytes()
    with daemon(plant) as running:
        wait_until(lambda: len(plant.changes()) == 1)
        file.write_bytes(b"rubbish")
        wait_until(lambda: "enrolled.json: damaged" in status_of_site(plant))
        asked = len(plc.asked)
        wait_until(lambda: len(plc.asked) > asked + 4)
        assert running.words.count("pauses and enrolments cannot be read") == 1
        told = [each for each in plant.journal("") if "enrolled.json: damaged" in each.reason]
        assert [each.outcome for each in told] == [Outcome.FAILED]
        file.write_bytes(sound)
        wait_until(lambda: status_of_site(plant) == "")
        plc.mode = "stop"  # it is still enrolled: what it does is stored
        wait_until(lambda: len(plant.changes()) == 2)


def status_of_site(plant: Plant) -> str:
    found = control.ask_status(plant.places)
    assert found is not None
    return found.sites[0].trouble


def test_a_history_that_somebody_committed_to_is_refused_with_its_own_code(plant: Plant) -> None:
    path = plant.site.store.path
    tree = git(path, "rev-parse", "observed^{tree}").stdout.strip()
    head = git(path, "rev-parse", "observed").stdout.strip()
    who = ("-c", "user.name=x", "-c", "user.email=x@y")
    made = git(path, *who, "commit-tree", "-p", head, "-m", "x", tree)
    git(path, "update-ref", "refs/heads/observed", made.stdout.strip())
    with starting(plant) as running:
        assert running.wait() == StoreForeignError.exit_code
    told = plant.journal("")[-1]
    assert told.outcome is Outcome.STOPPED
    assert "is not this daemon's: it is not signed" in told.reason


def test_the_service_manager_hears_ready_watchdog_reload_and_stop(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(plant.folder / "m"))
        manager.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(plant.folder / "m"))
        with daemon(plant) as running:
            _hear(manager, "READY=1")
            _hear(manager, "WATCHDOG=1")
            running.signal(signal.SIGHUP)
            _hear(manager, "RELOADING=1")
            _hear(manager, "READY=1")
            running.signal(signal.SIGTERM)
            _hear(manager, "STOPPING=1")
            assert running.wait() == 0


def test_it_ends_in_time_when_a_store_takes_for_ever_to_be_opened_for_writing(
    plant: Plant,
) -> None:
    os.mkfifo(plant.folder / ALLOWED_SIGNERS)  # whoever reads it waits for somebody who writes
    with starting(plant) as running:
        wait_until(partial(running.is_ready, plant))
        running.signal(signal.SIGTERM)
        assert running.wait(30.0) == 0
    assert plant.outcomes("")[-1] is Outcome.STOPPED


def test_it_ends_in_time_when_a_sites_files_take_for_ever_to_be_opened(plant: Plant) -> None:
    os.mkfifo(plant.places.standing / "health.jsonl")
    with starting(plant) as running:
        wait_until(lambda: _is_opening(plant, running.pid))
        running.signal(signal.SIGTERM)
        assert running.wait(30.0) == 0


def test_it_ends_in_time_when_a_new_configuration_takes_for_ever_to_be_read(
    plant: Plant, plc: Plc
) -> None:
    with daemon(plant) as running:
        wait_until(lambda: bool(plc.asked))
        (plant.folder / CONFIGURATION).unlink()
        os.mkfifo(plant.folder / CONFIGURATION)
        running.signal(signal.SIGHUP)
        asked = len(plc.asked)
        wait_until(lambda: len(plc.asked) > asked + 5)
        running.signal(signal.SIGTERM)
        assert running.wait(30.0) == 0


def _is_opening(plant: Plant, pid: int) -> bool:
    lock = plant.places.engine_lock
    return lock.exists() and lock.read_text().strip() == str(pid)


def test_it_ends_in_time_and_shows_life_while_the_spool_holds_what_spins(
    plant: Plant, plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    _leave_spinning_captures(plant, plc, 3)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(plant.folder / "m"))
        manager.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(plant.folder / "m"))
        with daemon(plant) as running:
            _hear(manager, "WATCHDOG=1")
            running.signal(signal.SIGTERM)
            assert running.wait(30.0) == 0
    spool = Spool(plant.places.spool)
    assert len(spool.names()) == 3
    assert spool.quarantined() == ()


def _leave_spinning_captures(plant: Plant, plc: Plc, count: int) -> None:
    plc.misdeed = "decoder-spins"
    asked = Ask(Depth.FULL, {})
    gate = Gate(Turnstile(CLOCK, 500.0))
    capture = asyncio.run(DRIVER.collect(plant.site.controllers[0], asked, gate, CLOCK))
    spool = Spool(plant.places.spool)
    for number in range(count):
        spool.put(f"left-{number}", encode(capture))


def _hear(manager: socket.socket, word: str) -> None:
    while word not in manager.recv(4096).decode().splitlines():
        pass
