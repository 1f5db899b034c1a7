"""Whatever a frame is wrapped in, the innermost packet is heard; rubbish is passed over."""

import struct
from collections.abc import Callable

import pytest

from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.table import Watchlist
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import listen
from tests.unit.sources.wire.packets import (
    CONTROLLER,
    CONTROLLER_MAC,
    STATION,
    STATION_MAC,
    Line,
    Talk,
    ethernet,
    ip,
)

STOP = b"\x29" + bytes(5) + b"\x09P_PROGRAM"
OUTER_MAC = bytes(6)


def plain(station: str = STATION, controller: str = CONTROLLER) -> Line:
    line = Line()
    talk = Talk(line, station=station, controller=controller)
    talk.asks(m.job(1, STOP))
    talk.answers(m.ack(1, b"\x29"))
    return line


def outer(kind: int, payload: bytes, head: bytes) -> bytes:
    gre = head[:2] + kind.to_bytes(2, "big") + head[2:]
    return ethernet(
        OUTER_MAC, OUTER_MAC, 0x0800, ip("198.51.100.1", "198.51.100.2", 47, gre + payload)
    )


def vlan(data: bytes, *tags: int) -> bytes:
    inserted = b"".join(tag.to_bytes(2, "big") + b"\0\x05" for tag in tags)
    return data[:12] + inserted + data[12:]


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "vlan": lambda data: vlan(data, 0x8100),
    "qinq": lambda data: vlan(data, 0x88A8, 0x8100),
    "three tags": lambda data: vlan(data, 0x9100, 0x88A8, 0x8100),
    "gre of ip": lambda data: outer(0x0800, data[14:], b"\0\0"),
    "gre of ethernet with key": lambda data: outer(0x6558, data, b"\x20\0\0\0\0\x09"),
    "gre with checksum and number": lambda data: outer(0x6558, data, b"\x90\0" + bytes(8)),
    "erspan I": lambda data: outer(0x88BE, data, b"\0\0"),
    "erspan II": lambda data: outer(0x88BE, data, b"\x10\0\0\0\0\1" + bytes(8)),
    "erspan III": lambda data: outer(0x22EB, data, b"\x10\0\0\0\0\1" + bytes(12)),
    "erspan III with platform": lambda data: outer(
        0x22EB, data, b"\x10\0\0\0\0\1" + bytes(11) + b"\1" + bytes(8)
    ),
    "vlan in erspan in vlan": lambda data: vlan(
        outer(0x88BE, vlan(data, 0x8100), b"\x10\0\0\0\0\1" + bytes(8)), 0x8100
    ),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_what_is_wrapped_is_heard(wrapping: str) -> None:
    frames = [frame._replace(data=WRAPPINGS[wrapping](frame.data)) for frame in plain().frames]
    told = listen(frames)
    assert [(a.action, a.outcome) for _, a in told] == [("mode.stop", "ok")]
    if "of ip" not in wrapping:
        assert told[0][0].client_mac == STATION_MAC
        assert told[0][0].server_mac == CONTROLLER_MAC


def test_ipv6_is_heard_also_behind_headers_of_its_own() -> None:
    frames = plain("2001:db8::10", "2001:db8::20").frames
    assert [a.outcome for _, a in listen(frames)] == ["ok"]

    def longer(data: bytes) -> bytes:
        head, rest = bytearray(data[:54]), data[54:]
        head[18:20] = struct.pack(">H", len(rest) + 16)
        head[20] = 0  # hop by hop
        return bytes(head) + b"\x3c\0" + bytes(6) + b"\x06\0" + bytes(6) + rest

    frames = [frame._replace(data=longer(frame.data)) for frame in frames]
    assert [a.outcome for _, a in listen(frames)] == ["ok"]


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (101, b""),
        (0, b"\2\0\0\0"),
        (113, bytes(16)),
        (276, bytes(20)),
    ],
)
def test_other_links_are_heard(link: int, head: bytes) -> None:
    frames = [f._replace(data=head + f.data[14:], link=link) for f in plain().frames]
    assert [a.outcome for _, a in listen(frames)] == ["ok"]


def test_padding_behind_a_short_packet_is_no_data() -> None:
    frames = [frame._replace(data=frame.data + bytes(6)) for frame in plain().frames]
    assert [a.outcome for _, a in listen(frames)] == ["ok"]


def test_an_ip_header_with_options_is_read_past() -> None:
    def longer(data: bytes) -> bytes:
        head = bytearray(data[14:34])
        head[0] = 0x46
        head[2:4] = struct.pack(">H", len(data) - 14 + 4)
        return data[:14] + bytes(head) + b"\1\1\1\1" + data[34:]

    frames = [frame._replace(data=longer(frame.data)) for frame in plain().frames]
    assert [a.outcome for _, a in listen(frames)] == ["ok"]


def test_a_tunnel_in_a_tunnel_without_end_is_given_up() -> None:
    data = plain().frames[-1].data
    for _ in range(30):
        data = outer(0x6558, data, b"\0\0")
    assert listen([Frame(1, 0, 1, data, len(data))]) == []


@pytest.mark.parametrize("client_port", [1_102, 502, 44_818, 20_000])
def test_the_port_of_a_station_may_belong_to_any_program(client_port: int) -> None:
    line = Line()
    talk = Talk(line, client_port=client_port)
    talk.asks(m.job(1, STOP))
    talk.answers(m.ack(1, b"\x29"))
    told = listen(line.frames)
    assert [(flow.client[1], flow.server[1], act.outcome) for flow, act in told] == [
        (client_port, 102, "ok")
    ]


def test_where_both_ends_could_be_a_controller_the_inventory_decides() -> None:
    line = Line()
    talk = Talk(line, client_port=502, handshake=False)
    talk.answers(m.told(9, 4, 1))  # joined midway: the controller is heard first
    talk.asks(m.job(1, STOP))
    known = Watchlist(controllers=frozenset({bytes((192, 0, 2, 20))}))
    assert [flow.server[1] for flow, _ in listen(line.frames, known)] == [102]
    assert listen(line.frames) == []  # without it, the first to speak is taken for the client


def test_a_port_of_ones_own_is_watched_when_it_is_named() -> None:
    line = Line()
    talk = Talk(line, port=10_102)
    talk.asks(m.job(1, STOP))
    assert listen(line.frames) == []
    assert len(listen(line.frames, Watchlist({10_102: "s7"}))) == 1
