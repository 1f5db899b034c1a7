"""Each protocol, from messages made by hand: what was done, to what, and what was answered."""

import hashlib
import struct

import pytest

from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import listen
from tests.unit.sources.wire.packets import Line, Talk

Row = tuple[str, str, str, str]
"""Action, kind, name, outcome."""


def rows(line: Line) -> list[Row]:
    return [(act.action, act.kind, act.name, act.outcome) for _, act in listen(line.frames)]


def s7_talk(called: bytes = b"\x01\x02") -> tuple[Line, Talk]:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(called))
    return line, talk


def test_a_block_that_is_loaded_is_told_with_its_content() -> None:
    line, talk = s7_talk()
    m.load_block(talk, 5)
    assert rows(line) == [
        ("program.download", "OB", "OB1", "ok"),
        ("program.download", "OB", "OB1", "ok"),
        ("program.activate", "OB", "OB1", "ok"),
    ]
    flow, end = listen(line.frames)[1]
    assert end.size == 300
    assert end.sha256 == hashlib.sha256(m.image()).hexdigest()
    assert dict(end.facts)["checksum"] == "5935"
    assert dict(end.facts)["code-time"] == "2014-02-12T00:00:01.000"
    assert end.route == ("0/2",)
    assert flow.station.value == "engineering"


def test_a_block_with_a_piece_missing_has_no_hash() -> None:
    line, talk = s7_talk()
    m.load_block(talk, 5)
    lost = [frame for frame in line.frames if frame.number != 8]  # the first piece
    loads = [act for _, act in listen(lost) if act.action == "program.download"]
    assert len(loads) == 2
    assert not any(act.sha256 for act in loads)


def test_a_refused_service_is_told_with_its_error() -> None:
    line, talk = s7_talk()
    talk.asks(m.job(9, m.service(b"_DELE", b"\2\x000A00333P0E00007P")))
    talk.answers(m.ack(9, b"\x28", error=0xD2A9))
    talk.asks(m.job(10, m.service(b"P_PROGRAM", b"C ")))
    talk.answers(m.ack(10, b"\x28"))
    talk.asks(m.job(11, b"\x29" + bytes(5) + b"\x09P_PROGRAM"))
    assert rows(line) == [
        ("program.delete", "DB", "DB333", "D2A9"),
        ("program.delete", "FB", "FB7", "D2A9"),
        ("mode.cold", "", "", "ok"),
        ("mode.stop", "", "", ""),
    ]


def test_both_ends_number_their_jobs_for_themselves() -> None:
    line, talk = s7_talk()
    talk.asks(m.job(1, m.service(b"_GARB")))
    talk.answers(m.job(1, m.block_name(0x1C, b"_0800001P")))
    talk.asks(m.ack(1, b"\x1c"))
    talk.answers(m.ack(1, b"\x28", error=0x8104))
    assert [row[3] for row in rows(line)] == ["8104", "ok"]


def test_each_value_that_is_written_has_its_own_answer() -> None:
    line, talk = s7_talk()
    items = b"".join(
        b"\x12\x0a\x10\x02" + struct.pack(">HHB", 1, block, area) + b"\0\0\0"
        for block, area in ((5, 0x84), (0, 0x83))
    )
    talk.asks(m.job(3, b"\x05\x02" + items, b"\0\4\0\x08\1\0\0\4\0\x08\2"))
    talk.answers(m.ack(3, b"\x05\x02", b"\xff\x0a"))
    assert rows(line) == [
        ("variable.write", "variable", "DB5", "ok"),
        ("variable.write", "variable", "M", "0A"),
    ]


def test_user_data_is_told_by_its_function() -> None:
    line, talk = s7_talk(b"\x02\x02")
    talk.asks(m.userdata(1, 7, 2))
    talk.answers(m.told(1, 7, 2))
    talk.asks(m.userdata(2, 1, 9))
    talk.answers(m.told(2, 1, 9, error=0xD241))
    talk.asks(m.userdata(3, 4, 1))  # a system status list: only asks
    assert rows(line) == [("clock.set", "", "", "ok"), ("force.set", "", "", "D241")]
    assert listen(line.frames)[0][0].station.value == "hmi"


def test_a_controller_that_reports_its_mode_is_context() -> None:
    line, talk = s7_talk()
    talk.answers(m.s7(7, 0, bytes((0, 1, 0x12, 8, 0x12, 0x00, 2, 0, 0, 0, 0, 0))))
    assert rows(line) == [("mode.reported", "mode", "2", "ok")]


def test_messages_cut_by_cotp_are_put_together() -> None:
    line, talk = s7_talk()
    whole = m.job(4, m.service(b"_MODU", b"EP"))[7:]
    talk.asks(m.data(whole[:12], last=False))
    talk.asks(m.data(whole[12:]))
    assert rows(line) == [("memory.persist", "memory", "", "")]


def test_a_load_of_an_s7_1200_is_told_with_block_name_station_and_pieces() -> None:
    line, talk = s7_talk(b"SIMATIC-ROOT-ES")
    session = m.new_object(
        0x11D, 0xD3, b"\x82\x1f", m.text(b"\x82\x2a", b"ENG-7_123"), m.text(b"\x81\x69", b"Session")
    )
    talk.asks(m.plus(1, m.plus_request(0x04CA, 1, session)))
    talk.answers(m.plus(1, m.plus_answer(0x04CA, 1, b"\x11\x01\x87\x40")))
    stop = struct.pack(">I", 0x34) + b"\1\x90\x77\0\x08\1"
    talk.asks(m.plus(2, m.plus_request(0x04F2, 2, stop)))
    talk.answers(m.plus(2, m.plus_answer(0x04F2, 2)))
    block = m.new_object(3, 0x8A0E014D, b"\x94\x0e", m.text(b"\x81\x69", b"Recipe"))
    talk.asks(m.plus(2, m.plus_request(0x04CA, 3, block), last=False))
    talk.asks(m.plus(2, b"\x31\0\0\x04\xd4" + bytes(200), last=False))  # looks like a request
    talk.asks(m.plus(2, bytes(50)))
    talk.answers(m.plus(2, m.plus_answer(0x04CA, 3)))
    delete = struct.pack(">I", 0x8A320001)
    talk.asks(m.plus(2, m.plus_request(0x04D4, 4, delete)))
    talk.answers(m.plus(2, m.plus_answer(0x04D4, 4, b"\x81\x80\x80\x80\x80\x80\x83\xff\x08")))
    told = listen(line.frames)
    assert [(a.action, a.kind, a.name, a.outcome) for _, a in told] == [
        ("session.open", "session", "", "ok"),
        ("mode.stop", "mode", "", "ok"),
        ("program.download", "DB", "DB333", "ok"),
        ("program.delete", "object", "OB1", told[3][1].outcome),
    ]
    assert told[3][1].outcome not in {"ok", ""}
    assert told[2][1].facts == (("name", "Recipe"),)
    assert (told[2][1].size or 0) > 250
    assert told[0][0].station.value == "engineering"
    assert "ENG-7_123" in [claim.value for claim in told[0][0].claims]


def test_version_3_of_s7commplus_is_read_behind_its_digest() -> None:
    line, talk = s7_talk(b"SIMATIC-ROOT-HMI")
    run = struct.pack(">I", 0x34) + b"\1\x90\x77\0\x08\3"
    talk.asks(m.plus(3, m.plus_request(0x04F2, 2, run, session=0x70000E51)))
    own = struct.pack(">I", 0x70000E51) + b"\1\x88\x1d\0\7\0\xce"
    talk.asks(m.plus(3, m.plus_request(0x04F2, 3, own, session=0x70000E51)))
    assert [row[0] for row in rows(line)] == ["mode.run", "object.command"]


@pytest.mark.parametrize("tls", [b"\x16\x03\x01\x02\x00\x01", b"\x17\x03\x03\x00\x20\xaa"])
def test_an_encrypted_session_is_told_once_with_its_role(tls: bytes) -> None:
    line, talk = s7_talk(b"SIMATIC-ROOT-ES")
    talk.asks(m.plus(1, m.plus_request(0x05B3, 1, b"\0\0\0\0")))
    talk.asks(m.data(tls + bytes(64)))
    talk.answers(m.data(tls + bytes(64)))
    assert rows(line) == [("session.encrypted", "", "", "")]
    assert listen(line.frames)[0][0].station.value == "engineering"


def test_cip_services_mean_what_their_class_says() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    for number, (code, path) in enumerate(
        [
            (0x4D, m.epath((0xA1, 1))),  # firmware
            (0x4D, b"\x91\x05Speed\0"),  # a tag
            (0x4D, m.epath((0x68, 5))),  # a force
            (0x4D, m.epath((0x01, 1))),  # nobody knows
            (0x07, m.epath((0x8E, 1))),
            (0x05, m.epath((0x01, 1))),
            (0x0E, m.epath((0x8E, 1))),  # only asks
        ]
    ):
        talk.asks(m.unconnected(m.cip(code, path), number.to_bytes(8, "big")))
        talk.answers(m.unconnected(m.cip_answer(code, number), number.to_bytes(8, "big")))
    assert rows(line) == [
        ("firmware.write", "firmware", "a1:1", "ok"),
        ("variable.write", "variable", "Speed", "01"),
        ("force.set", "program", "68:5", "02"),
        ("mode.program", "controller", "8e:1", "04"),
        ("controller.reset", "identity", "01:1", "05"),
    ]


def test_each_service_of_a_packet_has_its_own_status() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    packet = m.several(
        m.cip(0x08, m.epath((0x6B, 7))),
        m.cip(0x01, m.epath((0x01, 1))),
        m.cip(0x04, m.epath((0x6B, 7)), b"\1\0\1\0\x0f\0Program:StartUp"),
    )
    talk.asks(m.unconnected(m.cip(0x0A, m.epath((0x02, 1)), packet)))
    answers = m.several(m.cip_answer(0x08), m.cip_answer(0x01, 5), m.cip_answer(0x04, 0x0F))
    talk.answers(m.unconnected(m.cip_answer(0x0A, 0x1E, answers)))
    assert rows(line) == [
        ("program.modify", "symbol", "6b:7", "ok"),
        ("program.modify", "symbol", "6b:7", "0F"),
    ]
    assert listen(line.frames)[1][1].facts == (("name", "Program:StartUp"),)


def test_a_packet_of_no_service_at_all_hides_nothing_after_it() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    talk.asks(m.unconnected(m.cip(0x0A, m.epath((0x02, 1)))))
    talk.asks(m.unconnected(m.cip(0x0A, m.epath((0x02, 1)), m.several())))
    talk.asks(m.unconnected(m.cip(0x06, m.epath((0x8E, 1)))))
    assert [row[0] for row in rows(line)] == ["mode.run"]


def test_the_way_to_a_module_is_known_from_the_opening_of_its_connection() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    talk.asks(m.unconnected(m.forward_open(0xBBBB)))
    ids = struct.pack("<II", 0xAAAA, 0xBBBB)
    talk.answers(m.unconnected(m.cip_answer(0x54, 0, ids + bytes(18))))
    talk.asks(m.connected(m.cip(0x06, m.epath((0x8E, 1))), 0xAAAA, 9))
    talk.answers(m.connected(m.cip_answer(0x06), 0xBBBB, 9))
    told = listen(line.frames)
    assert [(a.action, a.route, a.outcome) for _, a in told] == [
        ("session.open", ("1/3",), "ok"),
        ("mode.run", ("1/3",), "ok"),
    ]
    assert [claim.value for claim in told[0][0].claims] == ["004d:0000cafe"]


def test_a_request_that_is_sent_on_is_told_with_its_way() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    inner = m.cip(0x07, m.epath((0x8E, 1)))
    content = b"\x07\xf0" + struct.pack("<H", len(inner)) + inner + b"\1\0\1\2"
    talk.asks(m.unconnected(m.cip(0x52, b"\x20\x06\x24\x01", content)))
    talk.answers(m.unconnected(m.cip_answer(0x07, 0x0F)))
    (_, act) = listen(line.frames)[0]
    assert (act.action, act.route, act.outcome) == ("mode.program", ("1/2",), "0F")


def test_going_online_is_told_apart_from_a_load() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    online = b"\1\0\x0a\0\x24\xc9\x31\x6c"
    talk.asks(m.unconnected(m.cip(0x04, m.epath((0xAC, 1)), online)))
    load = b"\2\0\3\0\x1a\xe6\x31\x6c\x0a\0\x30\x30\x83\x41"
    talk.asks(m.unconnected(m.cip(0x04, m.epath((0xAC, 1)), load)))
    told = [act for _, act in listen(line.frames)]
    assert [act.action for act in told] == ["session.online", "program.sign"]
    assert told[1].facts == (("attribute-10", "30308341"), ("attribute-3", "1ae6316c"))


def test_pccc_modes_and_writes_are_told() -> None:
    line = Line()
    talk = Talk(line, 44_818)
    requester = b"\x07\x4d\x00\x78\x56\x34\x12"
    for command in (b"\x0f\0\1\0\x80\6", b"\x0f\0\2\0\xaa\2\7\x89\0\0\1\2", b"\x0f\0\3\0\xa2\2"):
        talk.asks(m.unconnected(m.cip(0x4B, m.epath((0x67, 1)), requester + command)))
        answer = requester + b"\x4f\x10" + command[2:4]
        talk.answers(m.unconnected(m.cip_answer(0x4B, 0, answer)))
    assert rows(line) == [
        ("mode.run", "", "", "10"),
        ("variable.write", "variable", "file 7", "10"),
    ]
    assert [claim.value for claim in listen(line.frames)[0][0].claims] == ["004d:12345678"]


def test_modbus_writes_are_told_with_their_exceptions() -> None:
    line = Line()
    talk = Talk(line, 502)
    talk.asks(m.modbus(1, b"\x06\0\1\0\2", unit=7))
    talk.answers(m.modbus(1, b"\x86\2", unit=7))
    talk.asks(m.modbus(2, b"\x03\0\1\0\2"))
    talk.asks(m.modbus(3, b"\x08\0\1\0\0"))
    assert rows(line) == [
        ("variable.write", "register", "unit 7", "02"),
        ("controller.reset", "unit", "1", ""),
    ]


def test_umas_names_its_station_and_its_direction() -> None:
    line = Line()
    talk = Talk(line, 502)
    talk.asks(m.umas(1, 0x10, b"\x01\2\3\4\x0aENG-STATION\0", session=0))
    talk.answers(m.umas(1, 0xFE, b"\x21"))
    talk.asks(m.umas(2, 0x31, bytes(300)))
    talk.answers(m.umas(2, 0xFD, b"\xa1\x08"))
    signed = b"\1" + bytes(32) + b"\x5a\x21\x41"
    talk.asks(m.umas(3, 0x38, signed))
    talk.answers(m.umas(3, 0xFE))
    talk.asks(m.umas(4, 0x34, bytes(10)))
    assert rows(line) == [
        ("lock.acquire", "", "", "ok"),
        ("program.download", "program", "", "FD/A108"),
        ("mode.stop", "", "", "ok"),
        ("program.upload", "program", "", ""),
    ]
    assert [claim.value for claim in listen(line.frames)[0][0].claims] == ["ENG-STATION"]


def test_fins_is_told_over_udp_and_tcp() -> None:
    line = Line()
    line.sends(m.fins(0x0401), (9600, 9600))
    talk = Talk(line, 9600)
    talk.asks(m.fins_tcp(m.fins(0x0307, 2, bytes(40))))
    talk.answers(m.fins_tcp(m.fins(0x0307, 2, b"\0\0", answer=True)))
    talk.asks(m.fins_tcp(m.fins(0x0101, 3)))
    talk.answers(m.fins_tcp(m.fins(0x0402, 4)))  # the controller commands its peer
    told = listen(line.frames)
    assert [(a.action, a.outcome, a.by_server) for _, a in told] == [
        ("mode.run", "", False),
        ("program.download", "ok", False),
        ("mode.stop", "", True),
    ]


def test_ads_tells_states_and_writes_and_leaves_out_reads() -> None:
    line = Line()
    talk = Talk(line, 48_898)
    talk.asks(m.ams(5, struct.pack("<HHI", 6, 0, 0), port=10_000))
    talk.answers(m.ams(5, struct.pack("<I", 0x701), port=10_000, answer=True))
    talk.asks(m.ams(3, struct.pack("<III", 0x4020, 0, 1) + b"\1"))
    talk.asks(m.ams(9, struct.pack("<IIII", 0xF003, 0, 4, 4) + b"abcd"))  # asks for a name
    talk.asks(m.ams(9, struct.pack("<IIII", 200, 0, 4, 4), port=10_000))  # reads the registry
    assert rows(line) == [
        ("mode.stop", "state", "6", "0701"),
        ("variable.write", "variable", "group 4020", ""),
    ]
    assert listen(line.frames)[0][1].route == ("192.0.2.20.1.1", "10000")


def test_dcp_names_and_addresses_are_told_between_mac_addresses() -> None:
    line = Line()
    blocks = m.dcp_block(2, 2, b"\0\1press-3") + m.dcp_block(1, 2, b"\0\1" + bytes(12))
    m.dcp(line, blocks)
    good, bad = m.dcp_block(5, 4, b"\2\2\0"), m.dcp_block(5, 4, b"\1\2\3")
    m.dcp(line, good + bad, answer=True)
    assert rows(line) == [
        ("config.name", "name of station", "press-3", "ok"),
        ("config.network", "address", "", "03"),
    ]
