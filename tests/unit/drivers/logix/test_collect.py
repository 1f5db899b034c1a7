"""What a poll asks, how much, and what it need not ask again."""

from dataclasses import replace

import pytest

from ccontrol.drivers.logix import collect_program, memory
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Depth
from ccontrol.sim.logix import fault, plant, scene
from ccontrol.sim.logix.controller import l61, l73
from ccontrol.sim.logix.project import Tag
from ccontrol.sim.logix.server import Live, running
from tests.unit.drivers.logix.polls import SEAL, Poller, questions


def test_a_glance_is_three_questions_and_450_bytes(live: Live) -> None:
    capture = Poller(live).poll(Depth.GLANCE)
    assert questions(capture) == ["identity", "edits", "audit"]
    assert (capture.requests, capture.fault) == (4, None)
    assert capture.bytes_sent + capture.bytes_received - 2 * 28 <= 450  # but for the session
    assert live.cpu.connected == 0


def test_a_glance_opens_no_connection(live: Live) -> None:
    Poller(live).poll(Depth.GLANCE)
    assert not any(one.service in (0x54, 0x5B) for one in live.server.requests)


def test_the_deeper_looks_begin_with_a_glance(live: Live) -> None:
    for depth in Depth:
        asked = questions(Poller(live).poll(depth))
        assert asked[:3] == ["identity", "edits", "audit"]
    assert asked[-2:] == ["edits #2", "audit #2"]


def test_a_deep_read_closes_its_connection(live: Live) -> None:
    capture = Poller(live).poll(Depth.FULL)
    assert [one for one in questions(capture) if one in ("open", "close")] == ["open", "close"]
    assert live.cpu.connected == 0


def test_a_controller_with_small_connections_is_not_asked_for_large_ones_twice() -> None:
    with running(plant.press(model=l61())) as live:
        poller = Poller(live)
        assert questions(poller.poll(Depth.FULL), "open") == ["open", "open #2"]
        again = poller.poll(Depth.FULL)
        assert questions(again, "open") == ["open"]
        assert dict(again.notes)["connection"] == "500 bytes"


def test_a_controller_behind_an_adapter_of_its_own_is_read_through_the_backplane() -> None:
    with running(plant.press(model=l73())) as live:
        capture = Poller(live).poll(Depth.FULL)
        assert capture.fault is None
        assert not [one for one in capture.exchanges if one.fault]


def test_a_second_full_read_of_10_000_tags_takes_a_third_of_the_requests() -> None:
    with running(plant.chassis_of(plant.many_tags(10_000))) as live:
        poller = Poller(live, LogixOptions())
        cold, warm = poller.poll(Depth.FULL), poller.poll(Depth.FULL)
        assert (cold.fault, warm.fault) == (None, None)
        assert warm.requests * 3 <= cold.requests
        first, second = (poller.driver.interpret(one, SEAL) for one in (cold, warm))
        assert first.sightings == second.sightings


def test_symbols_are_read_again_where_a_tag_was_added(live: Live) -> None:
    poller = Poller(live)
    poller.poll(Depth.FULL)
    warm = poller.poll(Depth.INVENTORY)
    assert "symbols_read_s_ago" in dict(warm.notes)
    live.play(scene.add_tag, Tag("Bypass", "BOOL"))
    assert "symbols_read_s_ago" not in dict(poller.poll(Depth.INVENTORY).notes)


def test_symbols_are_read_again_after_half_a_day(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    poller = Poller(live)
    poller.poll(Depth.FULL)
    monkeypatch.setattr("ccontrol.drivers.logix.collect.SYMBOLS_LAST_S", 0.0)
    assert "symbols_read_s_ago" not in dict(poller.poll(Depth.FULL).notes)


def test_a_list_that_was_cut_is_not_remembered(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_program, "MOST_SYMBOLS", 5_000)
    poller = Poller(live)
    live.faults.append(fault.EndlessSymbols())
    poller.poll(Depth.INVENTORY)
    live.faults.clear()
    assert "symbols_read_s_ago" not in dict(poller.poll(Depth.INVENTORY).notes)
    assert "symbols_read_s_ago" in dict(poller.poll(Depth.INVENTORY).notes)


def test_too_much_to_remember_is_forgotten(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST_BYTES", 100)
    poller = Poller(live)
    cold, again = poller.poll(Depth.FULL), poller.poll(Depth.FULL)
    assert again.requests >= cold.requests - len(poller.options.slots)


def test_routines_are_asked_for_only_where_the_owner_wants_it(live: Live) -> None:
    poller = Poller(live)
    assert not questions(poller.poll(Depth.FULL), "routine")
    assert not any(one.classes[-1:] == (0x6D,) for one in live.server.requests)
    poller.options = replace(poller.options, routine_fingerprints=True)
    assert len(questions(poller.poll(Depth.FULL), "routine ")) == 3


def test_the_heads_of_all_templates_are_asked_for_at_once(live: Live) -> None:
    (heads,) = questions(Poller(live).poll(Depth.INVENTORY), "heads")
    assert len(heads.split()) == 5
