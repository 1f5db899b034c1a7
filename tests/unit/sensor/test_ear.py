"""What is made of packets as they pass: hints at once, events when it is quiet, honest counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical.events import event_id
from ccontrol.model.engineering import Effect, Witness
from ccontrol.sources.wire import table
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.table import Watchlist
from tests.unit.sensor.overheard import Overheard, at
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import read_bytes
from tests.unit.sources.wire.packets import CONTROLLER, STATION, Line, Talk, pcap

STOP = b"\x29" + bytes(5) + b"\x09P_PROGRAM"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_load() -> Line:
    line = Line()
    m.load_block(Talk(line), 7)
    return line


def test_an_event_is_handed_over_when_its_conversation_was_quiet_long_enough() -> None:
    line = a_load()
    heard = Overheard().hear(line.frames)
    heard.ear.turn(at(line.frames[-1], 9))
    assert heard.events == []
    heard.ear.turn(at(line.frames[-1], 11))
    actions = [event.action for event in heard.events]
    assert sorted(actions) == ["program.activate", "program.download"]
    assert {event.testimony.witness for event in heard.events} == {Witness.LIVE}
    assert {event.testimony.name for event in heard.events} == {"span-a"}


def test_a_load_that_goes_on_is_told_in_pieces_and_none_is_cut_off_from_its_answer() -> None:
    line = Line()
    talk = Talk(line)
    heard = Overheard()
    for second in range(0, 45, 5):  # somebody loads block after block, without a pause
        begun = len(line.frames)
        m.load_block(talk, second + 1)
        moved = [
            each._replace(time_ns=each.time_ns + second * 10**9) for each in line.frames[begun:]
        ]
        heard.hear(moved[:-1])  # the last one answers that the block is in use
        heard.ear.turn(at(moved[-1], 1))
        heard.hear(moved[-1:])
        heard.ear.turn(at(moved[-1], 1.1))
    told_meanwhile = len(heard.events)
    heard.ear.close()
    loads = [event for event in heard.events if event.action == "program.activate"]
    assert told_meanwhile >= 2
    assert len(loads) == 2
    assert [event.outcome.word for event in heard.events] == ["done"] * len(heard.events)
    assert sum(event.count for event in loads) == 9


def test_a_recording_of_the_same_packets_tells_the_same_events() -> None:
    line = a_load()
    heard = Overheard().hear(line.frames)
    heard.ear.close()
    recorded = read_bytes(pcap(line.frames, nanoseconds=True)).events
    assert sorted(map(event_id, heard.events)) == sorted(map(event_id, recorded))


def test_a_change_is_hinted_at_once_and_once_a_second_for_each_conversation() -> None:
    line = Line()
    one, other = Talk(line), Talk(line, client_port=50_002)
    for talk in (one, one, other, one):
        talk.asks(m.job(900, STOP))
    heard = Overheard().hear(line.frames)
    assert [(hint.port, hint.effect) for hint in heard.hints] == [
        (50_001, Effect.MODE),
        (50_002, Effect.MODE),
    ]
    assert (heard.hints[0].controller, heard.hints[0].actor) == (CONTROLLER, STATION)
    later = line.frames[-1]._replace(time_ns=line.frames[-1].time_ns + 2 * 10**9)
    one.asks(m.job(901, STOP))
    heard.hear([line.frames[-1]._replace(time_ns=later.time_ns)])
    assert len(heard.hints) == 3


def test_reading_and_context_give_no_hint() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, m.block_name(0x1D, b"_0800001A")))
    talk.answers(m.ack(1, b"\x1d" + bytes(7)))
    heard = Overheard().hear(line.frames)
    heard.ear.close()
    assert heard.hints == []
    assert len(heard.events) == 1


def test_a_hint_about_a_station_without_an_address_names_its_mac() -> None:
    line = Line()
    m.dcp(line, m.dcp_block(2, 2, b"\0\0press-3"))
    (hint,) = Overheard().hear(line.frames).hints
    assert (hint.controller, hint.actor) == ("02:00:00:00:00:20", "02:00:00:00:00:10")


def test_what_waits_for_a_lost_packet_is_heard_after_two_seconds_without_any_other() -> None:
    line = Line()
    talk = Talk(line)
    talk.loses(40)
    talk.asks(m.job(900, STOP))
    heard = Overheard().hear(line.frames)
    heard.ear.turn(at(line.frames[-1], 1))
    assert heard.hints == []
    heard.ear.turn(at(line.frames[-1], 3))
    assert [hint.effect for hint in heard.hints] == [Effect.MODE]
    assert abs(heard.hints[0].at - at(line.frames[-1])) < timedelta(milliseconds=1)


def test_a_watch_counts_packets_of_each_controller_that_is_known_and_begins_anew() -> None:
    line = a_load()
    Talk(line, controller="192.0.2.99", client_port=50_009)
    heard = Overheard()
    heard.ear.know(frozenset({bytes([192, 0, 2, 20]), bytes([192, 0, 2, 21])}))
    heard.hear(line.frames)
    watch = heard.ear.watch(NOW, NOW + timedelta(seconds=10), 4)
    assert watch.packets == len(line.frames)
    assert watch.dropped == 4
    assert watch.heard == ((CONTROLLER, len(line.frames) - 3),)
    after = heard.ear.watch(NOW, NOW, 0)
    assert after == replace(after, packets=0, dropped=0, heard=())


def test_conversations_that_had_to_be_given_up_count_as_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "FLOW_LIMIT", 40)
    line = Line()
    for number in range(41):
        Talk(line, client_port=10_000 + number)
    heard = Overheard().hear(line.frames)
    assert heard.ear.watch(NOW, NOW, 0).dropped == 40 // 4


def test_a_controllers_own_port_beside_the_usual_ones_is_heard() -> None:
    line = Line()
    Talk(line, 10_102).asks(m.job(900, STOP))
    assert Overheard().hear(line.frames).hints == []
    watchlist = Watchlist({**PORTS, 10_102: "s7"})
    assert len(Overheard(watchlist).hear(line.frames).hints) == 1


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.binary(max_size=120), st.integers(0, 1 << 62)), max_size=20),
    st.booleans(),
)
def test_no_frame_whatever_stands_in_it_ends_the_ear(
    packets: list[tuple[bytes, int]], after_a_load: bool
) -> None:
    heard = Overheard().hear(a_load().frames if after_a_load else [])
    for number, (data, time_ns) in enumerate(packets, 1):
        heard.ear.hear(Frame(number, time_ns, 1, data, len(data)))
        heard.ear.turn(NOW)
    heard.ear.close()
    assert heard.ear.watch(NOW, NOW, 0).packets >= len(packets)


@settings(max_examples=30)
@given(st.data())
def test_no_load_with_bytes_changed_ends_it_either(data: st.DataObject) -> None:
    frames = a_load().frames
    broken = []
    for frame in frames:
        content = bytearray(frame.data)
        for at_byte in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=3)):
            content[at_byte] = data.draw(st.integers(0, 255))
        broken.append(frame._replace(data=bytes(content)))
    heard = Overheard().hear(broken)
    heard.ear.close()
    assert heard.ear.watch(NOW, NOW, 0).packets == len(frames)
