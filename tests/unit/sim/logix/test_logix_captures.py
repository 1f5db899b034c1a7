"""The simulator's answers, byte by byte against those of a real 1756-L61 16.20."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.sim.logix import plant
from ccontrol.sim.logix.chassis import Chassis, EthernetPort, Place
from ccontrol.sim.logix.controller import controller, controller_in, l61
from ccontrol.sim.logix.listing import identity_item
from ccontrol.sim.logix.memory import Memory
from ccontrol.sim.logix.project import DataType, Member, Program, Project, Routine, Task
from ccontrol.sim.logix.request_log import RequestLog
from ccontrol.sim.logix.session import Session
from ccontrol.sim.logix.wire import pack_items, parse_frame
from tests.unit.sim.logix.captured import corpus, exchanges, frames

READ = "pcaps__openics__EIP-SoftwareUpload.pcap"
LOADED = "pcaps__openics__EIP-ControlProtocolChangeAttempt.pcap"


class ClockOfTheCapture:
    """It stands at the moment in 2008 when the real wall clock was read."""

    def now(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=0x000459EDAF3A2020)

    def monotonic(self) -> float:
        return 0.0


def real_controller() -> Chassis:
    project = Project(
        "NiftyController",
        "First project from 'Getting Started'",
        "1756-L61",
        (16, 20),
        programs=(Program("MainProgram", (Routine("MainRoutine"),)),),
        tasks=(Task("MainTask", ("MainProgram",)),),
    )
    cpu = controller(l61(), project, serial=0x0051823F, clock=ClockOfTheCapture())
    return Chassis({0: cpu, 1: plant.bridge()}, entry=1)


def capture(name: str) -> Path:
    return corpus("pcap", "ITI__ICS-Security-Tools", name)


def ours(chassis: Chassis, request: bytes) -> bytes:
    """What we answer: over the backplane when it is an Unconnected Send, else in the controller."""
    session = Session(chassis, RequestLog())
    slot = 1 if request[0] == 0x52 and request[2:4] == b"\x20\x06" else 0
    return session._route(Place(chassis, slot), request, (), 504)


def unwrapped(request: bytes) -> bytes:
    """The message within an Unconnected Send."""
    wrapped = request[0] == 0x52 and request[2:6] == bytes.fromhex("20062401")
    return request[10 : 10 + int.from_bytes(request[8:10], "little")] if wrapped else request


SAME = {
    "identity, all": "010220012401",
    "identity, listed": "03022001240107000100020003000400050006000700",
    "identity, one by one": "03022001240101000400",
    "identity, the vendor's own": "030220012401020065006600",
    "message router": "010220022401",
    "name and description": "030220642401020001000200",
    "all of class 64": "03022064240104000100020003000400",
    "class 8E, one by one": "0302208e240101000900",
    "class 8E, the clock's words": "0302208e240101000d00",
    "class 8E, many": "0302208e24010c00010003000600070009000a000b000c000d000f0010001100",
    "edits, all": "010220ac2401",
    "no such class": "0303210034032401020003000400",
    "code from an offset that is none": "4c06206825002024206d25002024000032000000",
}


@pytest.mark.parametrize("asked", SAME.values(), ids=SAME.keys())
def test_the_same_question_has_the_same_answer(asked: str) -> None:
    chassis = real_controller()
    asked_here = [
        (request, answer)
        for request, answer in exchanges(capture(READ))
        if unwrapped(request) == bytes.fromhex(asked)
    ]
    assert asked_here
    for request, answer in asked_here:
        assert ours(chassis, in_our_numbers(chassis, request)).hex() == answer.hex()


def in_our_numbers(chassis: Chassis, request: bytes) -> bytes:
    """The same request with our instances of MainProgram and MainRoutine; there both are 2420."""
    (program,) = controller_in(chassis).memory.programs.values()
    (routine,) = program.routines
    for kind, number in ((0x68, program.instance), (0x6D, routine)):
        theirs = bytes((0x20, kind, 0x25, 0, 0x20, 0x24))
        request = request.replace(theirs, theirs[:4] + struct.pack("<H", number))
    return request


def test_lists_of_instances_have_one_form_for_all_classes() -> None:
    chassis = real_controller()
    for kind, count in ((0x68, 1), (0x70, 1)):
        asked = bytes((0x4B, 2, 0x20, kind, 0x24, 0))
        (real,) = {answer for request, answer in exchanges(capture(READ)) if request == asked}
        own = ours(chassis, asked)
        assert (own[:4], len(own)) == (real[:4], len(real)) == (b"\xcb\0\0\0", 4 + 4 * count)


def test_the_wall_clock_answers_in_the_same_sizes_and_times() -> None:
    asked = bytes.fromhex("0302208b24010b000100020003000400050006000700080009000a000b00")
    (real,) = {answer for request, answer in exchanges(capture(READ)) if request == asked}
    own = ours(real_controller(), asked)
    assert len(own) == len(real)
    assert own[own.index(b"\6\0\0\0") :][:12] == real[real.index(b"\6\0\0\0") :][:12]
    assert own[own.index(b"\x08\0\0\0\x09") :][:30] == real[real.index(b"\x08\0\0\0\x09") :][:30]


def test_a_program_symbol_has_the_same_type_and_the_same_sizes() -> None:
    chassis = real_controller()
    asked = bytes.fromhex("0303206b2500fa1b07000100020003000500060007000800")
    (real,) = {answer for request, answer in exchanges(capture(READ)) if request == asked}
    symbol = controller_in(chassis).memory.symbols.named("Program:MainProgram")
    assert symbol is not None
    own = ours(chassis, asked.replace(b"\xfa\x1b", struct.pack("<H", symbol.instance)))
    assert len(own) == len(real)
    assert own[:37] == real[:37]  # name and type; then come addresses
    assert own[-26:] == real[-26:]  # no tag, no element, no dimensions


def test_forward_opens_are_answered_alike_but_for_our_own_number() -> None:
    chassis = real_controller()
    session = Session(chassis, RequestLog())
    opened = 0
    for request, answer in exchanges(capture(READ)):
        if request[0] not in (0x54, 0x4E) or request[2:6] != bytes.fromhex("20062401"):
            continue
        opened += request[0] == 0x54
        own = session._route(Place(chassis, 1), request, (), 504)
        skipped = slice(4, 8) if request[0] == 0x54 else slice(0)
        ours_then, theirs_then = bytearray(own), bytearray(answer)
        ours_then[skipped] = theirs_then[skipped] = b""
        assert ours_then.hex() == theirs_then.hex()
    assert opened >= 4


def test_several_services_in_one_packet_are_answered_alike() -> None:
    chassis = real_controller()
    asked = bytes.fromhex("0a02200224010200060010000302208e24010100080003022001240101000500")
    requests = {request for request, _ in exchanges(capture(READ)) if request[:1] == b"\x0a"}
    parts = [r for r in requests if set(_classes(r)) <= {0x8E, 0x64, 0x01, 0xAC}]
    assert parts
    assert ours(chassis, asked)[:10] == bytes.fromhex("8a000000020006001200")
    for request, answer in exchanges(capture(READ)):
        if request in parts and b"\x02\0\0\0" in answer:
            own = ours(chassis, request)
            assert own[:4] == answer[:4]
            assert len(own) == len(answer)


def _classes(packet: bytes) -> list[int]:
    (count,) = struct.unpack_from("<H", packet, 6)
    starts = struct.unpack_from(f"<{count}H", packet, 8)
    return [packet[6 + start + 3] for start in starts]


def test_list_identity_of_an_enbt_is_the_same() -> None:
    path = corpus("pcap", "cisagov__icsnpp-enip", "tests__traces__enip_cip_example.pcap")
    (frame, *_) = [f for (_, source, _, _), f in frames(path) if f[:2] == b"\x63\0" and len(f) > 24]
    enbt = plant.bridge(0x00524D8E, EthernetPort(address="10.1.1.164"))
    enbt.catalog, enbt.product_code, enbt.revision = "1756-ENBT/A", 0x3A, (4, 3)
    own = pack_items(identity_item(Chassis({4: enbt}, entry=4)))
    assert own.hex() == parse_frame(frame).data.hex()


INT = "INT"
TYPES = {
    0x052F: DataType(
        "MNetBackplane", tuple(Member(n, INT) for n in ("LastRead", "LastWrite", "BlockIndex"))
    ),
    0x0DD9: DataType("Coil_Array", (Member("Boolean", "BOOL", 416),)),
    0x0D86: DataType(
        "MNetBlkStat",
        tuple(Member(n, INT) for n in ("Read", "Write", "Parse", "Event", "Cmd", "Err")),
    ),
}


@pytest.mark.parametrize("instance", TYPES)
def test_a_template_is_described_as_logix_designer_describes_it(instance: int) -> None:
    """What was loaded into the real one (4D, then attributes 1, 2 and 5) against what we make."""
    memory = Memory(Project("P", data_types=(TYPES[instance],)))
    ours = memory.templates.template(TYPES[instance].name)
    path = bytes.fromhex("03206c2500") + struct.pack("<H", instance)
    loaded = [request for request, _ in exchanges(capture(LOADED)) if request[:1] == b"\x0a"]
    created, described, sized = (
        next(
            packet[packet.index(service + path) + 8 :]
            for packet in loaded
            if service + path in packet
        )
        for service in (b"\x08", b"\x4d", b"\x04")
    )
    assert struct.unpack_from("<HHI", created) == (1, 4, ours.definition_words)
    offset, length = struct.unpack_from("<IH", described)
    assert (offset, length) == (0, len(ours.description))
    assert described[6 : 6 + length].hex() == ours.description.hex()
    members, size = struct.unpack_from("<8xHxxI", sized)
    assert (members, size) == (len(ours.places), ours.size)
