"""The program for the kernel's filter, run by a machine of our own: what passes, what does not."""

import struct
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.sensor.bpf import JUMP_EQUAL, Assembly, packed
from ccontrol.sensor.packet_filter import MOST_PORTS, WHOLE, program
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.recording import Frame, Recording
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire
from tests.unit.sensor.machine import run
from tests.unit.sources.wire.listening import corpus
from tests.unit.sources.wire.packets import (
    CONTROLLER,
    CONTROLLER_MAC,
    STATION,
    STATION_MAC,
    ethernet,
    ip,
    tcp,
    udp,
)

PROGRAM = program(PORTS)
SIX = "2001:db8::1", "2001:db8::2"


def frame(packet: bytes, kind: int = 0x0800, tags: bytes = b"") -> bytes:
    plain = ethernet(STATION_MAC, CONTROLLER_MAC, kind, packet)
    return plain[:12] + tags + plain[12:]


def segment(ports: tuple[int, int]) -> bytes:
    return ip(STATION, CONTROLLER, 6, tcp(ports, 1, 1, 16, b"x"))


@pytest.mark.parametrize("port", sorted(PORTS))
@pytest.mark.parametrize("tags", ["", "81000005", "88a8000581000006", "910000058100000681000007"])
def test_a_controllers_port_passes_either_way_behind_any_tags(port: int, tags: str) -> None:
    for ports in ((50_001, port), (port, 50_001)):
        assert run(PROGRAM, frame(segment(ports), tags=bytes.fromhex(tags))) == WHOLE
        datagram = ip(STATION, CONTROLLER, 17, udp(ports, b"x"))
        assert run(PROGRAM, frame(datagram, tags=bytes.fromhex(tags))) == WHOLE
        six = ip(*SIX, 6, tcp(ports, 1, 1, 16))
        assert run(PROGRAM, frame(six, 0x86DD, bytes.fromhex(tags))) == WHOLE


def test_other_ports_and_other_protocols_do_not_pass() -> None:
    assert run(PROGRAM, frame(segment((50_001, 443)))) == 0
    assert run(PROGRAM, frame(ip(STATION, CONTROLLER, 1, bytes(20)))) == 0  # ICMP
    assert run(PROGRAM, frame(ip(*SIX, 58, bytes(20)), 0x86DD)) == 0
    assert run(PROGRAM, frame(bytes(28), 0x0806)) == 0  # ARP
    assert run(PROGRAM, frame(segment((50_001, 102)), tags=bytes.fromhex("81000005") * 5)) == 0


def test_options_of_an_ip_header_do_not_hide_the_ports() -> None:
    packet = segment((50_001, 102))
    longer = bytes([0x48]) + packet[1:20] + bytes(12) + packet[20:]
    assert run(PROGRAM, frame(longer)) == WHOLE
    options_that_look_like_ports = struct.pack(">6H", 102, 102, 502, 502, 102, 102)
    other = bytes([0x48]) + packet[1:20] + options_that_look_like_ports + segment((9, 9))[20:]
    assert run(PROGRAM, frame(other)) == 0


def test_the_first_piece_of_a_packet_passes_and_later_ones_do_not() -> None:
    packet = segment((50_001, 102))
    assert run(PROGRAM, frame(packet[:6] + b"\x20\x00" + packet[8:])) == WHOLE
    assert run(PROGRAM, frame(packet[:6] + b"\x00\x05" + packet[8:])) == 0


def test_tunnels_and_headers_between_pass_for_the_decoder_to_look_inside() -> None:
    assert run(PROGRAM, frame(ip(STATION, CONTROLLER, 47, bytes(40)))) == WHOLE
    for between in (0, 43, 44, 60, 47):
        assert run(PROGRAM, frame(ip(*SIX, between, bytes(40)), 0x86DD)) == WHOLE


def test_of_profinet_only_what_is_asked_of_one_station_passes() -> None:
    assert run(PROGRAM, frame(b"\xfe\xfd\x04" + bytes(40), 0x8892)) == WHOLE
    assert run(PROGRAM, frame(b"\xfe\xfe\x05" + bytes(40), 0x8892)) == 0  # asked of everybody
    assert run(PROGRAM, frame(b"\x80\x00" + bytes(40), 0x8892)) == 0  # cyclic data


def test_a_port_of_ones_own_passes_beside_the_usual_ones() -> None:
    assert run(PROGRAM, frame(segment((50_001, 10_102)))) == 0
    assert run(program([*PORTS, 10_102]), frame(segment((50_001, 10_102)))) == WHOLE


def test_whatever_the_decoder_hears_in_real_recordings_passes() -> None:
    heard: Counter[str] = Counter()
    for path in sorted(corpus().glob("*/*.pcap*")):
        wire = Wire(Watchlist(), Stations(), lambda _, __: None)
        with path.open("rb") as file:
            for each in islice(Recording(file, path.name).frames(), 400):
                wire.feed(each)
                if wire.flow is not None and each.link == 1:
                    heard[path.name] += 1
                    assert run(PROGRAM, each.data), (path.name, each.number)
    assert len(heard) > 20


@given(st.binary(max_size=120))
def test_any_bytes_come_to_an_end(packet: bytes) -> None:
    assert run(PROGRAM, packet) in (0, WHOLE)


@given(st.binary(max_size=60), st.sampled_from([0x0800, 0x86DD, 0x8892, 0x8100]))
def test_what_the_decoder_hears_of_rubbish_passes(packet: bytes, kind: int) -> None:
    data = frame(packet, kind)
    wire = Wire(Watchlist(), Stations(), lambda _, __: None)
    wire.feed(one(data))
    assert wire.flow is None or run(PROGRAM, data)


def one(data: bytes) -> Frame:
    return Frame(1, 1, 1, data, len(data))


@pytest.mark.parametrize("ports", [(), range(1, MOST_PORTS + 2)])
def test_no_ports_or_too_many_are_refused(ports: range) -> None:
    with pytest.raises(ValueError, match="ports; want"):
        program(ports)


def test_the_most_ports_still_make_a_program() -> None:
    wanted = range(1, MOST_PORTS + 1)
    assert run(program(wanted), frame(segment((50_001, MOST_PORTS)))) == WHOLE
    assert len(packed(program(wanted))) % 8 == 0


def test_a_jump_that_is_too_far_is_refused() -> None:
    lines = Assembly()
    lines.add(JUMP_EQUAL, 1, yes="end")
    for _ in range(300):
        lines.add(JUMP_EQUAL, 2)
    lines.label("end")
    with pytest.raises(ValueError, match="300 instructions away"):
        lines.instructions()
