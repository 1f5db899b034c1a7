"""Acts folded into events: one for a whole load, apart by minute, by answer, by way."""

import pytest

from ccontrol.canonical.events import event_id, parse, render
from ccontrol.model.engineering import Completeness, MacScope
from ccontrol.sources import files, folding
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import read_bytes
from tests.unit.sources.wire.packets import STATION_MAC, Line, Talk, pcap

STOP = b"\x29" + bytes(5) + b"\x09P_PROGRAM"


def firmware(blocks: int) -> Line:
    line = Line()
    talk = Talk(line, 44_818)
    for number in range(blocks):
        mark = number.to_bytes(8, "big")
        talk.asks(m.unconnected(m.cip(0x4D, m.epath((0xA1, 1)), bytes(400)), mark))
        talk.answers(m.unconnected(m.cip_answer(0x4D, 1 if number == 7 else 0), mark))
    return line


def test_a_thousand_blocks_of_firmware_are_one_event() -> None:
    (event,) = read_bytes(pcap(firmware(1_000).frames)).events
    assert (event.action, event.count) == ("firmware.write", 1_000)
    assert (event.outcome.done, event.outcome.refused, event.outcome.word) == (999, 1, "partly")
    assert event.outcome.errors == ("01",)
    assert event.objects[0].size == 400_000
    assert event.techniques == ("T0839", "T0857")


def test_a_minute_of_silence_ends_an_event() -> None:
    line = Line()
    talk = Talk(line)
    for number in range(4):
        talk.asks(m.job(number, STOP))
    frames = [
        frame._replace(time_ns=frame.time_ns + (61_000_000_000 if frame.number > 5 else 0))
        for frame in line.frames
    ]
    assert [event.count for event in read_bytes(pcap(frames)).events] == [2, 2]


def test_an_hmi_that_writes_all_day_is_told_every_ten_minutes() -> None:
    line = Line()
    talk = Talk(line, 502)
    for number in range(60):
        talk.asks(m.modbus(number, b"\x06\0\1\0\2"))
    frames = [frame._replace(time_ns=frame.number * 30_000_000_000) for frame in line.frames]
    assert [event.count for event in read_bytes(pcap(frames)).events] == [20, 20, 20]


def test_objects_are_listed_up_to_a_bound_and_the_rest_is_counted() -> None:
    line = Line()
    talk = Talk(line)
    for number in range(folding.OBJECTS_LISTED + 40):
        block = b"\1\x000A%05dP" % number
        talk.asks(m.job(number, m.service(b"_DELE", block)))
    (event,) = read_bytes(pcap(line.frames)).events
    assert (event.count, len(event.objects), event.objects_left_out) == (296, 256, 40)


def test_too_many_open_events_are_closed_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "OPEN_EVENTS", 5)
    line = Line()
    for port in range(50):
        Talk(line, client_port=2_000 + port).asks(m.job(1, STOP))
    assert len(read_bytes(pcap(line.frames)).events) == 50


def test_events_beyond_a_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "EVENTS_KEPT", 3)
    line = Line()
    for port in range(5):
        Talk(line, client_port=2_000 + port).asks(m.job(1, STOP))
    reading = read_bytes(pcap(line.frames))
    assert len(reading.events) == 3
    assert reading.notes == ("2 events beyond the first 3 are not told",)


def test_packets_missing_while_it_went_on_make_an_event_partial() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, STOP))
    talk.loses(50)
    talk.answers(m.ack(1, b"\x29"))
    talk.asks(m.job(2, STOP))
    talk.answers(m.ack(2, b"\x29"))
    talk.asks(m.job(3, m.service(b"_GARB")))
    talk.answers(m.ack(3, b"\x28"))
    assert [(e.action, e.completeness) for e in read_bytes(pcap(line.frames)).events] == [
        ("mode.stop", Completeness.PARTIAL),
        ("memory.compress", Completeness.FULL),
    ]


def test_a_mac_address_of_several_stations_is_a_routers() -> None:
    line = Line()
    for last in (10, 11):
        talk = Talk(line, station=f"192.0.2.{last}", client_port=50_000 + last)
        talk.asks(m.job(1, STOP))
    events = read_bytes(pcap(line.frames)).events
    assert {event.actor.mac for event in events} == {STATION_MAC.hex(":")}
    assert {event.actor.mac_scope for event in events} == {MacScope.ROUTED}


def test_an_encrypted_session_says_that_it_is_one() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"SIMATIC-ROOT-ES"))
    talk.asks(m.data(b"\x16\x03\x01" + bytes(60)))
    (event,) = read_bytes(pcap(line.frames)).events
    assert (event.action, event.completeness) == ("session.encrypted", Completeness.FLOW)


def test_a_station_of_the_plant_that_is_commanded_back_is_the_controller() -> None:
    line = Line()
    talk = Talk(line, 9_600)
    talk.answers(m.fins_tcp(m.fins(0x0402, 4)))
    (event,) = read_bytes(pcap(line.frames)).events
    assert (event.actor.address, event.controller.address) == ("192.0.2.20", "192.0.2.10")


def test_an_event_written_and_read_is_the_same() -> None:
    line = firmware(9)
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    m.load_block(talk, 5)
    for event in read_bytes(pcap(line.frames)).events:
        assert parse(render(event)) == event


def test_the_id_of_an_event_does_not_hang_on_where_it_was_seen() -> None:
    frames = firmware(3).frames
    (one,) = read_bytes(pcap(frames), "a.pcap").events
    (other,) = read_bytes(pcap(frames), "b.pcap").events
    assert one != other
    assert event_id(one) == event_id(other)


@pytest.mark.parametrize("change", [(b'"count":3', b'"count":4'), (b"event/1", b"event/9")])
def test_an_event_that_was_changed_is_refused(change: tuple[bytes, bytes]) -> None:
    (event,) = read_bytes(pcap(firmware(3).frames)).events
    line = render(event)
    assert change[0] in line
    with pytest.raises(ValueError, match="not an event"):
        parse(line.replace(*change))


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"1", b'{"form": 3}', b"[" * 100_000])
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(line)
