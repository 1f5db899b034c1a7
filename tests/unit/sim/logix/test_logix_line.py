"""The line to a simulated chassis: encapsulation, sessions, routes and connections."""

import socket
import struct

import pytest

from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.controller import l61, l73
from ccontrol.sim.logix.server import running
from tests.unit.sim.logix.caller import BACKPLANE, calling, message, path, slot

IDENTITY = message(0x01, path(1, 1))
FAR = b"\x01\x03\x12\x0c192.168.2.20\x01\x00"


def test_list_identity_needs_no_session_and_says_the_same_over_udp() -> None:
    with running(plant.press(model=l73())) as live, calling(live, register=False) as caller:
        over_tcp = caller.ask(0x63)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(5)
            datagrams.sendto(
                struct.pack("<HHII8sI", 0x63, 0, 0, 0, b"caller01", 0), (live.host, live.port)
            )
            assert datagrams.recv(2000) == over_tcp
        assert live.server.log.counts == {(0x63, None, None): 2}
    assert over_tcp[24:30] == bytes.fromhex("01000c002d00")
    assert b"1756-EN2T/C" in over_tcp


def test_rubbish_over_udp_gets_no_answer() -> None:
    with (
        running(plant.press()) as live,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.settimeout(0.2)
        for rubbish in (b"", b"\x63", bytes(24), struct.pack("<HHII8sI", 0x65, 9, 0, 0, b"", 0)):
            datagrams.sendto(rubbish, (live.host, live.port))
        with pytest.raises(TimeoutError):
            datagrams.recv(2000)


def test_list_services_and_interfaces_and_an_unknown_command() -> None:
    with running(plant.press()) as live, calling(live, register=False) as caller:
        services = bytes.fromhex("01000001140001002001") + b"Communications\0\0"
        assert caller.ask(0x04)[24:] == services
        assert caller.ask(0x64)[24:] == b"\0\0"
        assert live.server.violations == []
        assert caller.ask(0x99)[8:12] == b"\1\0\0\0"
        assert [request.command for request in live.server.violations] == [0x99]


def test_a_session_is_asked_for_in_version_1_and_only_once() -> None:
    with running(plant.press()) as live, calling(live, register=False) as caller:
        assert caller.ask(0x65, b"\2\0\0\0")[8:12] == b"\x69\0\0\0"
        assert caller.ask(0x65, b"\1\0")[8:12] == b"\x65\0\0\0"
        assert caller.register() == 0
        assert caller.session
        assert caller.ask(0x65, b"\1\0\0\0")[8:12] == b"\2\0\0\0"


def test_without_its_session_nothing_is_answered() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        for command in (0x6F, 0x70):
            assert caller.ask(command, bytes(20), session=caller.session + 1)[8:12] == b"\x64\0\0\0"
        assert live.server.log.total == 0


def test_unregistering_closes_the_line() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        assert caller.ask(0x66) == b""


@pytest.mark.parametrize(
    "data",
    [b"", bytes(6), bytes(6) + b"\2\0", bytes(6) + b"\1\0\xb2\0\xff\0", bytes(6) + b"\0\0",
     bytes(6) + b"\1\0\xb2\0\x02\0\x01\x09"],
)  # fmt: skip
def test_items_that_do_not_add_up_are_bad_data(data: bytes) -> None:
    with running(plant.press()) as live, calling(live) as caller:
        assert caller.ask(0x6F, data)[8:12] == b"\3\0\0\0"
        assert [request.raw for request in live.server.violations] == [data]
        assert caller.here(IDENTITY).status == 0


def test_without_a_route_the_module_that_listens_answers() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        assert caller.here(IDENTITY).data.endswith(b"1756-EN2T/C")
        assert caller.at(BACKPLANE, IDENTITY).data.endswith(b"1756-L73/B LOGIX5573")
        assert caller.at(slot(3), IDENTITY).data.endswith(b"1756-IB16")


def test_a_route_leads_over_a_bridge_into_another_chassis() -> None:
    with running(plant.line()) as live, calling(live) as caller:
        assert caller.at(FAR, IDENTITY).data.endswith(b"1756-L83E/B")
        assert caller.at(FAR, message(0x01, path(0x64, 1))).data[2:10] == b"Far_pump"
        assert {request.route for request in live.server.requests if request.classes == (1,)} == {
            (3, 0)
        }
        reply = caller.at(FAR.replace(b"2.20", b"2.99"), IDENTITY)
        assert (reply.service, reply.status, reply.extended) == (0xD2, 1, (0x0204,))


def test_empty_slots_answer_as_it_is_set_and_slots_that_are_not_there_differently() -> None:
    chassis = plant.press()
    with running(chassis) as live, calling(live) as caller:
        for status in (0x0204, 0x0311, 0x0312):
            chassis.no_module = status
            reply = caller.at(slot(7), IDENTITY)
            assert (reply.service, reply.status, reply.extended) == (0xD2, 1, (status,))
            assert reply.data == b"\1"  # words of the route that were left
        assert caller.at(slot(17), IDENTITY).extended == (0x0312,)
        assert caller.at(bytes((2, 0)), IDENTITY).extended == (0x0311,)


def test_a_micro800_has_no_backplane() -> None:
    with running(plant.skid()) as live, calling(live) as caller:
        assert caller.here(IDENTITY).data.endswith(b"2080-LC50-24QWB")
        assert caller.at(BACKPLANE, IDENTITY).extended == (0x0311,)


def test_a_forward_open_echoes_what_it_was_asked_and_a_close_ends_it() -> None:
    with running(plant.press(model=l61())) as live, calling(live) as caller:
        reply = caller.open(BACKPLANE)
        assert reply.data[4:] == struct.pack(
            "<IHHIIIH", 0x71190427, 1, 0x4D, 0x0CCC, 8_000_000, 8_000_000, 0
        )
        assert caller.linked(IDENTITY).data.endswith(b"1756-L61/B LOGIX5561")
        assert live.cpu.connected == 1
        assert caller.close().data == struct.pack("<HHIH", 1, 0x4D, 0x0CCC, 0)
        assert live.cpu.connected == 0
        again = caller.close()
        assert (again.status, again.extended) == (1, (0x0107,))


def test_a_connection_that_was_closed_is_not_answered() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        caller.open(BACKPLANE)
        caller.close()
        caller.line.settimeout(0.2)
        caller.send_linked(IDENTITY)
        with pytest.raises(TimeoutError):
            caller.hear()


def test_large_connections_are_for_those_that_know_them() -> None:
    with running(plant.line()) as live, calling(live) as caller:
        assert caller.open(BACKPLANE, 4000, large=True).status == 0
        assert caller.open(slot(2), 4000, large=True, serial=2).status == 8  # an L61
        assert caller.open(slot(2), 500, serial=3).status == 0
        reply = caller.open(BACKPLANE, 4003, large=True, serial=4)
        assert (reply.status, reply.extended) == (1, (0x0109,))


def test_the_same_connection_cannot_be_opened_twice() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        caller.open(BACKPLANE)
        assert caller.open(BACKPLANE).extended == (0x0100,)


def test_a_full_table_lets_nobody_in_until_somebody_goes() -> None:
    with running(plant.press(model=l61())) as live, calling(live) as other:
        with calling(live) as caller:
            assert caller.open(BACKPLANE).status == 0
            live.play(lambda _: setattr(live.cpu, "connected", 64))
            refused = other.open(BACKPLANE, serial=9)
            assert (refused.status, refused.extended) == (1, (0x0113,))
            caller.ask(0x66)
        assert other.open(BACKPLANE, serial=9).status == 0


def test_a_module_that_falls_silent_leaves_its_connections_unanswered() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE)
        live.play(scene.fall_silent, 0)
        assert caller.at(BACKPLANE, IDENTITY).extended == (0x0204,)
        caller.line.settimeout(0.2)
        caller.send_linked(IDENTITY)
        with pytest.raises(TimeoutError):
            caller.hear()


@pytest.mark.parametrize("route", [b"\x0f\x01", b"\x11\x20", b"\xff\xff", b"\x21\x00"])
def test_routes_and_paths_that_make_no_sense_are_refused(route: bytes) -> None:
    with running(plant.press()) as live, calling(live) as caller:
        assert caller.at(route, IDENTITY).status == 4
        assert caller.here(message(0x01, route)).status == 8  # no class: no read that we know
        assert [request.raw[:2] for request in live.server.violations] == [b"\x01\x01"]
