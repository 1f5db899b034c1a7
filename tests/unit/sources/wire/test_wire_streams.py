"""Segments that come twice, late, cut or never; and the bounds that hold against a flood."""

import random
import tracemalloc

import pytest

from ccontrol.sources.acts import Act
from ccontrol.sources.wire import table, wire
from ccontrol.sources.wire.flow import Flow
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.streams import WAITING_BYTES, WAITING_SEGMENTS
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import listen
from tests.unit.sources.wire.packets import RST, Line, Talk

STOP = b"\x29" + bytes(5) + b"\x09P_PROGRAM"


def stops(count: int, *, first: int = 1_000) -> Line:
    line = Line()
    talk = Talk(line, first=first)
    for number in range(count):
        talk.asks(m.job(number, STOP))
        talk.answers(m.ack(number, b"\x29"))
    return line


def told(frames: list[Frame]) -> list[tuple[str, str]]:
    return [(act.action, act.outcome) for _, act in listen(frames)]


def test_sequence_numbers_may_wrap() -> None:
    assert told(stops(20, first=2**32 - 200).frames) == [("mode.stop", "ok")] * 20


def test_every_frame_twice_counts_once() -> None:
    frames = [frame for frame in stops(20).frames for _ in range(2)]
    assert told(frames) == [("mode.stop", "ok")] * 20


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_that_changed_places_change_nothing(seed: int) -> None:
    frames = stops(50).frames
    chance = random.Random(seed)
    at = 3
    while at + 1 < len(frames):
        if chance.random() < 0.2:
            frames[at], frames[at + 1] = frames[at + 1], frames[at]
            at += 1
        at += 1
    assert told(frames) == [("mode.stop", "ok")] * 50


def test_an_act_that_waited_for_a_late_segment_keeps_its_own_time() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, STOP))
    talk.asks(m.job(2, STOP))
    first, second = line.frames[-2:]
    frames = [*line.frames[:-2], second, first]
    acts = [act for _, act in listen(frames)]
    assert [act.frame for act in acts] == [first.number, second.number]


def test_what_was_lost_does_not_hide_what_comes_after() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, STOP))
    talk.loses(len(m.job(2, STOP)))
    talk.answers(m.ack(2, b"\x29"))
    talk.asks(m.job(3, STOP))
    talk.answers(m.ack(3, b"\x29"))
    assert told(line.frames) == [("mode.stop", ""), ("mode.stop", "ok")]
    assert listen(line.frames)[1][0].tears == 1


def test_a_hole_that_nobody_acknowledges_is_given_up_in_time() -> None:
    line = Line()
    talk = Talk(line)
    talk.loses(100)
    for number in range(WAITING_SEGMENTS + 1):
        talk.asks(m.job(number, STOP))
    assert told(line.frames) == [("mode.stop", "")] * (WAITING_SEGMENTS + 1)


def test_a_segment_that_fills_its_hole_late_is_heard_once() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, STOP))
    late = line.frames.pop()
    talk.asks(m.job(2, STOP))
    talk.answers(m.ack(2, b"\x29"))  # acknowledges both
    frames = [*line.frames, late, late]
    assert told(frames) == [("mode.stop", "ok"), ("mode.stop", "")]


def test_a_message_in_many_segments_is_one() -> None:
    line = Line()
    talk = Talk(line)
    for byte in m.job(1, STOP):
        talk.asks(bytes((byte,)))
    assert told(line.frames) == [("mode.stop", "")]


def test_many_messages_in_one_segment_are_many() -> None:
    line = Line()
    Talk(line).asks(b"".join(m.job(number, STOP) for number in range(30)))
    assert told(line.frames) == [("mode.stop", "")] * 30


def test_a_connection_joined_midway_is_heard_from_the_next_message_on() -> None:
    line = Line()
    talk = Talk(line, handshake=False)
    talk.asks(b"the rest of something")
    talk.asks(m.job(1, STOP))
    talk.answers(m.ack(1, b"\x29"))
    assert told(line.frames) == [("mode.stop", "ok")]


def test_frames_cut_by_the_recorder_tell_what_is_in_them() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, m.block_name(0x1A, b"_0800001P") + b"\x0d1000332000212" + bytes(200)))
    talk.answers(m.ack(1, b"\x1a"))
    talk.asks(m.job(2, STOP))
    cut = [frame._replace(data=frame.data[:96]) for frame in line.frames]
    assert [(a.action, a.name, a.outcome) for _, a in listen(cut)] == [
        ("program.download", "OB1", "ok"),
        ("mode.stop", "", ""),
    ]


def test_ports_that_are_used_again_are_another_connection() -> None:
    line = Line()
    first = Talk(line, first=1_000)
    first.asks(m.connect(b"\x01\x02"))
    first.asks(m.job(1, STOP))
    second = Talk(line, first=900_000)
    second.asks(m.job(1, STOP))
    flows = [flow for flow, _ in listen(line.frames)]
    assert flows[0] is not flows[1]
    assert flows[1].station.value == "unknown"


def test_a_reset_lets_go_of_what_waited() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, STOP)[:10])
    talk._put(False, RST, b"")
    assert told(line.frames) == []


def test_a_datagram_that_a_mirror_shows_twice_counts_once() -> None:
    line = Line()
    for _ in range(2):
        line.sends(m.fins(0x0401), (9600, 9600), ident=77)
    line.sends(m.fins(0x0401), (9600, 9600), ident=78)
    assert told(line.frames) == [("mode.run", "")] * 2


def test_a_flood_of_connections_keeps_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "FLOW_LIMIT", 400)
    acts: list[Act] = []
    ears = Wire(Watchlist(), Stations(), lambda _, act: acts.append(act))
    line = Line()
    for port in range(2_000):
        Talk(line, client_port=1_024 + port).asks(m.job(1, STOP))
    for frame in line.frames:
        ears.feed(frame)
    assert len(acts) == 2_000
    assert len(ears.table._flows) <= 400
    assert len(ears.table.lanes) <= 800
    assert ears.table.forgotten == 1_600


def test_bytes_that_are_held_back_keep_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HELD_LIMIT", 2_000_000)
    ears = Wire(Watchlist(), Stations(), lambda _flow, _act: None)
    line = Line()
    for port in range(200):
        talk = Talk(line, client_port=1_024 + port)
        talk.loses(10)
        for _ in range(30):
            talk.asks(bytes(1_400))
    tracemalloc.start()
    for frame in line.frames:
        ears.feed(frame)
        assert 0 <= ears._now.held <= 2_000_000 + WAITING_BYTES
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ears.table.forgotten > 0
    assert peak < 8_000_000


def test_a_message_that_says_it_is_endless_is_not_kept() -> None:
    line = Line()
    talk = Talk(line, 48_898)
    huge = m.ams(3, bytes(40))
    huge = huge[:2] + (60_000_000).to_bytes(4, "little") + huge[6:]
    talk.asks(huge)
    for _ in range(100):
        talk.asks(bytes(1_400))
    ears = Wire(Watchlist(), Stations(), lambda _flow, _act: None)
    for frame in line.frames:
        ears.feed(frame)
        assert ears._now.held < 4_000


def test_pieces_of_cotp_that_never_end_keep_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HELD_LIMIT", 500_000)
    ears = Wire(Watchlist(), Stations(), lambda _flow, _act: None)
    line = Line()
    for port in range(40):
        talk = Talk(line, client_port=1_024 + port)
        for _ in range(40):
            talk.asks(m.data(bytes(1_000), last=False))
    for frame in line.frames:
        ears.feed(frame)
        assert 0 <= ears._now.held <= 500_000 + WAITING_BYTES
    assert ears.table.forgotten > 0
    ears.table.forget(1_000)
    assert ears._now.held == 0


def test_what_is_held_back_is_counted_exactly() -> None:
    line = stops(3)
    chance = random.Random(7)
    talk = Talk(line, client_port=50_002)
    for number in range(300):
        if chance.random() < 0.2:
            talk.loses(chance.randrange(1, 300))
        talk.asks(m.job(number, STOP)[: chance.randrange(5, 40)])
        if chance.random() < 0.1:
            talk.answers(m.ack(number, b"\x29"))
    ears = Wire(Watchlist(), Stations(), lambda _flow, _act: None)
    for frame in line.frames:
        ears.feed(frame)
        streams = [
            stream for flow in ears.table._flows for stream in (flow.from_client, flow.from_server)
        ]
        held = sum(
            len(s._begun) + sum(len(each.data) for each in s.waiting.values()) for s in streams
        )
        held += sum(flow._held for flow in ears.table._flows)
        assert ears._now.held == held


def test_flows_are_compared_by_identity() -> None:
    flows: set[Flow] = {flow for flow, _ in listen(stops(2).frames)}
    assert len(flows) == 1
