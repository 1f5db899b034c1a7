"""What a CPU itself tells of who did something to it: its log, its clock, its switch, its card.

Each scene meets the driver over the wire; what real CPUs hold is read where recordings are at hand.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.drivers.s7.diagnostics import entry
from ccontrol.drivers.s7.events import CLASSES
from ccontrol.drivers.s7.pdu import userdata_payload
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.by_hand import Hand, moved_by_hand
from ccontrol.model.change import ChangeSet
from ccontrol.model.engineering import Reach
from ccontrol.model.snapshot import Extent, LogEntry, Snapshot
from ccontrol.model.state import State
from ccontrol.poll.log_news import GAP, new_in_log
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import running
from tests.unit.drivers.s7.heard import SEAL, Heard
from tests.unit.drivers.s7.polls import Poller
from tests.unit.drivers.s7.real_captures import corpus, exchanges, real_capture

LOCAL, UNSAID, NETWORK = Reach.LOCAL, Reach.UNSAID, Reach.NETWORK
STARTED = [("mode.reported", UNSAID), ("mode.run", UNSAID), ("mode.reported", UNSAID)]
BY_HAND = [("mode.reported", LOCAL), ("mode.run", LOCAL), ("mode.reported", LOCAL)]
BY_POWER = [("mode.reported", UNSAID)] * 3
_BUFFER = re.compile(rb"\xff\x09..\x00\xa0..\x00\x14", re.DOTALL)


@dataclass(frozen=True)
class Act:
    """What happens, and what the log then says was done and from where, oldest first."""

    play: Callable[[Cpu], object]
    told: list[tuple[str, Reach]]
    hands: frozenset[Hand] = frozenset()
    """What differs that only a hand at the controller moves."""
    before: Callable[[Cpu], object] = lambda _: None


ACTS = {
    "stop by a programming device": Act(scene.stop_by_pg, [("mode.stop", UNSAID)]),
    "start by a programming device": Act(scene.start_by_pg, STARTED, before=scene.stop_by_pg),
    "stop by the switch": Act(
        scene.stop_by_switch, [("mode.stop", LOCAL)], frozenset({Hand.SWITCH})
    ),
    "start by the switch": Act(
        scene.start_by_switch, BY_HAND, frozenset({Hand.SWITCH}), before=scene.stop_by_switch
    ),
    "memory reset by a programming device": Act(
        scene.memory_reset_by_pg,
        [("mode.stop", UNSAID), ("memory.reset", UNSAID), ("memory.reset", UNSAID)],
    ),
    "memory reset by the switch": Act(
        scene.memory_reset_by_switch,
        [("mode.stop", LOCAL), ("memory.reset", LOCAL), ("memory.reset", UNSAID)],
        frozenset({Hand.SWITCH}),
    ),
    "card swap": Act(
        lambda cpu: scene.card_swap(cpu, "MMC DEADBEEF"),
        [
            ("power.off", UNSAID), ("power.on", UNSAID), ("card.change", LOCAL),
            ("card.change", LOCAL), ("memory.reset", UNSAID), *BY_POWER,
        ],
        frozenset({Hand.CARD}),
    ),
    "power cycle": Act(
        scene.power_cycle, [("power.off", UNSAID), ("power.on", UNSAID), *BY_POWER]
    ),
    "module pulled": Act(lambda cpu: scene.pull_module(cpu, 5), [("module.change", UNSAID)]),
    "module plugged": Act(
        lambda cpu: scene.return_module(cpu, 5),
        [("module.change", LOCAL)],
        before=lambda cpu: scene.pull_module(cpu, 5),
    ),
    "firmware update": Act(
        lambda cpu: scene.firmware_update(cpu, (3, 3, 1)),
        [
            ("mode.stop", UNSAID), ("firmware.write", NETWORK), ("firmware.write", UNSAID),
            ("power.off", UNSAID), ("power.on", UNSAID), *BY_POWER,
        ],
    ),
    "download in RUN": Act(
        lambda cpu: scene.download_in_run(cpu, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=9)),
        [],
    ),
}  # fmt: skip


def looked(poller: Poller) -> Snapshot:
    return interpret(poller.poll(Depth.DIAGNOSTICS), SEAL)


def news(before: Snapshot, after: Snapshot) -> tuple[LogEntry, ...]:
    return new_in_log(after, before.log[0].raw)


def hands(changes: ChangeSet) -> set[Hand]:
    moved = {
        moved_by_hand(change.unit, difference.name)
        for change in changes.changes
        for difference in change.differences
    }
    return {hand for hand in moved if hand is not None}


@pytest.mark.parametrize("name", ACTS)
def test_the_log_says_what_was_done_and_from_where_and_no_more(name: str) -> None:
    act, cpu = ACTS[name], plant.press()
    act.before(cpu)
    with running(cpu) as live:
        poller = Poller(live)
        before = looked(poller)
        live.play(act.play)
        after = looked(poller)
    told = [(one.action, one.reach) for one in reversed(news(before, after))]
    assert told == act.told
    known = merge(None, before)
    assert hands(compare(known, merge(known, after))) == act.hands


def test_a_ring_that_came_round_between_two_looks_is_told() -> None:
    cpu = plant.press()
    with running(cpu) as live:
        poller = Poller(live)
        before = looked(poller)
        for _ in range(4):
            live.play(lambda cpu: scene.set_clock(cpu, timedelta(seconds=1)))
            live.play(scene.stop_by_pg)
            live.play(scene.start_by_pg)
        after = looked(poller)
    assert after.log_extent is Extent.ALL
    found = news(before, after)
    assert len(found) == 11, "ten entries are shown in RUN, and that some are missing"
    assert found[-1] == GAP


def test_between_glance_and_deep_read_ten_entries_are_read() -> None:
    cpu = plant.press()
    with running(cpu) as live:
        poller = Poller(live)
        before = looked(poller)
        live.play(lambda cpu: scene.network_download(cpu, plant.motor(3, "I0.3", "M1.1", "Q4.3")))
        glanced = interpret(poller.poll(Depth.GLANCE), SEAL)
        deep = interpret(poller.poll(Depth.INVENTORY), SEAL)
    assert (len(glanced.log), glanced.log_extent) == (1, Extent.NEWEST)
    assert [one.code for one in news(before, deep)] == ["4302", "1381", "4301", "4304"]


def test_the_clock_is_read_with_the_log_and_its_entries_are_shown_by_ours() -> None:
    cpu = plant.press()
    cpu.utc_offset = timedelta(hours=1, minutes=2)
    with running(cpu) as live:
        poller = Poller(live)
        live.play(scene.stop_by_pg)
        capture = poller.poll(Depth.DIAGNOSTICS)
        glanced = interpret(poller.poll(Depth.GLANCE), SEAL)
    snapshot = interpret(capture, SEAL)
    assert glanced.clock is None
    assert snapshot.clock is not None
    assert abs(snapshot.clock.ahead_ms - 3_720_000) <= snapshot.clock.within_ms < 5_000
    stop = snapshot.log[0]
    assert stop.about is not None
    early = capture.started_at - timedelta(minutes=1)
    assert early < stop.about < capture.ended_at + timedelta(seconds=1)


def known(snapshot: Snapshot) -> State:
    return merge(None, snapshot)


def test_a_clock_that_was_set_is_no_change() -> None:
    cpu = plant.press()
    with running(cpu) as live:
        poller = Poller(live)
        before = known(looked(poller))
        live.play(lambda cpu: scene.set_clock(cpu, timedelta(days=3)))
        after = merge(before, looked(poller))
    moved = [unit for unit in after.units if after.units[unit] != before.units[unit]]
    assert [str(unit) for unit in moved] == ["clock/cpu"], "it stands beside the facts"
    assert not compare(before, after)


def test_a_clock_seen_for_the_first_time_is_no_change_either() -> None:
    heard = Heard(plant.press(), Depth.DIAGNOSTICS)
    older = replace(heard.capture(), exchanges=tuple(
        one for one in heard.capture().exchanges if one.question != "clock"
    ))  # fmt: skip
    before = known(interpret(older, SEAL))
    assert not compare(before, merge(before, heard.snapshot()))


@pytest.mark.parametrize("answer", [b"", bytes(10), b"\xff" * 10, b"\x00\x19" + b"\x26" * 9])
def test_a_clock_that_shows_no_time_is_none(answer: bytes) -> None:
    framed = bytes.fromhex("320700000001000c") + (len(answer) + 4).to_bytes(2, "big")
    parameter = bytes.fromhex("000112081287010000000000")
    data = b"\xff\x09" + len(answer).to_bytes(2, "big") + answer
    snapshot = Heard(plant.press(), Depth.DIAGNOSTICS).but("clock", (framed + parameter + data,))
    told = snapshot.snapshot()
    assert told.clock is None
    assert all(one.about is None for one in told.log)
    assert "clock/cpu" not in {str(unit) for unit in known(told).units}


@given(st.lists(st.binary(min_size=20, max_size=20), max_size=12))
def test_an_entry_of_the_log_alone_is_never_a_change(records: list[bytes]) -> None:
    cpu = plant.press()
    before = known(Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    for record in records:
        cpu.diagnostics.write(record)
    after = Heard(cpu, Depth.DIAGNOSTICS).snapshot()
    assert after.log
    assert not compare(before, merge(before, after))


def test_a_real_cpu_tells_its_clock() -> None:
    snapshot = interpret(real_capture("snap7_s300_everything.pcapng"), SEAL)
    assert snapshot.clock is not None
    assert snapshot.clock.shown == "2016-02-08T14:51:37.916"


def test_real_logs_say_no_more_than_they_know() -> None:
    """CPUs that TIA stopped and started, and that lost power; most recordings hold no log."""
    found = {
        record
        for path in sorted(corpus("pcap").rglob("*.pcap*"))
        if _BUFFER.search(path.read_bytes())
        for question, answers in exchanges(path)
        if question == "szl 00A0 0000"
        for record in _records(userdata_payload(answers))
    }
    if not found:
        pytest.skip("none of the recordings at hand holds a diagnostic buffer")
    told = {one: entry(one) for one in found}
    assert all(one.text not in CLASSES.values() for one in told.values()), "every id is known"
    assert all(one.at for one in told.values())
    done = {
        "4304": "mode.stop", "1381": "mode.run", "1382": "mode.reported", "4301": "mode.reported",
        "4302": "mode.reported", "4300": "power.on", "494E": "power.off",
    }  # fmt: skip
    for one in told.values():
        assert one.action == done[one.code]
        assert one.reach is UNSAID, "nobody touched switch, card or module of those CPUs"
    starts = [one.text for one in told.values() if one.code in {"4301", "4302", "1381", "1382"}]
    asked = ("asked for by a programming device or partner", "asked for by power on")
    assert all(any(who in text for who in asked) for text in starts)
    assert all("last STOP: 0000" not in text for text in starts)


def _records(payload: bytes) -> list[bytes]:
    return [payload[at : at + 20] for at in range(8, len(payload), 20)]


def test_the_switch_and_the_card_are_facts_under_their_own_names() -> None:
    cpu = plant.press()
    before = known(Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    scene.stop_by_switch(cpu)
    cpu.rename(card_serial="MMC DEADBEEF")
    after = merge(before, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    told = {
        (change.aspect, difference.name, difference.before, difference.after)
        for change in compare(before, after).changes
        for difference in change.differences
        if moved_by_hand(change.unit, difference.name)
    }
    assert told == {
        (Aspect.PROTECTION, "mode_switch", "RUN-P", "STOP"),
        (Aspect.HARDWARE, "serial", "MMC 4A1AC019", "MMC DEADBEEF"),
    }
