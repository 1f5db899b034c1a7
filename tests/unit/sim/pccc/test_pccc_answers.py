"""What a simulated processor answers, byte by byte, and what it refuses."""

import socket
import struct
from datetime import UTC, datetime

import pytest

from ccontrol.sim.pccc import fault, plant, scene
from ccontrol.sim.pccc.memory import INTEGER
from ccontrol.sim.pccc.processor import Mode, Processor
from ccontrol.sim.pccc.server import Live, running
from tests.unit.sim.pccc.caller import EXECUTE, IDENTITY, REQUESTOR, Caller, calling, frame

LEC_RUN = "00ee4a9f23313736362d4c45432020200000260036829efc01"
"""As a real 1766-LEC answered RSLogix 500, running; the next ones stopped and forced."""
LEC_PROGRAM = "00ee4a9f23313736362d4c45432020200000210036829efc01"
LEC_FORCED = "00ee4a9f23313736362d4c45432020200000660036829efc01"
WRITES = {
    "protected write": "00 0000 ffff",
    "unprotected read": "01 0000 02",
    "protected bit write": "02 0000 01 00",
    "unprotected bit write": "05 0000 01 00",
    "unprotected write": "08 0000 ffff",
    "set variables": "06 02 000000",
    "word range write": "0f 00 0000 0100 07 00 07 00 ffff",
    "set processor mode": "0f 3a 02",
    "upload all request": "0f 53",
    "typed write": "0f 67 0000 0100 07 00 07 00 42 ffff",
    "change mode": "0f 80 01",
    "open file": "0f 81 01 00 22",
    "apply port configuration": "0f 8f 00",
    "typed logical write": "0f aa 02 07 89 00 00 ffff",
    "typed logical write with mask": "0f ab 04 01 a2 00 00 2000 2000 2000",
}


def status_of(processor: Processor) -> str:
    return processor.diagnostic_status().hex()


def test_the_diagnostic_status_is_that_of_a_real_micrologix() -> None:
    press = plant.press()
    assert status_of(press) == LEC_RUN
    scene.go_to(press, Mode.REMOTE_PROGRAM)
    assert status_of(press) == LEC_PROGRAM
    scene.go_to(press, Mode.REMOTE_RUN)
    scene.force(press, 0, 5, on=True)
    assert status_of(press) == LEC_FORCED
    scene.remove_forces(press)
    assert status_of(press) == LEC_RUN


def test_the_status_words_are_those_of_a_real_micrologix() -> None:
    words = plant.press().status_file()
    assert words[114:130].hex() == "780501000f0045430100030001903605"
    assert words[2:4].hex() == "2600"


def test_a_force_is_written_as_a_real_micrologix_has_it() -> None:
    press = plant.press()
    scene.force(press, 0, 5, on=True)
    table = press.memory.file(0xA2, 1)
    assert table is not None
    assert table.data[:8].hex() == "2000ffff" + "0000ffff"


def test_files_are_read_by_type_number_and_word() -> None:
    with running(plant.press()) as live, calling(live.port) as caller:
        assert caller.pccc("06 03") == (0, bytes.fromhex(LEC_RUN))
        assert caller.pccc("0f a2 04 07 89 02 00") == (0, struct.pack("<2h", 102, 103))
        assert caller.pccc("0f a1 02 07 89 03") == (0, struct.pack("<h", 103))
        assert caller.pccc("0f a2 04 0a 91 01 00") == (0, struct.pack("<i", 70_000))
        assert caller.pccc("0f a2 02 04 86 00 01") == (0, struct.pack("<h", 100))
        assert caller.pccc("0f a2 0a 00 03 00 00")[1] == b"ML1400\0\0MA"
        assert caller.pccc("0f a2 02 00 00 00 15") == (0, b"\x36\x82")
        assert caller.pccc("0f a2 02 ff0700 89 ff0300 00")[1] == struct.pack("<h", 103)
        assert live.server.violations == []


@pytest.mark.parametrize(
    "asked",
    ["0f a2 02 08 89 00 00", "0f a2 04 07 89 09 00", "0f a2 00 07 89 00 00", "0f a2 ed 22 22 00 00",
     "0f a2 02 07 89 00", "0f a2 02 02 22 ff0010 00", "0f 01 0000 0100 07 00 02 01 02", "06 03 00"],
)  # fmt: skip
def test_what_is_not_there_or_makes_no_sense_is_refused(asked: str) -> None:
    with running(plant.press()) as live, calling(live.port) as caller:
        assert caller.pccc(asked) == (0x10, b"")


def test_a_plc5_answers_its_own_reads_and_no_others() -> None:
    with running(plant.furnace()) as live, calling(live.port) as caller:
        status, data = caller.pccc("06 03")
        assert (status, data[:3].hex(), data[-1:]) == (0, "06eb4b", b"\x10")
        assert struct.unpack("<6H", data[-13:-1]) == (31, 7, 14, 3, 6, 2019)
        assert caller.pccc("0f 01 0000 0100 07 00 02 01 02")[0] == 0
        assert caller.pccc("0f 01 0000 0300 06 02 01 06")[0] == 0
        typed = caller.pccc("0f 68 0000 0200 07 00 02 01 0200")
        assert (typed[0], typed[1][:4].hex(), len(typed[1])) == (0, "99090542", 8)
        assert caller.pccc("0f 01 0000 0100 07 00 07 00 02") == (0xF0, b"\x06")
        assert caller.pccc("0f 01 0100 0100 07 00 02 01 02") == (0x10, b"")
        assert caller.pccc("0f 01 0000 0100 0f 00 02 01 00 02") == (0xF0, b"\x06")
        assert caller.pccc("0f a2 02 02 84 00 00") == (0x10, b"")
        assert live.server.violations == []


@pytest.mark.parametrize("name", WRITES)
def test_every_write_is_refused_and_written_down(name: str) -> None:
    press = plant.press()
    before = (press.memory.directory(), press.diagnostic_status())
    with running(press) as live, calling(live.port) as caller:
        assert caller.pccc(WRITES[name])[0] == 0x10
        assert len(live.server.violations) == 1
        assert (press.memory.directory(), press.diagnostic_status()) == before


@pytest.mark.parametrize(
    "message",
    ["0502 2001 2401", "1003 2001 2401 3007 00", "4d02 9101 4100 c300 0100 0500", "4c02 2067 2401"],
)
def test_another_service_is_refused_and_written_down(message: str) -> None:
    with running(plant.press()) as live, calling(live.port) as caller:
        assert caller.ask(bytes.fromhex(message))[2] in (0x05, 0x08)
        assert len(live.server.violations) == 1


def test_an_unknown_command_of_the_encapsulation_is_a_violation() -> None:
    with running(plant.press()) as live, calling(live.port) as caller:
        assert caller.exchange(frame(0x72, b"", caller.session))[8] == 0x01
        assert len(live.server.violations) == 1


def test_identity_is_told_over_tcp_and_udp_alike() -> None:
    with running(plant.press()) as live:
        with calling(live.port, register=False) as caller:
            over_tcp = caller.exchange(frame(0x63))[24:]
        with calling(live.port) as caller:
            identity = caller.ask(IDENTITY)[4:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(5)
            line.sendto(frame(0x63), ("127.0.0.1", live.port))
            over_udp = line.recv(512)[24:]
        assert over_tcp == over_udp
        assert identity in over_tcp
        assert b"1766-L32BWA B/15.00" in identity
        assert live.server.violations == []


def test_a_processor_has_so_many_sessions_and_no_more() -> None:
    press = plant.press()
    press.most_sessions = 1
    with running(press) as live, calling(live.port):
        with calling(live.port, register=False) as second:
            assert second.register() == 0x02
        assert live.server.log.turned_away == 1


def test_a_session_is_free_again_when_its_client_is_gone() -> None:
    press = plant.press()
    press.most_sessions = 1
    with running(press) as live:
        for _ in range(3):
            with calling(live.port) as caller:
                caller.line.sendall(frame(0x66, b"", caller.session))
                assert caller.hear() == b""


def test_nothing_is_answered_without_a_session() -> None:
    with running(plant.press()) as live, calling(live.port, register=False) as caller:
        items = struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(IDENTITY))
        assert caller.exchange(frame(0x6F, items + IDENTITY, 99))[8] == 0x64


def through(route: bytes, message: bytes) -> bytes:
    """An Unconnected Send."""
    inner = struct.pack("<H", len(message)) + message + b"\0" * (len(message) % 2)
    path = bytes((len(route) // 2, 0)) + route
    return bytes.fromhex("5202 2006 2401 0a05") + inner + path


def test_behind_a_bridge_only_the_right_route_leads_to_the_processor() -> None:
    conveyor = plant.conveyor()
    conveyor.route = b"\x02\x03\x02\x05"
    asked = EXECUTE + REQUESTOR + bytes.fromhex("06000700 03")
    with running(conveyor) as live, calling(live.port) as caller:
        assert caller.ask(through(b"\x02\x03\x02\x05", asked))[:4] == b"\xcb\0\0\0"
        assert caller.ask(through(b"\x02\x03\x02\x06", asked)).hex() == "d200010112 03".replace(
            " ", ""
        )
        assert live.server.violations == []


def opened(caller: Caller) -> tuple[int, int]:
    """Open a connection; returns its id towards the processor, and that towards us."""
    told = struct.pack(
        "<BBIIHHIIIHIHBB", 10, 5, 0, 77, 1, 0x4D, 9, 3, 2000, 500, 2000, 500, 0xA3, 2
    )
    answer = caller.ask(bytes.fromhex("5402 2006 2401") + told + bytes.fromhex("2002 2401"))
    assert answer[:4] == b"\xd4\0\0\0"
    to_us, to_client = struct.unpack_from("<II", answer, 4)
    return to_us, to_client


def test_over_a_connection_it_answers_as_outside_one() -> None:
    asked = b"\x01\x00" + EXECUTE + REQUESTOR + bytes.fromhex("06000700 03")
    with running(plant.press()) as live, calling(live.port) as caller:
        to_us, to_client = opened(caller)
        items = struct.pack("<IHHHHIHH", 0, 0, 2, 0xA1, 4, to_us, 0xB1, len(asked)) + asked
        answer = caller.exchange(frame(0x70, items, caller.session))
        assert struct.unpack_from("<I", answer, 36)[0] == to_client == 77
        assert answer[44:50] == b"\x01\x00\xcb\0\0\0"
        assert answer.endswith(bytes.fromhex(LEC_RUN))
        assert caller.ask(bytes.fromhex("4e02 2006 2401") + bytes(12))[:4] == b"\xce\0\0\0"
        assert live.server.violations == []


@pytest.mark.parametrize(
    "rubbish",
    [b"\xff" * 24, frame(0x6F, b"\0" * 7, 1), frame(0x6F, b"\0" * 6 + b"\x02\0" + b"\xff" * 5, 1)],
    ids=["no frame", "no items", "an item that overruns"],
)
def test_it_hangs_up_on_rubbish(rubbish: bytes) -> None:
    with running(plant.press()) as live, calling(live.port) as caller:
        assert caller.exchange(rubbish) == b""


def test_a_download_moves_name_id_and_ladder_files() -> None:
    press = plant.press()
    scene.download(press, "OTHER", 0x1234, datetime(2026, 1, 2, tzinfo=UTC), [plant.motor(3)])
    assert (press.memory.name, press.memory.program_id) == ("OTHER", 0x1234)
    assert [one.type for one in press.memory.of_class(0x20)] == [0x24, 0x20, 0x22]


def test_values_move_without_the_directory() -> None:
    press = plant.press()
    before = press.memory.directory()
    scene.move_values(press, INTEGER, 7, bytes(20))
    assert press.memory.directory() == before
    with pytest.raises(KeyError):
        scene.move_values(press, INTEGER, 8, bytes(2))


def spoilt(live: Live, one: fault.Fault) -> bytes:
    """The answer to an identity, with a fault that strikes it."""
    live.faults[:] = [one]
    with calling(live.port) as caller:
        items = struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(IDENTITY)) + IDENTITY
        return caller.exchange(frame(0x6F, items, caller.session))


def test_faults_spoil_answers_as_they_say() -> None:
    with running(plant.press()) as live:
        whole = spoilt(live, fault.NO_FAULT)
        assert len(spoilt(live, fault.Truncated(first=2))) == len(whole) - 2
        zeros = spoilt(live, fault.Zeros(first=2))
        assert (len(zeros), zeros[44:].strip(b"\0")) == (len(whole), b"")
        assert spoilt(live, fault.Cut(first=2)) == b""
        assert spoilt(live, fault.Rubbish(first=2))[40:] == bytes(range(64))
        with calling(live.port, register=False) as caller:
            live.faults[:] = [fault.NoSession()]
            assert caller.register() == 0x02


def test_a_lost_processor_comes_back_on_the_same_port() -> None:
    with running(plant.press()) as live:
        port = live.port
        live.vanish()
        with pytest.raises(ConnectionError), calling(port):
            pass
        live.come_back()
        with calling(port) as caller:
            assert caller.pccc("06 03")[0] == 0
