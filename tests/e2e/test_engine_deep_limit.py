"""At most one deep read on a trigger in `deep_pause_s`, whatever asks for it and however."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import Outcome
from ccontrol.poll.triage import Follow
from ccontrol.poll.watched import Watched
from tests.e2e.engine_plant import CLOCK, Plant, Watch, wait_until, watching
from tests.unit.poll.toy import Plc

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")
DEEP_PAUSE_S = 60.0


def only(watch: Watch) -> Watched:
    (watched,) = watch.engine.roster
    return watched


async def ask_on_a_trigger(watch: Watch, *depths: Depth) -> None:
    for depth in depths:
        watch.engine._turns.follow(only(watch), Follow(depth, 0.05))


async def waits_s(watch: Watch) -> dict[Depth, float]:
    return only(watch).follow_ups_in_s()


def test_a_read_by_hand_between_does_not_allow_another_on_a_trigger(known: Watch, plc: Plc) -> None:
    plc.blocks["OB1"] = "AN I0.0"
    assert known.poll()[-1].depth is Depth.INVENTORY
    assert known.poll(depth=Depth.FULL)[-1].outcome is Outcome.UNCHANGED
    plc.blocks["OB1"] = "O I0.0"
    last = known.poll()[-1]
    assert (last.depth, last.outcome) == (Depth.GLANCE, Outcome.SUPPRESSED)
    assert plc.asked.count("blocks") == 2


def test_the_read_that_the_enrolment_led_to_does_not_count(plant: Plant, plc: Plc) -> None:
    with watching(plant) as watch:
        assert watch.poll()[-1].depth is Depth.FULL
        plc.blocks["OB1"] = "AN I0.0"
        assert watch.poll()[-1].depth is Depth.INVENTORY
        plc.blocks["OB1"] = "O I0.0"
        assert watch.poll()[-1].outcome is Outcome.SUPPRESSED


def test_of_two_that_fall_due_together_one_waits_its_time(known: Watch, plc: Plc) -> None:
    known.do(ask_on_a_trigger(known, Depth.INVENTORY, Depth.FULL))
    wait_until(lambda: "blocks" in plc.asked)
    wait_until(lambda: only(known).asking is None)
    (wait_s,) = known.do(waits_s(known)).values()
    assert DEEP_PAUSE_S - 10 < wait_s <= DEEP_PAUSE_S
    assert plc.asked.count("blocks") == 1


def test_one_that_falls_due_too_early_waits_the_rest_of_its_time(known: Watch, plc: Plc) -> None:
    lately = CLOCK.now() - timedelta(seconds=20)
    only(known).health = replace(only(known).health, last_deep_at=lately)
    known.do(ask_on_a_trigger(known, Depth.FULL))
    wait_until(lambda: known.do(waits_s(known)).get(Depth.FULL, 0.0) > 1.0)
    assert 30 < known.do(waits_s(known))[Depth.FULL] <= 40
    assert plc.asked == []
    assert known.poll(depth=Depth.FULL)[0].outcome is Outcome.UNCHANGED  # by hand it is read


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_once(
    known: Watch, plc: Plc
) -> None:
    ahead = CLOCK.now() + timedelta(days=1)
    only(known).health = replace(only(known).health, last_deep_at=ahead)
    known.do(ask_on_a_trigger(known, Depth.INVENTORY))
    wait_until(lambda: known.do(waits_s(known)).get(Depth.INVENTORY, 0.0) > 1.0)
    last = only(known).health.last_deep_at
    assert last is not None
    assert last <= CLOCK.now()
    assert plc.asked == []
