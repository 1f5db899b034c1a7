"""Stores that take nothing, controllers that break workers, results that a crash left behind."""

import asyncio
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical import captures
from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import acting, crew, delivery
from ccontrol.poll.asking import ask_controller
from ccontrol.poll.chores import fold_days, maintain
from ccontrol.poll.pace import Gate, Turnstile
from ccontrol.store.journal import Journal
from ccontrol.store.spool import Spool
from tests.e2e.engine_plant import (
    CLOCK,
    PATIENCE_S,
    Plant,
    Watch,
    git,
    make_plant,
    wait_until,
    watching,
)
from tests.unit.poll.toy import BRIEF, DRIVER, SLOWLY_S, Plc, controller, serving

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")


def block(plant: Plant) -> Path:
    """Put something where git's lock of the branch would be: no commit can be published."""
    path = plant.site.store.path / "refs" / "heads" / "observed.lock"
    path.mkdir()
    return path


def test_a_store_that_takes_nothing_holds_up_no_poll_and_gets_it_all_later(
    known: Watch, plant: Plant, plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WAIT_S", 1.0)
    blocker = block(plant)
    plc.mode = "stop"
    entry = known.poll()[0]
    assert entry.outcome is Outcome.PENDING
    assert "kept in the spool" in entry.reason
    assert "observed.lock" in str(known.site.trouble)
    assert known.site.spool.names()
    assert known.poll()[0].outcome is Outcome.UNCHANGED
    plc.mode = "run"
    assert known.poll()[0].outcome is Outcome.PENDING
    blocker.rmdir()
    wait_until(lambda: len(plant.changes()) == 3)
    wait_until(lambda: not known.site.spool.names())
    wait_until(lambda: plant.outcomes("press-1").count(Outcome.CHANGED) == 3)
    assert str(known.site.trouble) == "None"
    assert plant.fsck() == ""


def test_a_first_sight_that_the_store_takes_late_counts_against_no_later_read(
    plant: Plant, plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watching(plant) as watch:
        is_over = threading.Event()
        with monkeypatch.context() as hurried:
            hurried.setattr(delivery, "READ_WAIT_S", 0.1)
            hurried.setattr(delivery, "WAIT_S", 0.5)
            watch.site.scribe.give(lambda _line: is_over.wait(PATIENCE_S))
            last = watch.poll()[-1]
        is_over.set()
        assert (last.depth, last.outcome) == (Depth.FULL, Outcome.PENDING)
        wait_until(lambda: Outcome.CHANGED in plant.outcomes("press-1"))
        plc.blocks["OB1"] = "AN I0.0"
        assert watch.poll()[-1].outcome is Outcome.CHANGED


def test_a_full_spool_is_told_and_the_change_is_seen_again(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    known.site.spool._limit_bytes = 10
    plc.mode = "stop"
    entry = known.poll()[0]
    assert entry.outcome is Outcome.FAILED
    assert "limit" in entry.reason
    known.site.spool._limit_bytes = 2**20
    assert known.poll()[0].outcome is Outcome.CHANGED


def test_what_a_crash_left_in_the_spool_is_written_at_the_next_start(
    plant: Plant, plc: Plc
) -> None:
    with watching(plant) as watch:
        watch.poll(depth=Depth.FULL)
        plc.blocks["OB1"] = "AN I0.0"
        capture = watch.do(_heard(plant))
        watch.site.spool.put("20240501-left", capture)
    before = len(plant.changes())
    for _ in range(2):  # the second time there is nothing to do
        with watching(plant):
            wait_until(lambda: Spool(plant.places.spool).size == 0)
    assert len(plant.changes()) == before + 1
    assert "from the spool" in plant.journal("press-1")[-1].reason


def test_a_result_that_was_written_already_changes_nothing_when_it_is_found_again(
    plant: Plant,
) -> None:
    with watching(plant) as watch:
        capture = watch.do(_heard(plant))
        watch.poll(depth=Depth.FULL)
        changes = len(plant.changes())
        watch.site.spool.put("20240501-again", capture)
    with watching(plant):
        wait_until(lambda: Spool(plant.places.spool).size == 0)
    assert len(plant.changes()) == changes


async def _heard(plant: Plant) -> bytes:
    gate = Gate(Turnstile(CLOCK, 100.0))
    ask = Ask(Depth.FULL)
    capture = await ask_controller(DRIVER, plant.site.controllers[0], ask, gate, CLOCK)
    return captures.encode(capture)


def test_rubbish_in_the_spool_is_put_aside(plant: Plant) -> None:
    spool = Spool(plant.places.spool)
    spool.put("20240501-rubbish", b"no capture")
    spool.put("20240502-stranger", _named(plant, "who-is-that"))
    with watching(plant) as watch:
        assert watch.poll()[0].outcome is Outcome.PENDING
    assert len(Spool(plant.places.spool).quarantined()) == 2


def _named(plant: Plant, name: str) -> bytes:
    capture = captures.decode(asyncio.run(_heard(plant)))
    return captures.encode(replace(capture, controller_id=name))


def test_the_one_that_breaks_workers_is_found_and_left_alone(plc: Plc, tmp_path: Path) -> None:
    mute, evil = Plc(misdeed="silent"), Plc()
    with serving(plc) as port, serving(mute) as mute_port, serving(evil) as evil_port:
        plant = make_plant(
            tmp_path,
            controller(port),
            controller(mute_port, "mute", budget=BRIEF),
            controller(evil_port, "evil"),
        )
        plant.enrol("press-1", "mute", "evil")
        with watching(plant) as watch:
            watch.poll("evil", Depth.FULL)
            watch.poll("press-1", Depth.FULL)
            evil.misdeed = "die"
            told: dict[str, tuple[JournalEntry, ...]] = {}
            asking = threading.Thread(target=lambda: told.update(mute=watch.poll("mute")))
            asking.start()
            wait_until(lambda: bool(mute.asked))
            told["evil"] = watch.poll("evil")
            asking.join()
            assert "asked again, alone" in told["evil"][0].reason
            assert "quarantined until" in told["evil"][-1].reason
            assert told["evil"][-1].fault_class == "WorkerDiedError"
            assert "no answer" in told["mute"][-1].reason
            assert watch.poll("press-1")[0].outcome is Outcome.UNCHANGED
            wait_until(lambda: any("quarantined" in each.subject for each in plant.changes()))
            evil.misdeed = ""
            assert watch.poll("evil")[0].outcome in {Outcome.CHANGED, Outcome.UNCHANGED}


def test_a_controller_that_cannot_be_verified_three_times_is_a_finding(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.misdeed = "unusable"
    for _ in range(3):
        known.poll()
    wait_until(lambda: any("cannot verify" in each.subject for each in plant.changes()))
    plc.misdeed = ""
    known.poll()
    body = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
    assert "cannot verify is over" in body


def test_a_glance_over_its_budget_is_a_failure_with_a_pause_and_in_the_end_a_finding(
    known: Watch, plant: Plant, plc: Plc
) -> None:
    plc.misdeed = "endless"
    entries = [known.poll()[0] for _ in range(3)]
    assert {entry.outcome for entry in entries} == {Outcome.FAILED}
    assert next(iter(known.engine.roster)).held_until > CLOCK.monotonic()
    wait_until(lambda: any("cannot verify" in each.subject for each in plant.changes()))


def test_answers_that_take_long_to_decode_again_and_again_count_as_a_broken_worker(
    known: Watch, plant: Plant, plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "DECODE_FIRST_S", 1.9 * SLOWLY_S)
    plc.misdeed = "decoder-slow"
    entries = [known.poll()[0] for _ in range(3)]
    assert [entry.outcome for entry in entries[:2]] == [Outcome.UNCHANGED] * 2
    assert "quarantined until" in entries[-1].reason
    wait_until(lambda: any("quarantined" in each.subject for each in plant.changes()))


def test_a_defect_in_the_engine_itself_is_told_and_ends_nothing(
    known: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("defect")

    with monkeypatch.context() as patched:
        patched.setattr(acting, "decide", broken)  # no other way to have a defect at hand
        entry = known.poll()[0]
    assert (entry.outcome, entry.reason) == (Outcome.FAILED, "defect: ZeroDivisionError: defect")
    assert known.poll()[0].outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("depth", [Depth.GLANCE, Depth.INVENTORY])
def test_a_writer_that_is_busy_makes_no_poll_fail(
    plant: Plant, depth: Depth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "READ_WAIT_S", 0.1)
    monkeypatch.setattr(delivery, "WAIT_S", 0.5)
    with watching(plant) as watch:
        watch.poll(depth=Depth.FULL)
    with watching(plant) as watch:  # knows no face yet: the history has to be asked
        is_over = threading.Event()
        chore = watch.site.scribe.give(lambda _line: is_over.wait(20))
        try:
            came = watch.poll(depth=depth)[0].outcome
            assert came is (Outcome.UNCHANGED if depth is Depth.GLANCE else Outcome.PENDING)
            assert not chore.done()
        finally:
            is_over.set()


class Tomorrow(SystemClock):
    """A day ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=1)


def test_a_day_that_ended_is_folded_into_one_signed_commit(known: Watch, plant: Plant) -> None:
    site = replace(known.site, journal=Journal(plant.places.journal, Tomorrow()))
    folded = site.scribe.give(lambda line: fold_days(line, site, Tomorrow())).result(60)
    assert folded == 1
    assert plant.subjects()[-1].startswith("journal of ")
    again = site.scribe.give(lambda line: fold_days(line, site, Tomorrow())).result(60)
    assert again == 0


def test_maintenance_packs_and_checks_while_polls_go_on(known: Watch, plant: Plant) -> None:
    tending = known.site.scribe.give(lambda line: maintain(line, known.site, CLOCK))
    assert known.poll()[0].outcome is Outcome.UNCHANGED
    tended = tending.result(60)
    assert tended.loose_after < tended.loose_before
    assert tended.complaints == ()
    assert known.poll()[0].outcome is Outcome.UNCHANGED


def test_a_controller_that_is_gone_becomes_stale_and_is_well_when_it_is_back(
    plc: Plc, tmp_path: Path
) -> None:
    soon = Schedule(glance_s=60.0, full_s=3600.0, settle_s=0.1, stale_after_s=0.5)
    with ExitStack() as stack:
        with serving(plc) as port:
            plant = make_plant(tmp_path, controller(port, schedule=soon))
            plant.enrol("press-1")
            watch = stack.enter_context(watching(plant))
            watch.poll(depth=Depth.FULL)
        assert watch.poll()[0].outcome is Outcome.FAILED
        wait_until(lambda: "stale" in plant.changes()[-1].subject)
        with serving(plc, port):
            assert watch.poll()[0].outcome is Outcome.CHANGED
        text = git(plant.site.store.path, "show", "-s", "--format=%B", "observed").stdout
        assert "stale is over" in text
