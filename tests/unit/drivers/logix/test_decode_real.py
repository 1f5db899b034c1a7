"""What real controllers answered FactoryTalk, held against our guard and our decoders."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.drivers.enip import frames
from ccontrol.drivers.enip.attributes import attribute_list, number_of
from ccontrol.drivers.enip.identity import identity
from ccontrol.drivers.logix import LogixDriver, routines, symbols
from ccontrol.drivers.logix.guard import guard_for
from ccontrol.errors import ReadOnlyViolationError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from tests.unit.drivers.enip.real_captures import Pair, captures, pairs, requests
from tests.unit.drivers.logix.polls import SEAL, facts, unit, unread

AT = datetime(2008, 10, 23, 15, 54, 0, tzinfo=UTC)
READ_SERVICES = {0x01, 0x03, 0x0A, 0x0E, 0x4B, 0x4C, 0x4E, 0x52, 0x54, 0x55}
ASKED = {
    "identity": "0102 2001 2401",
    "objects": "0102 2002 2401",
    "project": "0302 2064 2401 0200 0100 0200",
}


@pytest.fixture(scope="module")
def real() -> tuple[Pair, ...]:
    return tuple(pair for path in captures() for pair in pairs(path))


def of(real: tuple[Pair, ...], asked: str) -> list[bytes]:
    """Every answer to a request that begins so."""
    wanted = bytes.fromhex(asked)
    return [one.answered for one in real if one.asked.startswith(wanted) and one.answered[2] == 0]


def capture(real: tuple[Pair, ...], *names: str) -> Capture:
    exchanges = tuple(Exchange(name, (of(real, ASKED[name])[0],)) for name in names)
    return Capture("real", "logix", Depth.DIAGNOSTICS, AT, AT, exchanges, 1, 1, 1)


def wrapped(message: bytes) -> bytes:
    items = struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(message)) + message
    return struct.pack("<HHIIQI", 0x6F, len(items), 7, 0, 1, 0) + items


def test_nothing_that_an_engineering_station_writes_gets_past_the_guard() -> None:
    guard, passed, refused = guard_for(routines=True), set(), set()
    for asked in (one for path in captures() for one in requests(path)):
        path = asked[: 2 + 2 * asked[1]]
        try:
            guard.check(wrapped(asked))
            passed.add(path)
        except ReadOnlyViolationError:
            refused.add(path)
    assert {path[0] for path in passed} <= READ_SERVICES
    # unlock, start, stop, edits, a clock that is set, a routine loaded into memory, values
    for write in (
        "4c04 208e 2401 2074 2401", "0602 208e 2401", "0702 208e 2401", "0402 20ac 2401",
        "0402 208b 2401", "4b02 2072 2401", "4b02 20ac 2401", "5003 206a 2500 d5bf",
    ):  # fmt: skip
        assert bytes.fromhex(write) in refused, write
    assert bytes.fromhex("5202 2006 2401") in passed  # the identity, through the backplane


def test_the_identity_of_a_real_controller(real: tuple[Pair, ...]) -> None:
    snapshot = LogixDriver().interpret(capture(real, "identity"), SEAL)
    shown = facts(snapshot, "identity/controller")
    assert (shown["vendor"], shown["product_type"], shown["product_code"]) == (1, 14, 54)
    assert shown["name"] == "1756-L61/B LOGIX5561"
    assert facts(snapshot, "protection/controller") == {"key": "REMOTE", "level": 1}
    assert dict(unit(snapshot, "mode/controller").moving)["mode"] == "RUN"


def test_every_identity_and_status_word_is_understood(real: tuple[Pair, ...]) -> None:
    found = {identity(frames.reply(one).data) for one in of(real, ASKED["identity"])}
    assert found
    assert {one.vendor for one in found} == {1}
    assert all(not one.empty and one.name.startswith("1756-") for one in found)


def test_name_and_description_of_a_real_project(real: tuple[Pair, ...]) -> None:
    snapshot = LogixDriver().interpret(capture(real, "project"), SEAL)
    assert facts(snapshot, "project/controller") == {
        "name": "NiftyController",
        "description": "First project from 'Getting Started'",
    }


def test_a_real_controller_lists_the_objects_that_we_ask_for(real: tuple[Pair, ...]) -> None:
    data = frames.reply(of(real, ASKED["objects"])[0]).data
    listed = {number for (number,) in struct.iter_unpack("<H", data[2:])}
    assert listed >= {0x01, 0x02, 0x64, 0x68, 0x6B, 0x6C, 0x6D, 0x8B, 0x8E, 0xAC}


def test_real_edit_counters_are_those_that_we_compare(real: tuple[Pair, ...]) -> None:
    widths = {1: 2, 2: 2, 3: 4, 4: 4, 5: 2, 7: 4, 9: 4, 10: 4}
    lists = [frames.reply(one).data for one in of(real, "0302 20ac 2401 0700")]
    found = [attribute_list(one, widths) for one in lists]
    assert all(one.keys() == {1, 2, 3, 5, 7, 9, 10} for one in found)
    assert {number_of(one, 1) for one in found} == {0, 5}  # 0 for a moment after a download
    assert {number_of(one, 3) for one in found} >= {0x4B0435B4}


def test_a_real_clock_tells_time_and_zone(real: tuple[Pair, ...]) -> None:
    widths = {1: 8, 2: 2, 3: 8, 4: 2, 5: 28, 6: 8, 7: 28, 8: -2, 9: 2, 10: 1, 11: 8}
    (answer, *_) = of(real, "0302 208b 2401 0b00")
    found = attribute_list(frames.reply(answer).data, widths)
    assert found[8] == b"GMT+00:00"
    time_us = number_of(found, 6)
    assert time_us is not None
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us) > AT
    parts = [value for (value,) in struct.iter_unpack("<I", found[7])]
    assert parts[:3] == [2008, 10, 23]


def test_real_programs_routines_and_ladder_are_read(real: tuple[Pair, ...]) -> None:
    programs = routines.instances(frames.reply(of(real, "4b02 2068 2400")[0]).data)
    assert programs == [0x2420]
    within = "2068 2500 2024"
    listed = of(real, f"4b05 {within} 206d 2400")
    assert routines.instances(frames.reply(listed[0]).data) == [0x2420]
    (kind, *_) = of(real, f"0306 {within} 206d 2500 2024 0100 0100")
    found = attribute_list(frames.reply(kind).data, {1: 2})
    assert number_of(found, 1) == routines.LADDER
    (code, *_) = of(real, f"4c06 {within} 206d 2500 2024 0000 0000 0000")
    assert len(routines.code((frames.reply(code),), ladder=True)) == 316


def test_real_symbols_have_the_types_that_we_read(real: tuple[Pair, ...]) -> None:
    widths = {1: -1, 2: 2, 3: 4, 5: 4, 6: 4, 7: 2, 8: 12}
    named = {}
    for one in real:
        if one.asked[:4] == bytes.fromhex("0303 206b") and one.asked[8:10] == b"\x07\x00":
            found = attribute_list(frames.reply(one.answered).data, widths)
            name = found[1].decode()
            named[name] = symbols.Symbol(1, name, number_of(found, 2) or 0, (), "")
    assert named["Task:MainTask"].scope is symbols.Scope.TASK
    assert named["Program:MainProgram"].scope is symbols.Scope.PROGRAM
    assert named["Map:Local"].scope is symbols.Scope.MAP
    assert symbols.declared(named["BoolTag01"], {}) == "BOOL"
    assert named["ProdOne"].template == 0xFCE


def test_an_answer_that_was_cut_is_no_fact(real: tuple[Pair, ...]) -> None:
    whole = capture(real, "identity", "project")
    cut = tuple(
        replace(one, answers=(one.answers[0][: len(one.answers[0]) // 2],))
        for one in whole.exchanges
    )
    snapshot = LogixDriver().interpret(replace(whole, exchanges=cut), SEAL)
    assert unread(snapshot, "identity/controller").transient
    assert unread(snapshot, "project/controller").transient
