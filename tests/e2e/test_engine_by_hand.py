"""Polls by hand: the whole straight line, from a socket to a signed commit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ccontrol.canonical.records import parse_record
from ccontrol.errors import NotEnrolledError, PausedError, StoreLockedError, UnknownNameError
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import Outcome
from ccontrol.store.repository import Repository
from ccontrol.store.standing import Pause, Standing
from tests.e2e.engine_plant import CLOCK, PATIENCE_S, Plant, Watch, git, wait_until, watching
from tests.unit.poll.toy import Plc, controller

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")


def test_a_controller_that_nobody_enrolled_is_only_glanced_at(unenrolled: Plant, plc: Plc) -> None:
    with watching(unenrolled) as watch:
        entry = watch.poll()[0]
        assert entry.outcome is Outcome.GLANCED
        assert "not enrolled" in entry.reason
        assert plc.asked == ["glance"]
        with pytest.raises(NotEnrolledError):
            watch.poll(depth=Depth.FULL)
        with pytest.raises(UnknownNameError):
            watch.poll("press-9")
    assert unenrolled.changes() == []


def test_an_enrolled_controller_is_read_whole_at_first_sight(plant: Plant, plc: Plc) -> None:
    first, then = plant.poll("press-1")
    assert first.outcome is Outcome.PENDING
    assert (then.outcome, then.depth) == (Outcome.CHANGED, Depth.FULL)
    assert [change.change_id for change in plant.changes()] == [then.change_id]
    assert "blocks" in plc.asked


def test_a_download_is_looked_at_twice_and_told_with_its_blocks(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    plc.log.insert(0, "download")
    told = [(entry.depth, entry.outcome) for entry in known.poll()]
    assert told == [
        (Depth.GLANCE, Outcome.PENDING),
        (Depth.DIAGNOSTICS, Outcome.PENDING),
        (Depth.INVENTORY, Outcome.CHANGED),
    ]
    text = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
    assert "OB1" in text
    assert "download" in text


def test_a_change_happened_after_the_last_poll_that_saw_the_old_program(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    known.poll()
    changed_at = CLOCK.now()
    plc.blocks["OB1"] = "AN I0.0"
    assert known.poll()[0].outcome is Outcome.PENDING
    with Repository.open(plant.site.store.path) as repository:
        commit = repository.history()[0]
        path = str(commit.trailer("Record"))
        record = parse_record(repository.read(path, commit.id)[path])
    assert record.previous_at is not None
    assert record.previous_at < changed_at < record.taken_at


def test_a_second_change_within_the_pause_is_held_back_but_not_missed(
    known: Watch, plc: Plc
) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    known.poll()
    plc.blocks["OB1"] = "O I0.0"
    last = known.poll()[-1]
    assert last.outcome is Outcome.SUPPRESSED
    assert last.change_id
    assert "the program is read in" in last.reason
    assert plc.asked.count("blocks") == 1
    assert 50 < known.do(_follow_ups(known))[Depth.INVENTORY] <= 60


def test_what_was_held_back_is_owed_beyond_a_pause(known: Watch, plant: Plant, plc: Plc) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    known.poll()
    plc.blocks["OB1"] = "O I0.0"
    assert known.poll()[-1].outcome is Outcome.SUPPRESSED
    standing = Standing(plant.places.standing)
    standing.pause("press-1", Pause(CLOCK.now(), "test", "mending"))
    wait_until(lambda: known.do(_follow_ups(known)) == {})
    with pytest.raises(PausedError, match="mending"):
        known.poll()
    standing.resume("press-1")
    wait_until(lambda: Depth.FULL in known.do(_follow_ups(known)))


def test_what_is_owed_is_told_after_every_poll_until_it_has_been_read(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    known.poll()
    plc.blocks["OB1"] = "O I0.0"
    held = known.poll()[-1]
    assert held.owed_since == held.at
    plc.log.insert(0, "something else")
    again = known.poll()
    assert [(entry.outcome, entry.owed_since) for entry in again] == [
        (Outcome.UNCHANGED, held.at),
        (Outcome.UNCHANGED, held.at),
    ]
    assert Standing(plant.places.standing).health("press-1").owed_since == held.at
    read = known.poll(depth=Depth.INVENTORY)[-1]
    assert (read.outcome, read.owed_since) == (Outcome.CHANGED, None)
    assert [entry.owed_since for entry in plant.journal("press-1")[-4:]] == [
        *[held.at] * 3,
        None,
    ]
    assert Standing(plant.places.standing).health("press-1").owed_since is None


def test_what_is_owed_is_planned_and_told_after_a_restart_too(plant: Plant, plc: Plc) -> None:
    with watching(plant) as watch:
        watch.poll(depth=Depth.FULL)
        for program in ("AN I0.0", "O I0.0"):
            plc.blocks["OB1"] = program
            last = watch.poll()[-1]
        assert last.outcome is Outcome.SUPPRESSED
    with watching(plant) as watch:
        assert watch.poll()[-1].owed_since == last.at
        watch.do(_schedule(watch))
        assert 0 <= watch.do(_follow_ups(watch))[Depth.FULL] <= 60


async def _schedule(watch: Watch) -> None:
    watch.engine.begin_schedule()


async def _follow_ups(watch: Watch) -> dict[Depth, float]:
    (controller,) = watch.engine.overview.status(1).sites[0].controllers
    return controller.follow_ups


def test_who_waits_for_a_second_look_hears_that_a_pause_prevents_it(
    unenrolled: Plant, plc: Plc
) -> None:
    plant, patient = unenrolled, Schedule(glance_s=60.0, full_s=3600.0, settle_s=50.0)
    (press,) = plant.site.controllers
    plant.site = replace(plant.site, controllers=(replace(press, schedule=patient),))
    plant.enrol("press-1")
    with watching(plant) as watch, ThreadPoolExecutor() as beside:
        watch.poll(depth=Depth.FULL)
        plc.blocks["OB1"] = "AN I0.0"
        told = beside.submit(watch.poll)
        wait_until(lambda: plant.outcomes("press-1")[-1] is Outcome.PENDING)
        Standing(plant.places.standing).pause("press-1", Pause(CLOCK.now(), "test", "mending"))
        with pytest.raises(PausedError, match="mending"):
            told.result(PATIENCE_S)


def test_nothing_new_is_one_line_in_the_journal(known: Watch, plant: Plant) -> None:
    commits, lines = len(plant.subjects()), len(plant.journal())
    assert [entry.outcome for entry in known.poll()] == [Outcome.UNCHANGED]
    assert len(plant.subjects()) == commits
    assert len(plant.journal()) == lines + 1


def test_a_block_deleted_is_told_as_removed(known: Watch, plant: Plant, plc: Plc) -> None:
    del plc.blocks["FC1"]
    known.poll()
    text = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
    assert "FC1 removed" in text
    assert plant.fsck() == ""


def test_a_change_that_goes_back_before_it_settled_is_no_commit(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    assert known.do(known.glance()).outcome is Outcome.PENDING
    plc.blocks["OB1"] = "A I0.0"
    entry = known.poll()[0]
    assert (entry.outcome, entry.reason) == (Outcome.UNCHANGED, "went back to what it was")
    assert len(plant.changes()) == 1


def test_a_mode_that_moved_is_committed_at_once_and_the_log_is_read(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.mode = "stop"
    plc.log.insert(0, "stop by the mode switch")
    entries = known.poll()
    assert [entry.outcome for entry in entries] == [Outcome.CHANGED, Outcome.UNCHANGED]
    assert plc.asked == ["glance", "glance", "log", "hardware"]
    text = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
    assert "stop by the mode switch" in text


def test_a_log_that_moved_alone_leads_to_the_modules(known: Watch, plc: Plc) -> None:
    plc.hardware = "CPU 2"
    plc.log.insert(0, "power on")
    plc.log[0] = "card out"
    entries = known.poll()
    assert [entry.outcome for entry in entries] == [Outcome.UNCHANGED, Outcome.CHANGED]


def test_an_unusable_answer_is_shown_and_never_compared(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.misdeed = "unusable"
    plc.blocks = {}
    entry = known.poll()[0]
    assert (entry.outcome, entry.reason) == (Outcome.INCOMPLETE, "unusable")
    assert len(plant.changes()) == 1


def test_a_controller_that_is_not_there_fails_with_its_reason(plant: Plant) -> None:
    plant.site = replace(plant.site, controllers=(controller(1),))
    with watching(plant) as watch:
        entry = watch.poll()[0]
    assert entry.outcome is Outcome.FAILED
    assert "connect" in entry.reason.lower()


def test_two_engines_never_watch_one_site(known: Watch, plant: Plant) -> None:
    with pytest.raises(StoreLockedError, match="watched by process"):
        plant.poll("press-1")
