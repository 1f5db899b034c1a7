"""A flood of what a sensor says: bounded, counted, told as a gap, and at nobody else's cost."""

from dataclasses import replace
from datetime import timedelta

from ccontrol.model.engineering import Effect, EngineeringEvent
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.allowance import ALWAYS, HOUR, OF_ALL, OF_ONE, TELL, Allowance
from tests.unit.store.heard import SENSOR, download, heard, watch
from tests.unit.store.made_store import START

ACT = download(START)
WRITE = replace(ACT, action="variable.write", effect=Effect.PARAM)


def flood(count: int, event: EngineeringEvent = ACT, whose: str = "press-3") -> list[Heard]:
    return [heard(event, START, whose)] * count


def losses(taken: list[Heard]) -> list[Watch]:
    return [one.said for one in taken if isinstance(one.said, Watch)]


def test_a_flood_is_kept_up_to_a_bound_and_the_rest_is_told_as_a_gap() -> None:
    taken = Allowance().of(flood(OF_ONE + 30), START)
    assert len(taken) == OF_ONE + 1
    (lost,) = losses(taken)
    assert lost == Watch(SENSOR, ACT.first, ACT.last, 0, 30, (("127.0.0.1", 30),))


def test_writes_without_end_leave_the_room_of_downloads_alone() -> None:
    allowance = Allowance()
    allowance.of(flood(OF_ONE + 1, WRITE), START)
    assert len(allowance.of(flood(OF_ONE), START)) == OF_ONE


def test_whatever_is_flooded_each_controller_keeps_a_share() -> None:
    allowance = Allowance()
    for number in range(OF_ALL // OF_ONE):
        allowance.of(flood(OF_ONE, whose=f"press-{number + 10}"), START)
    allowance.of(flood(OF_ONE, whose=""), START)
    told = allowance.of(flood(ALWAYS[False] + 5), START + TELL)
    assert [one for one in told if one.controller_id == "press-3"] == flood(ALWAYS[False])


def test_what_is_lost_at_addresses_that_nobody_has_is_no_controllers_gap() -> None:
    (lost,) = losses(Allowance().of(flood(OF_ONE + 1, whose=""), START))
    assert (lost.dropped, lost.heard) == (1, ())


def test_losses_are_told_now_and_then_and_all_of_them() -> None:
    allowance = Allowance()
    told = [allowance.of(flood(OF_ONE), START + timedelta(seconds=at)) for at in range(11)]
    assert [lost.dropped for each in told for lost in losses(each)] == [OF_ONE]
    (last,) = losses(allowance.of([], START + 3 * TELL))
    assert last.dropped == 9 * OF_ONE
    assert allowance.of([], START + 6 * TELL) == []


def test_the_next_hour_has_room_again_and_a_watch_always_has() -> None:
    allowance = Allowance()
    allowance.of(flood(OF_ONE), START)
    seen = heard(watch(START), START)
    assert seen in allowance.of([seen], START)
    assert allowance.of(flood(1), START + HOUR) == flood(1)
    assert allowance.of(flood(1), START - HOUR) == flood(1), "a clock that was set back"
