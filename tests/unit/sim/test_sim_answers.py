"""What the simulated CPU answers, byte for byte where captures show it."""

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

import pytest

from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.block import Kind, Language, make_block
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.diagnostics import Event
from ccontrol.sim.s7.hardware import Stations, cpu_414h, cpu_416
from ccontrol.sim.s7.server import Live, running
from tests.unit.sim.conftest import Caller, StillClock, error_of, knock

Call: TypeAlias = Callable[..., Caller]


def test_the_cpu_grants_its_own_pdu_length_at_most(call: Call) -> None:
    assert call().setup(480) == 240
    assert call().setup(120) == 120


def test_list_0000_names_exactly_what_is_answered(call: Call, cpu: Cpu) -> None:
    caller = call()
    numbers = [int.from_bytes(record, "big") for record in caller.szl(0)]
    indexes = {0x0111: 1, 0x011C: 1, 0x0131: 1, 0x0132: 4, 0x0232: 4, 0x0174: 4, 0x0C91: 0x7FF}
    for number in numbers:
        assert (
            error_of(caller.userdata(4, 1, struct.pack(">HH", number, indexes.get(number, 0)))) == 0
        )


def test_a_cpu_may_lack_a_list(call: Call, live: Live) -> None:
    caller = call()
    live.cpu.missing_szl = frozenset({0x00A0, 0x01A0})
    assert error_of(caller.userdata(4, 1, b"\x00\xa0\x00\x00")) == 0xD401
    assert b"\x00\xa0" not in caller.szl(0)


def test_a_missing_index_is_another_error_than_a_missing_list(call: Call) -> None:
    caller = call()
    assert error_of(caller.userdata(4, 1, b"\x01\x32\x00\x63")) == 0xD402
    assert error_of(caller.userdata(4, 1, b"\x0f\xee\x00\x00")) == 0xD401


def test_identity_is_cut_into_fragments_as_a_315_cuts_it(call: Call) -> None:
    caller = call()
    first = caller.userdata(4, 1, b"\x00\x1c\x00\x00")
    assert (len(first) + 7, first[19]) == (0xF7, 1)  # as in snap7_s300_everything
    names = {int.from_bytes(r[:2], "big"): r[2:].rstrip(b"\0") for r in caller.szl(0x1C)}
    assert names[2] == b"press-3"
    assert names[8] == b"MMC 4A1AC019"
    assert caller.szl(0x11)[2][24:] == b"V\x03\x02\x07"


def test_protection_and_words_stand_where_the_captures_have_them(call: Call, cpu: Cpu) -> None:
    caller = call()
    record = caller.szl(0x0232, 4)[0]
    assert record[:16] == bytes.fromhex("00040001000000010002000000005656")
    assert record[16:24] == cpu.words().packed()
    assert record[24:] != caller.szl(0x0132, 4)[0][24:]


def test_the_diagnostic_buffer_shows_ten_entries_in_run_and_all_in_stop(
    call: Call, live: Live
) -> None:
    for _ in range(4):
        live.play(scene.power_cycle)
    caller = call()
    assert len(caller.szl(0x00A0)) == 10
    live.play(scene.stop_by_switch)
    assert len(caller.szl(0x00A0)) == len(live.cpu.diagnostics) > 10
    newest = caller.szl(0x01A0, 1)
    assert [record[:2] for record in newest] == [struct.pack(">H", Event.STOP_BY_SWITCH)]


def test_entries_bear_the_local_time_of_the_cpu(call: Call, live: Live, clock: StillClock) -> None:
    live.play(scene.stop_by_pg)
    assert call().szl(0x01A0, 1)[0][12:] == bytes.fromhex("2405060708091232")


def test_the_clock_is_read_as_a_315_tells_it(call: Call) -> None:
    assert call().userdata(7, 1)[26:] == bytes.fromhex("00192405060708091232")


def test_counts_and_lists_agree(call: Call, cpu: Cpu) -> None:
    caller = call()
    counts = dict(struct.iter_unpack(">2sH", caller.whole(3, 1)))
    for kind in Kind:
        letter = bytes((0x30, kind.letter))
        entries = list(struct.iter_unpack(">HBB", caller.whole(3, 2, letter)))
        assert len(entries) == counts[letter] > 0
        assert {flags for _, flags, _ in entries} <= {0x22, 0x42}
    assert caller.whole(3, 2, b"0A") == bytes.fromhex("000a2205000b2205")


def test_a_long_list_comes_in_pieces_of_208_bytes(call: Call) -> None:
    assert len(call().userdata(3, 2, b"0D")[26:]) == 208  # the SFCs, as in tia_s300_downloadOb1


def test_an_empty_type_is_an_error(call: Call, live: Live) -> None:
    live.play(scene.delete_blocks, (Kind.FB, 12))
    assert error_of(call().userdata(3, 2, b"0E")) == 0xD20E


def test_the_info_of_a_block_holds_its_header_and_footer(call: Call, cpu: Cpu) -> None:
    block = cpu.block(Kind.FB, 12)
    assert block is not None
    info = call().whole(3, 3, b"0E00012A")
    assert len(info) == 78
    assert info[:6] == bytes.fromhex("0100004a2200")
    assert info[6:42] == block.image[:36]
    assert info[-10:-8] == block.image[-10:-8]


@pytest.mark.parametrize("name", [b"0A09999A", b"0A00010B", b"0Axx010A", b"0A"])
def test_there_is_no_info_of_what_is_not_there(call: Call, name: bytes) -> None:
    assert error_of(call().userdata(3, 3, name)) == 0xD209


@pytest.mark.parametrize("pdu_length", [240, 120])
def test_an_upload_gives_the_image(call: Call, cpu: Cpu, pdu_length: int) -> None:
    big = make_block(Kind.DB, 77, bytes(64_000), changed=plant.BUILT, language=Language.DB)
    cpu.load(big)
    assert call(pdu_length).upload(b"0A00077") == big.image


def test_an_upload_of_what_is_missing_is_a_bare_refusal(call: Call) -> None:
    answer = call().job(b"\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0800000A")
    assert answer[1:2] + answer[-6:] == bytes.fromhex("0200000000d20c")


def test_level_3_gives_no_block_without_the_password(call: Call, live: Live) -> None:
    live.play(scene.protect, 3, "toor")
    caller = call()
    request = b"\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0A00010A"
    assert caller.job(request)[-2:] == b"\xd2\x41"
    assert error_of(caller.userdata(5, 1, b"wrongone")) == 0xD602
    assert error_of(caller.userdata(5, 1, bytes.fromhex("213a1b1d6e681b1d"))) == 0  # captured
    assert caller.upload(b"0A00010")
    caller.userdata(5, 2)
    assert caller.job(request)[-2:] == b"\xd2\x41"
    assert caller.szl(0x0232, 4)[0][2:8] == bytes.fromhex("000100030003")


def test_values_move_by_themselves_where_told_to(call: Call, cpu: Cpu) -> None:
    caller = call()
    assert caller.upload(b"0A00011") == caller.upload(b"0A00011")
    cpu.moving.add(11)
    one, other = caller.upload(b"0A00011"), caller.upload(b"0A00011")
    assert one != other
    assert one[:36] + one[-36:] == other[:36] + other[-36:]


def test_an_h_system_answers_for_both_halves(clock: StillClock) -> None:
    with running(plant.press(clock, model=cpu_414h())) as live:
        caller, _ = knock(live.port, b"\x02\x03")
        assert caller.setup() == 480
        assert len(caller.szl(0x0424)) == 2
        assert len(caller.szl(0x0232, 4)) == 2
        assert [len(record) for record in caller.szl(0x0071)] == [16]
        caller.line.close()


def test_modules_say_what_was_planned_and_what_is_there(call: Call, live: Live) -> None:
    caller = call()
    types = [struct.unpack(">HH", r[6:10]) for r in caller.szl(0x0D91)]
    assert all(planned == actual for planned, actual in types)
    assert caller.szl(0x0692)[0] == bytes(16)
    live.play(scene.pull_module, 5)
    pulled = next(r for r in caller.szl(0x0D91) if r[2] == 5)
    assert pulled[8:10] == b"\xff\xff"
    assert caller.szl(0x0692)[0][0] == 1
    assert caller.szl(0x0074)[0] == b"\x00\x01\x01\x00"  # SF is lit


def test_a_lost_station_is_told(call: Call, live: Live) -> None:
    live.cpu.stations = Stations(frozenset({1, 9}))
    caller = call()
    assert caller.szl(0x0694)[0] == bytes(258)
    live.play(scene.lose_station, 9)
    assert caller.szl(0x0094)[0][2:5] == b"\x03\x02\x00"
    assert caller.szl(0x0294)[0][2:5] == b"\x03\x00\x00"
    assert caller.szl(0x0694)[0][2:5] == b"\x01\x02\x00"


def test_a_big_cpu_sends_long_messages(clock: StillClock) -> None:
    with running(plant.press(clock, model=replace(cpu_416(), pdu_limit=960))) as live:
        caller, _ = knock(live.port, b"\x02\x03")
        assert caller.setup(960) == 960
        assert caller.userdata(3, 2, b"0D")[19] == 0
        assert len(caller.szl(0x0091)) == 4
        caller.line.close()


def test_a_followup_without_a_question_is_refused(call: Call) -> None:
    assert error_of(call().follow_up(4, 1, 1)) == 0xD401


@pytest.mark.parametrize(
    ("parameter", "data"),
    [
        (bytes.fromhex("0501120a10080001000083000080"), bytes.fromhex("0007000479e9f642")),
        (bytes.fromhex("290000000000") + b"\x09P_PROGRAM", b""),
        (bytes.fromhex("28000000000000fd000009") + b"P_PROGRAM", b""),
        (bytes.fromhex("1a00010000000000095f30383030303031500d31303030333332303030323132"), b""),
        (b"\x99", b""),
    ],
)
def test_a_job_that_writes_is_refused_and_recorded(
    call: Call, live: Live, parameter: bytes, data: bytes
) -> None:
    answer = call().job(parameter, data)
    assert answer[-2:] == b"\x81\x04"
    assert [request.function for request in live.server.violations] == [parameter[0]]


@pytest.mark.parametrize(("group", "subfunction"), [(7, 2), (1, 0x10), (2, 1), (4, 2), (3, 9)])
def test_user_data_that_is_no_reading_is_refused_and_recorded(
    call: Call, live: Live, group: int, subfunction: int
) -> None:
    assert error_of(call().userdata(group, subfunction, bytes(10))) == 0x8104
    assert [(r.group, r.subfunction) for r in live.server.violations] == [(group, subfunction)]


def test_requests_are_logged_in_order(call: Call, live: Live) -> None:
    caller = call()
    caller.szl(0x0424)
    caller.upload(b"0B00000")
    codes = [request.code for request in live.server.requests]
    assert codes[:3] == [(1, 0xF0, None, None), (7, None, 4, 1), (1, 0x1D, None, None)]
    assert live.server.log.counts[1, 0x1D, None, None] == 1
    assert live.server.violations == []


def test_dates_of_today_are_not_needed(cpu: Cpu) -> None:
    assert cpu.local_time() == datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)
