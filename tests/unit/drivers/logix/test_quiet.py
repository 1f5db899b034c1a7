"""What moves on a Logix controller by itself, with nobody editing it: none of it is a change."""

import struct

from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.decode import interpret
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Read
from ccontrol.model.state import State
from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import Controller, Mode, controller_in
from ccontrol.sim.logix.project import Tag
from ccontrol.sim.logix.server import Live, running
from tests.unit.drivers.logix.polls import Poller, facts, told, unit
from tests.unit.drivers.logix.test_decode_real import AT

MARKS = {("changed", "audit/controller"), ("changed", "edits/controller")}


def approvable(before: State, after: State) -> set[str]:
    """Units whose approved facts differ."""
    return {
        str(one)
        for one in before.units.keys() | after.units.keys()
        if _content(before, one) != _content(after, one)
    }


def _content(state: State, one: object) -> str | None:
    known = next((known for unit, known in state.units.items() if unit == one), None)
    return known.unit.content if known is not None and known.unit is not None else None


def test_instances_and_addresses_that_a_download_gives_anew_name_no_other_tag_or_type(
    live: Live, before: State
) -> None:
    live.play(scene.renumber)
    assert told(Poller(live).changes(before)) == MARKS


def test_the_symbols_of_a_session_come_and_go(live: Live, poller: Poller, before: State) -> None:
    def open_a_screen(chassis: Chassis) -> None:
        cpu = controller_in(chassis)
        for name in ("__l01A2BF", "__OPC_2F_group", "__SL7"):
            cpu.take(cpu.project.with_tag(Tag(name, "DINT"), ""))

    live.play(open_a_screen)
    assert poller.changes(before) == ()
    assert Poller(live).changes(before) == ()


def test_an_address_that_a_server_leases_is_nobodys_change(live: Live) -> None:
    live.play(_lease)
    poller = Poller(live)
    before = poller.state()
    assert facts(poller.look(), "tcp-ip/adapter") == {"configured_by": "DHCP", "host_name": ""}
    live.play(scene.renew_lease, "192.168.1.77", "192.168.1.254")
    assert poller.changes(before) == ()


def test_who_turns_a_stored_address_into_a_leased_one_is_told(live: Live, poller: Poller) -> None:
    before = poller.state()
    live.play(_lease)
    assert told(poller.changes(before)) == {("changed", "tcp-ip/adapter")}


def _lease(chassis: Chassis) -> None:
    port = chassis.module().ethernet
    assert port is not None
    port.leased, port.host_name = True, ""


def test_a_link_that_changes_its_speed_asks_nobody_to_approve_it(
    live: Live, poller: Poller, before: State
) -> None:
    def slow_down(chassis: Chassis) -> None:
        port = chassis.module().ethernet
        assert port is not None
        port.mbit_per_s = 10

    live.play(slow_down)
    assert approvable(before, poller.state(before=before)) == set()


def test_faults_and_modes_ask_nobody_to_approve_them(live: Live) -> None:
    """But for the AuditValue, which counts them: see the mask."""
    live.play(scene.set_mask, 0)
    poller = Poller(live)
    before = poller.state()
    live.play(scene.break_down)
    live.play(scene.clear_faults)
    live.play(scene.change_mode, Mode.PROGRAM)

    def complain(chassis: Chassis) -> None:
        chassis.slots[3].status |= 0x0100

    live.play(complain)
    assert approvable(before, poller.state(before=before)) == set()


def test_bits_of_the_status_word_that_say_owned_and_configured_are_not_read(
    live: Live, poller: Poller, before: State
) -> None:
    def own(chassis: Chassis) -> None:
        for module in chassis.slots.values():
            module.status ^= 0x0005
            if not isinstance(module, Controller):
                module.status ^= 0x0070

    live.play(own)
    assert poller.changes(before) == ()


def test_the_mark_of_stations_that_was_never_set_names_no_station(
    live: Live, poller: Poller
) -> None:
    def never(chassis: Chassis) -> None:
        controller_in(chassis).edits.visited = 0

    live.play(never)
    (nobody,) = poller.look(Depth.GLANCE).log
    assert (nobody.code, nobody.text) == ("nobody", "no engineering station has left its mark")
    live.play(scene.go_online)
    (somebody,) = poller.look(Depth.GLANCE).log
    assert (somebody.code, somebody.raw != nobody.raw) == ("online", True)


def test_the_partner_of_a_redundant_pair_answers_with_serials_and_macs_of_its_own() -> None:
    pair, partner = plant.press(), plant.press()
    for module in partner.slots.values():
        module.serial += 0x1000
        if module.ethernet is not None:
            module.ethernet.mac = "00001dbada55"
    pair.partner = partner
    with running(pair) as live:
        poller = Poller(live, LogixOptions(slots=tuple(range(6)), redundant=True))
        before = poller.state()
        live.play(scene.switch_over)
        assert poller.changes(before) == ()


def _packet(*heads: tuple[int, int]) -> bytes:
    """The answers to what heads of templates were asked for: handle, members."""
    bodies = [
        b"\x83\0\0\0"
        + struct.pack("<HHHIHHIHHHHHH", 4, 4, 0, 12, 5, 0, 4, 2, 0, count, 1, 0, handle)
        for handle, count in heads
    ]
    at, offsets = 2 + 2 * len(bodies), []
    for body in bodies:
        offsets.append(at)
        at += len(body)
    listed = struct.pack(f"<{len(bodies) + 1}H", len(bodies), *offsets)
    return b"\x8a\0\0\0" + listed + b"".join(bodies)


def _described(type_word: int, own: bytes) -> bytes:
    return b"\xcc\0\0\0" + struct.pack("<HHI", 0, type_word, 0) + own + b";nEA\0Value\0"


def _symbol(number: int, name: bytes, template: int) -> bytes:
    head = number.to_bytes(4, "little") + len(name).to_bytes(2, "little") + name
    return head + struct.pack("<H12x", 0x8000 | template)


def _two_of_one_name(first: int, second: int, name: bytes = b"Twin") -> Capture:
    """Two structures of one name: DINT has the handle 1111, REAL has 2222."""
    numbers = sorted((first, second))
    handles = {first: (0x1111, 0xC4), second: (0x2222, 0xCA)}
    exchanges = (
        Exchange(
            questions.SYMBOLS,
            (b"\xd5\0\0\0" + _symbol(1, b"A", first) + _symbol(2, b"B", second),),
        ),
        Exchange(
            questions.heads_of(numbers), (_packet(*((handles[one][0], 1) for one in numbers)),)
        ),
        *(Exchange(f"template {one:03X}", (_described(handles[one][1], name),)) for one in numbers),
    )
    return Capture("press-3", "logix", Depth.FULL, AT, AT, exchanges, 4, 1, 1)


def test_two_structures_of_one_name_are_told_apart_by_what_a_download_leaves() -> None:
    one, other = (
        interpret(_two_of_one_name(0x101, 0x202)),
        interpret(_two_of_one_name(0x303, 0x202)),
    )
    tags = {"A": "Twin", "B": "Twin #2222"}
    assert facts(one, "tags/controller") == facts(other, "tags/controller") == tags
    types = [each for each in one.sightings if each.kind == "type"]
    assert sorted(each.key for each in types) == ["Twin", "Twin #2222"]
    for each in types:
        assert one.sightings[each] == other.sightings[each]
        assert isinstance(one.sightings[each], Read)


def test_a_structure_with_a_made_up_name_takes_no_other_ones_place() -> None:
    snapshot = interpret(_two_of_one_name(0x101, 0x202, b"Twin #2222"))
    keys = {each.key for each in snapshot.sightings if each.kind == "type"}
    assert keys == {"Twin #2222 #1111/101", "Twin #2222 #2222/202"}
    assert unit(snapshot, "type/Twin #2222 #1111/101").aspect is Aspect.CONFIGURATION
