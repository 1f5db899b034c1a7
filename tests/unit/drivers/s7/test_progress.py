"""Polls that take longer, or bring more, than their limits: how far they come, what would do."""

import re
from dataclasses import replace

import pytest

from ccontrol.model import controller
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Budget
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.fault import Delay
from ccontrol.sim.s7.server import Live
from tests.contract.allowance import AMPLE
from tests.unit.drivers.s7.polls import Poller, questions, questions_before

HAS_NO_LIMIT_OF_ITS_OWN = replace(AMPLE, time_limit_s=None)


def half_of_it_s(live: Live) -> float:
    """Slow the uploads down; return half of the time that a whole read takes then, on any host."""
    quick = Poller(live).poll(Depth.FULL)
    took_s = (quick.ended_at - quick.started_at).total_seconds()
    half_s, first = max(4 * took_s, 1.0), questions_before(quick, "upload 38 00001")
    live.faults.append(Delay(first=first, seconds=2 * half_s / (quick.requests - first)))
    return half_s


def test_a_deep_read_has_as_long_as_its_blocks_need(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_s = half_of_it_s(live)
    monkeypatch.setattr(controller, "DEEP_LIMIT_S", half_s)  # else this takes half an hour
    capture = Poller(live, budget=HAS_NO_LIMIT_OF_ITS_OWN).poll(Depth.FULL)
    assert capture.fault is None
    assert (capture.ended_at - capture.started_at).total_seconds() > half_s


def test_however_much_there_is_a_deep_read_ends(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_s = half_of_it_s(live)
    monkeypatch.setattr(controller, "DEEP_LIMIT_S", half_s)
    monkeypatch.setattr(controller, "MOST_S", 1.2 * half_s)
    capture = Poller(live, budget=HAS_NO_LIMIT_OF_ITS_OWN).poll(Depth.FULL)
    assert capture.fault_class == "OverBudgetError"
    assert re.fullmatch(
        rf"the poll was not done within {1.2 * half_s:g} s: [1-9]\d* of 12 blocks were read;"
        r" raise requests_per_s, no poll may take longer",
        str(capture.fault),
    )


def test_a_limit_that_the_owner_set_holds_and_the_poll_says_what_would_do(live: Live) -> None:
    limit = replace(AMPLE, time_limit_s=half_of_it_s(live))
    capture = Poller(live, budget=limit).poll(Depth.FULL)
    assert capture.fault_class == "OverBudgetError"
    told = re.search(r"[1-9] of 12 blocks were read; set time_limit_s = (\d+)$", str(capture.fault))
    assert told is not None
    assert limit.time_limit_s is not None
    assert int(told[1]) > limit.time_limit_s


def test_more_bytes_than_the_limit_are_told_with_the_limit_that_would_do(live: Live) -> None:
    blocks = plant.many_blocks(60, least=4096, most=4096)
    live.cpu.load(*blocks)
    small = Poller(live, budget=replace(AMPLE, bytes_limit=100_000)).poll(Depth.FULL)
    assert small.fault_class == "OverBudgetError"
    told = re.search(
        r"sent more than 100000 bytes in one poll: (\d+) of (\d+) blocks were read; "
        r"set bytes_limit = (\d+)$",
        str(small.fault),
    )
    assert told is not None
    assert int(told[1]) < int(told[2])
    enough = Poller(live, budget=replace(AMPLE, bytes_limit=int(told[3]))).poll(Depth.FULL)
    assert enough.fault is None
    assert len(set(questions(enough, "upload"))) == int(told[2])


def test_the_limit_of_a_glance_moves_nowhere() -> None:
    assert Budget().longest_s(Depth.GLANCE) == Budget().limit_s(Depth.GLANCE) == 60.0
    assert (Budget().limit_s(Depth.FULL), Budget().longest_s(Depth.FULL)) == (1_800.0, 14_400.0)
    assert Budget(time_limit_s=20.0).longest_s(Depth.FULL) == 20.0
