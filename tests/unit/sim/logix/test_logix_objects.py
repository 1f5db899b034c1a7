"""What a simulated controller answers: objects, symbols, templates, tags and code."""

import struct
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.sim.logix import plant, wire
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import Faults, Key, Mode, controller_in, l61, l73
from ccontrol.sim.logix.memory import Memory
from ccontrol.sim.logix.project import Access, DataType, Member, Project, Tag
from ccontrol.sim.logix.request_log import RequestLog
from ccontrol.sim.logix.server import Live, running
from ccontrol.sim.logix.session import Session
from tests.unit.sim.logix.caller import (
    BACKPLANE,
    Caller,
    Reply,
    StillClock,
    attributes,
    calling,
    message,
    name,
    path,
)  # fmt: skip

SIX = attributes(1, 2, 3, 5, 6, 8)


def entries(data: bytes) -> dict[int, tuple[str, int]]:
    """Instances with name and type, from service 55 asked with SIX."""
    found, at = {}, 0
    while at < len(data):
        instance, length = struct.unpack_from("<IH", data, at)
        text = data[at + 6 : at + 6 + length].decode()
        (kind,) = struct.unpack_from("<H", data, at + 6 + length)
        found[instance] = (text, kind)
        at += 6 + length + 2 + 4 + 4 + 4 + 12
    return found


def all_symbols(caller: Caller, scope: bytes = b"") -> tuple[dict[int, tuple[str, int]], int]:
    """Page through a symbol list; returns it and the number of pages."""
    found: dict[int, tuple[str, int]] = {}
    pages, start = 0, 0
    while True:
        reply = caller.linked(message(0x55, scope + path(0x6B, start), SIX))
        pages += 1
        assert reply.status in (0, 6)
        found |= entries(reply.data)
        if reply.status == 0:
            return found, pages
        start = max(found) + 1


def single(caller: Caller, kind: int, attribute: int, instance: int = 1) -> Reply:
    return caller.at(BACKPLANE, message(0x0E, path(kind, instance, attribute=attribute)))


def status_of(chassis: Chassis) -> int:
    return controller_in(chassis).status_word


def test_the_status_word_has_mode_faults_and_key_where_they_belong() -> None:
    chassis = plant.press()
    cpu = controller_in(chassis)
    assert status_of(chassis) == 0x3060
    cpu.key, cpu.mode = Key.PROGRAM, Mode.PROGRAM
    assert status_of(chassis) == 0x2070
    cpu.key, cpu.mode, cpu.faults = Key.RUN, Mode.RUN, Faults.MINOR_RECOVERABLE
    assert status_of(chassis) == 0x1160


def test_the_audit_value_is_there_or_it_is_not() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        assert single(caller, 0x8E, 0x1B).data == 0x1122_3344_5566_7788.to_bytes(8, "little")
        assert single(caller, 0x8E, 0x1C).data == b"\xff" * 8
        listed = caller.at(BACKPLANE, message(0x03, path(0x8E, 1), attributes(0x1B, 0x1C)))
        assert (listed.status, listed.data[:6]) == (0, bytes.fromhex("02001b000000"))
    with running(plant.press(model=l61())) as live, calling(live) as caller:
        assert single(caller, 0x8E, 0x1B).status == 0x14
        listed = caller.at(BACKPLANE, message(0x03, path(0x8E, 1), attributes(0x1B, 0x1C)))
        assert (listed.status, listed.data.hex()) == (0x0A, "02001b0014001c001400")


def test_the_wall_clock_follows_its_own_offset() -> None:
    chassis = plant.press(StillClock())
    cpu = controller_in(chassis)
    cpu.utc_offset, cpu.zone = timedelta(hours=-5), "GMT-05:00 Eastern Time"
    with running(chassis) as live, calling(live) as caller:
        microseconds = int.from_bytes(single(caller, 0x8B, 6).data, "little")
        assert microseconds == 1_714_979_289_123_000
        local = int.from_bytes(single(caller, 0x8B, 11).data, "little")
        assert microseconds - local == 5 * 3600 * 1_000_000
        assert single(caller, 0x8B, 8).data == b"\x16\0\0\0GMT-05:00 Eastern Time"


def test_the_ethernet_objects_belong_to_whoever_has_the_port() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        assert caller.here(message(0x01, path(0xF5, 1))).data[12:18].hex() == "020020f62401"
        assert caller.here(message(0x0E, path(0xF6, 1, attribute=3))).data.hex() == "00001dc0ffee"
        assert caller.here(message(0x01, path(0xF4, 0))).data[-8:].hex() == "0100010004000200"
        assert caller.here(message(0x0E, path(0xF4, 2, attribute=4))).data == b"\x0bEtherNet/IP"
        for kind in (0xF4, 0xF5, 0xF6):
            assert caller.at(BACKPLANE, message(0x01, path(kind, 1))).status == 5


@pytest.mark.parametrize(("size", "large"), [(500, False), (4000, True)])
def test_the_symbol_list_comes_in_pages_that_fit_the_connection(size: int, large: bool) -> None:
    chassis = plant.chassis_of(plant.many_tags(500), l73())
    with running(chassis) as live, calling(live) as caller:
        caller.open(BACKPLANE, size, large=large)
        caller.send_linked(message(0x55, path(0x6B, 0), SIX))
        assert size - 60 < int.from_bytes(caller.hear()[42:44], "little") <= size
        found, pages = all_symbols(caller)
        assert len(found) == 400 + 5 + 1  # tags, programs, the task
        assert pages == (6 if large else 41)


def test_a_new_tag_leaves_the_instances_of_the_others_alone() -> None:
    project = plant.many_tags(2000)
    before = Memory(project).symbols
    after = Memory(project.with_tag(Tag("Newcomer", "DINT"))).symbols
    for symbol in before.since(0):
        assert after.named(symbol.name) == symbol
    assert len(after) == len(before) + 1


def test_programs_have_symbols_of_their_own_by_name_and_by_number() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE, 500)
        named, _ = all_symbols(caller, name("Program:MainProgram"))
        reply = caller.linked(message(0x4B, path(0x68, 0)))
        (program,) = struct.unpack("<I", reply.data)
        numbered, _ = all_symbols(caller, path(0x68, program))
        assert named == numbered
        assert {text for text, _ in named.values()} == {
            "Left", "Right", "Strokes", "Close", "Routine:MainRoutine", "Routine:TwoHand",
            "Routine:Pressure",
        }  # fmt: skip
        assert {kind for text, kind in named.values() if text.startswith("Rout")} == {0x106D}
        assert caller.linked(message(0x55, name("Program:Other") + path(0x6B, 0), SIX)).status == 5


def test_programs_tasks_modules_and_connections_are_symbols_too() -> None:
    project = Project("P", connections=("Standard:1a2b3c4d",))
    whole = Memory(project)
    press = Memory(plant.press_project())
    kinds = {symbol.name: symbol.type_code for symbol in press.symbols.since(0)}
    assert kinds["Program:MainProgram"] == 0x1068
    assert kinds["Map:Inputs"] == 0x1069
    assert kinds["Task:MainTask"] == 0x1070
    assert [s.type_code for s in whole.symbols.since(0)] == [0x107E]


def test_types_dimensions_and_access_of_tags_are_in_their_symbols() -> None:
    tags = (
        Tag("Plain", "DINT", access=Access.READ_ONLY), Tag("Bits", "BOOL", (64,)),
        Tag("Cube", "REAL", (2, 3, 4)), Tag("Clock", "TIMER", (5,)),
    )  # fmt: skip
    table = Memory(Project("P", tags=tags)).symbols
    found = {s.name: (s.type_code, s.element_size, s.dimensions) for s in table.since(0)}
    assert found == {
        "Plain": (0xC4, 4, (0, 0, 0)), "Bits": (0x20D3, 4, (2, 0, 0)),
        "Cube": (0x60CA, 4, (2, 3, 4)), "Clock": (0xAF83, 12, (5, 0, 0)),
    }  # fmt: skip


def test_a_template_is_read_in_pieces_when_it_does_not_fit() -> None:
    members = tuple(Member(f"Member_number_{n:03d}", "DINT") for n in range(60))
    project = Project("P", data_types=(DataType("Wide", members),))
    with running(plant.chassis_of(project, l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE, 500)
        template = live.cpu.memory.templates.template("Wide")
        where = path(0x6C, template.instance)
        listed = caller.linked(message(0x03, where, attributes(4, 5, 2, 1)))
        assert listed.data == struct.pack(
            "<HHHIHHIHHHHHH", 4, 4, 0, template.definition_words, 5, 0, 240, 2, 0, 60, 1, 0,
            template.handle,
        )  # fmt: skip
        whole, pieces = b"", 0
        while len(whole) < len(template.description):
            left = len(template.description) - len(whole)
            reply = caller.linked(message(0x4C, where, struct.pack("<IH", len(whole), left)))
            whole += reply.data
            pieces += 1
            assert reply.status == (6 if len(whole) < len(template.description) else 0)
        assert (whole, pieces) == (template.description, 4)
        beyond = caller.linked(message(0x4C, where, struct.pack("<IH", len(whole) + 4, 4)))
        assert (beyond.status, beyond.extended) == (0xFF, (0x2105,))


def test_another_member_gives_a_template_another_handle_and_the_same_instance() -> None:
    handles = []
    for last in ("DINT", "REAL"):
        project = Project(
            "P", data_types=(DataType("T", (Member("A", "DINT"), Member("B", last))),)
        )
        template = Memory(project).templates.template("T")
        handles.append((template.instance, template.handle))
    assert handles[0][0] == handles[1][0]
    assert handles[0][1] != handles[1][1]


@pytest.mark.parametrize(
    ("make", "product", "called"),
    [
        (plant.press, b"1756-L83E/B", b"Press_3"),
        (plant.pump, b"1756-L61/B LOGIX5561", b"Pump_7"),
        (plant.guard, b"1756-L73S/B LOGIX5573SAFETY", b"Guard_4"),
        (plant.packer, b"5069-L320ER/A", b"Packer_2"),
    ],
)
def test_each_ready_made_chassis_has_its_controller_in_slot_0(
    make: Callable[[], Chassis], product: bytes, called: bytes
) -> None:
    with running(make()) as live, calling(live) as caller:
        assert caller.at(BACKPLANE, message(0x01, path(1, 1))).data.endswith(product)
        assert single(caller, 0x64, 1).data[2:] == called


def test_a_list_of_attributes_too_long_for_one_answer_is_cut_between_two() -> None:
    numbers = [1, 2] * 40
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE, 500)
        reply = caller.linked(message(0x03, path(0x64, 1), attributes(*numbers)))
        assert reply.status == 6
        (count,) = struct.unpack_from("<H", reply.data)
        assert 0 < count < 80
        assert len(reply.data) <= 494


def test_several_services_share_one_answer_and_one_failure_marks_it() -> None:
    parts = [
        message(0x0E, path(0x8E, 1, attribute=0x1B)),
        message(0x0E, path(0x8E, 1, attribute=0x99)),
        message(0x4C, name("Actual"), b"\1\0"),
    ]
    offsets = [8, 8 + len(parts[0]), 8 + len(parts[0]) + len(parts[1])]
    packet = struct.pack("<4H", 3, *offsets) + b"".join(parts)
    with running(plant.press()) as live, calling(live) as caller:
        reply = caller.at(BACKPLANE, message(0x0A, path(2, 1), packet))
        assert reply.status == 0x1E
        starts = struct.unpack_from("<3H", reply.data, 2)
        replies = [Reply(reply.data[at:]) for at in starts]
        assert [one.status for one in replies] == [0, 0x14, 0]
        services = [request.service for request in live.server.requests]
        assert services[-5:] == [0x52, 0x0A, 0x0E, 0x0E, 0x4C]
        assert live.server.log.total == 1


def test_what_is_no_read_is_refused_recorded_and_without_effect() -> None:
    attempts = [
        message(0x4D, name("Actual"), b"\xca\0\1\0" + bytes(4)),
        message(0x53, name("Actual"), b"\xca\0\1\0" + bytes(8)),
        message(0x4E, name("Recipe"), b"\4\0" + bytes(8)),
        message(0x04, path(0xAC, 1), struct.pack("<HHI", 1, 10, 7)),
        message(0x10, path(0x64, 1, attribute=1), b"\1\0X"),
        message(0x05, path(1, 1), b"\1"),
        message(0x4B, path(0x67, 1), bytes(12)),
        message(0x4D, path(0x6C, 0x200), bytes(12)),
        message(0x08, path(0x6B, 0), b""),
        message(0x07, path(0x8E, 1)),
        message(0x50, path(0x6A, 0x74E8), bytes(6)),
    ]
    with running(plant.press()) as live, calling(live) as caller:
        before = (live.cpu.project, live.cpu.edits.visited, live.cpu.audit_value)
        for attempt in attempts:
            assert caller.at(BACKPLANE, attempt).status == 8
        packet = struct.pack("<2H", 1, 4) + attempts[0]
        assert caller.at(BACKPLANE, message(0x0A, path(2, 1), packet)).status == 0x1E
        assert [one.raw for one in live.server.violations] == [*attempts, attempts[0]]
        assert (live.cpu.project, live.cpu.edits.visited, live.cpu.audit_value) == before


def live_facts(live: Live) -> tuple[int, int]:
    return live.server.log.total, len(live.server.violations)


def test_a_message_within_a_message_has_an_end() -> None:
    request = message(0x01, path(1, 1))
    for _ in range(2000):
        data = struct.pack("<BBH", 7, 9, len(request)) + request + bytes(len(request) % 2)
        request = message(0x52, path(6, 1), data + b"\0\0")
    with running(plant.press()) as live, calling(live) as caller:
        assert caller.here(request).status == 8
        assert live_facts(live) == (1, 0)


CHASSIS = plant.line()
PATHS = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([path(6, 1), path(2, 1), path(0x6B, 0), path(0x6C, 0xFCE), name("Recipe")]),
)


@given(st.integers(0, 255), PATHS, st.binary(max_size=60), st.integers(4, 600))
def test_no_message_makes_it_fall_over(service: int, where: bytes, data: bytes, room: int) -> None:
    session = Session(CHASSIS, RequestLog())
    where += bytes(len(where) % 2)
    reply = session._route(session._entry, message(service, where, data), (), room)
    assert reply[0] >= 0x80
    assert len(reply) <= max(room, 500)


@given(st.integers(0, 255), st.binary(max_size=80))
def test_no_frame_makes_it_fall_over(command: int, data: bytes) -> None:
    session = Session(CHASSIS, RequestLog())
    session.answer(wire.Frame(0x65, 0, 0, bytes(8), b"\1\0\0\0"))
    frame = wire.Frame(command, session._handle, 0, bytes(8), data)
    reply = session.answer(frame)
    assert reply is None or reply == b"" or wire.parse_frame(reply).command == command
