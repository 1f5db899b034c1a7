"""From answers to facts: what a poll of a CPU tells, at each depth, and what it must not claim."""

from dataclasses import replace

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.pdu import BLOCK_TYPES
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.change import Kind
from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId, field
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.cpu import Cpu
from tests.unit.drivers.s7.heard import Heard, blocks_of, userdata

PROGRAM = UnitId("checksum", "program")
PROTECTION = UnitId("protection", "cpu")


@pytest.fixture
def cpu() -> Cpu:
    return plant.press()


def unit(snapshot: Snapshot, kind: str, key: str) -> Unit:
    sighting = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(sighting, Read), sighting
    return sighting.unit


def reason(snapshot: Snapshot, kind: str, key: str) -> Unread:
    sighting = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(sighting, Unread), sighting
    return sighting


def test_a_glance_tells_the_words_the_locks_the_mode_and_the_number_of_blocks(cpu: Cpu) -> None:
    snapshot = Heard(cpu, Depth.GLANCE).snapshot()

    assert {str(one) for one in snapshot.sightings} == {
        "checksum/hardware", "checksum/program", "inventory/blocks", "mode/cpu", "protection/cpu",
    }  # fmt: skip
    words = cpu.words()
    assert field(unit(snapshot, *PROGRAM).fields, "crc") == f"{words.program_crc:04x}"
    assert field(unit(snapshot, *PROGRAM).fields, "length") == f"{words.program_length:04x}"
    assert unit(snapshot, "checksum", "hardware").aspect is Aspect.CONFIGURATION
    assert field(unit(snapshot, *PROTECTION).fields, "mode_switch") == "RUN-P"
    assert unit(snapshot, "mode", "cpu").moving == (("mode", "RUN"),)
    assert field(unit(snapshot, "inventory", "blocks").fields, "fc") == 3
    assert snapshot.usable
    assert not snapshot.listings.keys() & BLOCK_TYPES.keys()


def test_a_second_glance_at_an_idle_cpu_changes_nothing(cpu: Cpu) -> None:
    first = merge(None, Heard(cpu, Depth.GLANCE).snapshot())
    assert merge(first, Heard(cpu, Depth.GLANCE).snapshot()) == first


def test_a_db_made_by_the_program_does_not_move_a_glance(cpu: Cpu) -> None:
    before = Heard(cpu, Depth.GLANCE).snapshot()
    words, cpu.false_words = cpu.words(), cpu.words()
    cpu.load(plant.data_block(99))
    assert words == cpu.words()
    assert Heard(cpu, Depth.GLANCE).snapshot().sightings == before.sightings


def test_a_full_poll_reads_every_block_and_all_that_there_is_about_the_cpu(cpu: Cpu) -> None:
    snapshot = Heard(cpu).snapshot()

    listings = [snapshot.listings[kind] for kind in BLOCK_TYPES]
    assert all(listing.complete for listing in listings)
    assert set().union(*(listing.keys for listing in listings)) == {
        "OB1", "FB12", "FC1", "FC2", "FC3", "DB10", "DB11", "SDB0", "SDB1", "SDB3", "SDB4", "SDB7",
    }  # fmt: skip
    assert all(isinstance(sighting, Read) for sighting in snapshot.sightings.values())
    assert field(unit(snapshot, "identity", "cpu").fields, "station") == "S7300/ET200M station_3"
    assert field(unit(snapshot, "hardware", "memory-card").fields, "serial") == "MMC 4A1AC019"
    assert field(unit(snapshot, "firmware", "cpu").fields, "version") == "V3.2.7"
    blocks = {unit for unit in snapshot.sightings if unit.kind in BLOCK_TYPES}
    assert snapshot.checked == {
        ("hidden-block", ""),
        *(("info-mismatch", str(unit)) for unit in blocks),
        *(("checksum-mismatch", str(unit)) for unit in blocks if unit.kind in {"OB", "FB", "FC"}),
    }
    assert snapshot.facts == "s7/1"
    assert not snapshot.findings
    assert snapshot.strengths == {
        aspect: Strength.CONTENT for aspect in Aspect if aspect not in (Aspect.VALUES, Aspect.SIGHT)
    } | {Aspect.VALUES: Strength.NONE}


def test_polls_of_any_depth_do_not_contradict_each_other(cpu: Cpu) -> None:
    state = merge(None, Heard(cpu).snapshot())
    for depth in Depth:
        assert merge(state, Heard(cpu, depth, upload=depth is Depth.FULL).snapshot()) == state


def test_a_card_swap_shows_as_another_memory_card(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    scene.card_swap(cpu, "MMC 2900FC1A")
    after = merge(before, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    assert [(one.kind, str(one.unit)) for one in compare(before, after).changes] == [
        (Kind.CHANGED, "hardware/memory-card")
    ]


def test_a_firmware_update_shows_as_firmware(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    scene.firmware_update(cpu, (3, 3, 12))
    after = merge(before, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    assert compare(before, after).aspects == (Aspect.FIRMWARE,)


def test_a_stop_at_the_switch_shows_in_mode_and_switch(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu, Depth.GLANCE).snapshot())
    scene.stop_by_switch(cpu)
    snapshot = Heard(cpu, Depth.GLANCE).snapshot()
    assert set(compare(before, merge(before, snapshot)).aspects) == {Aspect.PROTECTION, Aspect.MODE}
    assert snapshot.log[0].code == "4303"
    assert snapshot.log[0].text == "STOP by the mode switch"


def test_the_moving_tail_of_the_protection_record_is_never_a_fact(cpu: Cpu) -> None:
    record = bytes.fromhex(
        "0232000400280001" + "0004000100000001000200000000" + "5656" + "a4001b93"
    )
    payloads = [
        record + bytes.fromhex("1f4a0144") + bytes((2, 0, 0, at)).ljust(16, b"\0")
        for at in (0, 0x15)
    ]
    seen = [
        Heard(cpu, Depth.GLANCE).but("szl 0232 0004", userdata(4, 1, payload)).snapshot()
        for payload in payloads
    ]
    assert seen[0].sightings == seen[1].sightings


def test_words_that_the_cpu_does_not_vouch_for_are_no_words(cpu: Cpu) -> None:
    payload = bytes.fromhex("0232000400280001" + "0004000100000001000200000000") + bytes(26)
    snapshot = Heard(cpu, Depth.GLANCE).but("szl 0232 0004", userdata(4, 1, payload)).snapshot()
    assert not reason(snapshot, *PROGRAM).transient
    unit(snapshot, *PROTECTION)


def test_a_cpu_that_answers_0132_instead_of_0232_is_read_as_well(cpu: Cpu) -> None:
    cpu.missing_szl = frozenset({0x0232})
    heard = replace(Heard(cpu, Depth.GLANCE), also=("szl 0132 0004",))
    assert unit(heard.snapshot(), *PROGRAM) == unit(
        Heard(plant.press(), Depth.GLANCE).snapshot(), *PROGRAM
    )


def test_what_a_cpu_does_not_have_is_not_invented(cpu: Cpu) -> None:
    cpu.missing_szl = frozenset({0x0232, 0x0132, 0x0011, 0x001C, 0x0591, 0x0A91, 0x0D91, 0x0092})
    snapshot = Heard(cpu, Depth.DIAGNOSTICS).snapshot()
    state = merge(None, snapshot)
    assert {one.kind for one in state.units} == {"mode", "inventory", "clock"}
    assert state.listed == {"mode", "inventory"}
    assert state.proven
    assert snapshot.strengths[Aspect.FIRMWARE] is Strength.NONE
    assert snapshot.strengths[Aspect.HARDWARE] is Strength.NONE


def test_what_a_cpu_stops_answering_never_looks_fresh(cpu: Cpu) -> None:
    before = merge(None, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    cpu.missing_szl = frozenset({0x0232, 0x0132, 0x0011, 0x001C, 0x0591, 0x0A91, 0x0D91, 0x0092})
    after = merge(before, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    fresh = {unit.kind for unit, known in after.units.items() if known.unread is None}
    assert fresh == {"mode", "inventory", "clock"}
    assert not after.proven
    assert merge(after, Heard(plant.press(), Depth.DIAGNOSTICS).snapshot()) == before


def test_a_list_that_the_line_broke_says_nothing_and_loses_nothing(cpu: Cpu) -> None:
    state = merge(None, Heard(cpu, Depth.DIAGNOSTICS).snapshot())
    broken = Heard(cpu, Depth.DIAGNOSTICS)
    for question in (
        "szl 0232 0004",
        "szl 0011 0000",
        "szl 001C 0000",
        "szl 0D91 0000",
        "szl 0092 0000",
    ):
        broken = broken.but(question, None)
    snapshot = broken.snapshot()
    assert reason(snapshot, *PROTECTION).transient
    assert not snapshot.listings["module"].complete
    assert Aspect.PROTECTION not in snapshot.strengths
    assert merge(state, snapshot) == state


def test_a_list_with_fewer_bytes_than_it_declares_is_not_whole(cpu: Cpu) -> None:
    whole = b"".join(one[26:] for one in userdata(4, 1, b""))
    assert whole == b""
    payload = bytes.fromhex("0011000000") + bytes((0x1C,)) + b"\0\4" + bytes(3 * 28)
    snapshot = (
        Heard(cpu, Depth.DIAGNOSTICS).but("szl 0011 0000", userdata(4, 1, payload)).snapshot()
    )
    assert reason(snapshot, "firmware", "cpu").transient
    assert reason(snapshot, "identity", "cpu").transient
    unit(snapshot, "hardware", "memory-card")


def test_a_poll_that_broke_off_keeps_what_was_whole(cpu: Cpu) -> None:
    places = list(blocks_of(cpu))
    heard = replace(Heard(cpu), fault="no answer within 5 s")
    for place in places[3:]:
        heard = heard.but(f"upload {place}", None)
    heard = heard.but("szl 0232 0004 #2", None)
    snapshot = heard.snapshot()
    read = [
        one
        for one in snapshot.sightings
        if one.kind in BLOCK_TYPES and isinstance(snapshot.sightings[one], Read)
    ]
    assert len(read) == 3
    assert snapshot.usable
    assert snapshot.reason == "no answer within 5 s"
    assert {code for code, _ in snapshot.checked} == {"info-mismatch", "checksum-mismatch"}
    assert {subject for _, subject in snapshot.checked} == set(map(str, read))
    assert Strength.NONE not in snapshot.strengths.values()


def test_infos_of_a_poll_that_broke_off_confirm_nothing(cpu: Cpu) -> None:
    heard = Heard(cpu, Depth.INVENTORY, upload=False)
    assert not any(isinstance(one, Unread) for one in heard.snapshot().sightings.values())
    broken = replace(heard, fault="connection reset").snapshot()
    assert all(
        reason(broken, *one).transient for one in broken.sightings if one.kind in BLOCK_TYPES
    )


def test_a_poll_in_which_nothing_was_certain_is_not_compared(cpu: Cpu) -> None:
    heard = replace(Heard(cpu, Depth.GLANCE), fault="1 connection of type OP is left")
    for question in heard.questions():
        heard = heard.but(question, None)
    snapshot = heard.snapshot()
    assert not snapshot.usable
    assert snapshot.reason == "1 connection of type OP is left"


def test_a_program_that_changes_while_it_is_read_makes_the_poll_useless(cpu: Cpu) -> None:
    capture = Heard(cpu).capture()
    cpu.load(plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=90))
    closing = Heard(cpu).capture().exchanges[-1]
    changed = Heard(cpu).but("szl 0232 0004 #2", closing.answers)
    cpu.load(plant.motor(1, "I0.2", "M11.0", "Q4.2"))
    snapshot = changed.snapshot()
    assert capture.exchanges[-1] != closing
    assert not snapshot.usable
    assert "changed while it was read" in snapshot.reason


def test_a_redundant_pair_has_a_mode_and_a_lock_of_its_own_for_each_rack() -> None:
    snapshot = Heard(plant.turbine()).snapshot()
    assert snapshot.listings["mode"].keys == {"rack0", "rack1"}
    assert snapshot.listings["protection"].keys == {"rack0", "rack1"}
    assert unit(snapshot, "mode", "rack1").moving == (("mode", "RUN (redundant)"),)
    unit(snapshot, *PROGRAM)
    assert snapshot.usable


def test_the_records_of_a_redundant_pair_go_by_the_rack_that_they_name(cpu: Cpu) -> None:
    def record(place: int, crc: str) -> str:
        return f"{place:02x}040001000000010002000000005656a4001b931f4a" + crc + "00" * 16

    payload = bytes.fromhex("0232000400280002" + record(0xF1, "0144") + record(0xF8, "0244"))
    snapshot = Heard(cpu, Depth.GLANCE).but("szl 0232 0004", userdata(4, 1, payload)).snapshot()
    assert snapshot.listings["protection"].keys == {"rack0", "rack1"}
    assert field(unit(snapshot, *PROGRAM).fields, "crc") == "4402", "the master's words count"


def test_a_single_half_of_a_redundant_pair_keeps_its_key(cpu: Cpu) -> None:
    record = "f904000100000001000200000000" + "5656" + "a4001b931f4a0144" + "00" * 16
    payload = bytes.fromhex("0232000400280001" + record)
    snapshot = Heard(cpu, Depth.GLANCE).but("szl 0232 0004", userdata(4, 1, payload)).snapshot()
    assert snapshot.listings["protection"].keys == {"rack1"}
    assert snapshot.listings["mode"].keys == {"rack1"}


def test_names_that_a_controller_sends_are_kept_as_they_are() -> None:
    cpu = plant.press(name="../\x1b[2J\n.git")
    assert (
        field(unit(Heard(cpu).snapshot(), "identity", "cpu").fields, "name") == "../\x1b[2J\n.git"
    )
