"""What each scene moves, and what it leaves alone, seen through the line."""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.chassis import Chassis, EthernetPort
from ccontrol.sim.logix.controller import (
    Change,
    Faults,
    Key,
    Mode,
    controller_in,
    l73,
)  # fmt: skip
from ccontrol.sim.logix.project import ALL_CHANGES, DataType, Member, Tag
from ccontrol.sim.logix.server import Live, running
from tests.unit.sim.logix.caller import (
    BACKPLANE,
    Caller,
    attributes,
    calling,
    message,
    name,
    path,
    slot,
)  # fmt: skip

IDENTITY = message(0x01, path(1, 1))
EDITS = message(0x03, path(0xAC, 1), attributes(1, 2, 3, 4, 10))


@dataclass(frozen=True)
class Glance:
    """What a poll sees of a controller."""

    status: int
    edits: tuple[int, ...]
    audit: int
    mask: int


def glance(caller: Caller) -> Glance:
    identity = caller.at(BACKPLANE, IDENTITY).data
    edits = caller.at(BACKPLANE, EDITS)
    assert edits.status == 0
    numbers = struct.unpack("<HHHHHHHHHIHHIHHI", edits.data)
    audit = caller.at(BACKPLANE, message(0x03, path(0x8E, 1), attributes(0x1B, 0x1C))).data
    value, mask = struct.unpack("<6xQ4xQ", audit)
    (status,) = struct.unpack_from("<H", identity, 8)
    return Glance(status, (*numbers[3:7:3], *numbers[9::3]), value, mask)


def moved(before: Glance, after: Glance) -> set[str]:
    """Names of what differs."""
    names = ("1", "2", "3", "4", "10")
    pairs = zip(names, before.edits, after.edits, strict=True)
    found = {f"edits {label}" for label, old, new in pairs if old != new}
    return found | {
        field for field in ("status", "audit", "mask")
        if getattr(before, field) != getattr(after, field)
    }  # fmt: skip


NEW_LIMITS = DataType("Limits", (Member("Max", "REAL"), Member("Delay", "REAL")))
SCENES: dict[str, tuple[Callable[[Chassis], object], set[str]]] = {
    "a station goes online": (scene.go_online, {"edits 10"}),
    "a rung is edited": (lambda c: scene.online_edit(c, "MainProgram", "TwoHand"), {"audit"}),
    "a tag is added": (lambda c: scene.add_tag(c, Tag("New", "DINT")), {"audit", "edits 3"}),
    "a tag is deleted": (lambda c: scene.delete_tag(c, "Stop"), {"audit", "edits 3"}),
    "a value changes": (lambda c: scene.set_value(c, "Actual", b"\0\0\x80\x3f"), set()),
    "a type is changed": (
        lambda c: scene.change_type(c, NEW_LIMITS), {"audit", "edits 3", "edits 4", "edits 10"},
    ),
    "a download": (scene.download, {"audit", "edits 3", "edits 4", "edits 10"}),
    "the mode is changed": (lambda c: scene.change_mode(c, Mode.PROGRAM), {"status", "audit"}),
    "the key is turned": (lambda c: scene.turn_key(c, Key.PROGRAM), {"status", "audit"}),
    "forces on": (lambda c: scene.switch_forces(c, on=True), {"audit"}),
    "a major fault": (scene.break_down, {"status", "audit"}),
    "a minor fault": (lambda c: scene.break_down(c, Faults.MINOR_RECOVERABLE), {"status"}),
    "the mask is reduced": (lambda c: scene.set_mask(c, ALL_CHANGES ^ 2), {"mask"}),
    "a signature is created": (lambda c: scene.create_safety_signature(c, "1234"), {"audit"}),
    "safety is unlocked": (lambda c: scene.lock_safety(c, locked=False), {"audit"}),
    "a cheat": (lambda c: scene.edit_in_secret(c, "MainProgram", "TwoHand", "AFI();"), set()),
}  # fmt: skip


@pytest.mark.parametrize(("act", "wanted"), SCENES.values(), ids=SCENES.keys())
def test_a_scene_moves_this_and_nothing_else(
    act: Callable[[Chassis], object], wanted: set[str]
) -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        before = glance(caller)
        assert moved(before, glance(caller)) == set()
        live.play(act)
        assert moved(before, glance(caller)) == wanted
        assert live.server.violations == []


def code_of(live: Live, routine: str) -> bytes:
    return live.cpu.project.routine("MainProgram", routine).code


def test_an_online_edit_changes_the_code_of_that_routine_alone() -> None:
    with running(plant.press()) as live:
        before = {one: code_of(live, one) for one in ("TwoHand", "MainRoutine", "Pressure")}
        live.play(scene.online_edit, "MainProgram", "TwoHand")
        after = {one: code_of(live, one) for one in before}
        assert {one for one in before if before[one] != after[one]} == {"TwoHand"}
        with pytest.raises(KeyError):
            live.play(scene.online_edit, "MainProgram", "Nobody")


def test_what_the_mask_leaves_out_does_not_move_the_audit_value() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        live.play(scene.set_mask, ALL_CHANGES ^ 1 << Change.ONLINE_EDIT)
        before = glance(caller)
        live.play(scene.online_edit, "MainProgram", "TwoHand")
        assert moved(before, glance(caller)) == set()
        live.play(scene.switch_forces, on=True)
        assert moved(before, glance(caller)) == {"audit"}


def test_while_a_download_runs_the_edit_counters_and_the_project_say_05() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        live.play(scene.start_download)
        assert caller.at(BACKPLANE, EDITS).status == 5
        symbols = message(0x55, path(0x6B, 0), attributes(1, 2))
        assert caller.at(BACKPLANE, symbols).status == 5
        assert caller.at(BACKPLANE, message(0x4C, name("Actual"), b"\1\0")).status == 5
        assert caller.at(BACKPLANE, IDENTITY).data[8:10] == b"\x70\x30"
        live.play(scene.finish_download, replace(live.cpu.project, name="Press_4"))
        assert glance(caller).status == 0x3060
        assert (
            caller.at(BACKPLANE, message(0x0E, path(0x64, 1, attribute=1))).data[2:] == b"Press_4"
        )


def test_the_network_cannot_change_the_mode_against_the_key() -> None:
    chassis = plant.press()
    scene.turn_key(chassis, Key.RUN)
    with pytest.raises(ValueError, match="RUN"):
        scene.change_mode(chassis, Mode.PROGRAM)


def test_a_module_is_pulled_and_returned_or_swapped_for_another_revision() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        before = caller.at(slot(3), IDENTITY).data
        live.play(scene.pull_module, 3)
        assert caller.at(slot(3), IDENTITY).extended == (0x0204,)
        live.play(scene.return_module, 3)
        assert caller.at(slot(3), IDENTITY).data == before
        newer = scene.another(live.chassis.module(3), revision=(3, 6))
        old = live.play(scene.swap_module, 3, newer)
        after = caller.at(slot(3), IDENTITY).data
        assert (before[6:8], after[6:8]) == (bytes((3, 5)), bytes((3, 6)))
        assert struct.unpack_from("<I", after, 10) == (old.serial + 1,)


def test_a_firmware_update_behind_a_bridge_is_a_time_of_silence_in_one_slot() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        before = glance(caller)
        live.play(scene.start_firmware_update, 0)
        assert caller.at(BACKPLANE, IDENTITY).extended == (0x0204,)
        assert caller.at(slot(3), IDENTITY).status == 0
        live.play(scene.finish_firmware_update, 0, (35, 11))
        assert caller.at(BACKPLANE, IDENTITY).data[6:8] == bytes((35, 11))
        assert moved(before, glance(caller)) == {"edits 4", "audit"}


def test_a_firmware_update_of_whoever_has_the_port_cuts_the_line() -> None:
    with running(plant.press()) as live:
        with calling(live) as caller:
            started = time.monotonic()
            live.update_firmware(0, (36, 11), silence_s=0.2)
            assert time.monotonic() - started >= 0.2
            assert caller.line.recv(100) == b""
        with calling(live) as caller:
            assert caller.at(BACKPLANE, IDENTITY).data[6:8] == bytes((36, 11))


def test_a_redundant_pair_changes_places_and_the_project_stays() -> None:
    with running(plant.redundant()) as live, calling(live) as caller:
        first = caller.at(BACKPLANE, IDENTITY).data
        listed = caller.ask(0x63)
        live.play(scene.switch_over)
        second = caller.at(BACKPLANE, IDENTITY).data
        assert (first[10:14], second[10:14]) == (b"\xe0\xff\xc0\0", b"\xe1\xff\xc0\0")
        assert first[:10] + first[14:] == second[:10] + second[14:]
        assert caller.ask(0x63) != listed
        live.play(scene.switch_over)
        assert caller.at(BACKPLANE, IDENTITY).data == first


def test_a_signed_safety_application_is_unlocked_before_it_loses_its_signature() -> None:
    chassis = plant.guard()
    with pytest.raises(ValueError, match="locked"):
        scene.delete_safety_signature(chassis)
    scene.lock_safety(chassis, locked=False)
    before = controller_in(chassis).audit_value
    scene.delete_safety_signature(chassis)
    assert controller_in(chassis).project.safety_signature == ""
    assert controller_in(chassis).audit_value != before


def test_the_audit_value_moves_with_each_of_many_edits() -> None:
    chassis = plant.press()
    seen = {controller_in(chassis).audit_value}
    for number in range(20):
        scene.online_edit(chassis, "MainProgram", "TwoHand", f"NOP(){number};")
        seen.add(controller_in(chassis).audit_value)
    assert len(seen) == 21


def test_a_scene_can_mean_another_controller_of_the_chassis() -> None:
    chassis = plant.line()
    first, second = controller_in(chassis, 0), controller_in(chassis, 2)
    before = first.edits.visited, second.edits.visited
    scene.go_online(chassis, slot=2)
    assert first.edits.visited == before[0]
    assert second.edits.visited != before[1]
    with pytest.raises(KeyError):
        scene.go_online(chassis, slot=1)


def test_modules_may_have_any_vendor_and_any_name() -> None:
    with running(plant.strange()) as live, calling(live) as caller:
        odd = caller.at(slot(5), IDENTITY).data
        assert odd[:14] == b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        assert odd[14:] == b"\x0b\x1b[2J\0Ev\xefl\r\n"
        assert caller.at(slot(6), IDENTITY).data == bytes((0, 0, 0, 0, 0, 0, 0, 0, 0x60)) + bytes(6)


def test_a_chassis_that_lost_its_power_comes_back_on_the_same_port() -> None:
    chassis = plant.press()
    controller_in(chassis).ethernet = EthernetPort(address="10.0.0.5")
    with running(chassis) as live:
        live.vanish()
        with pytest.raises(ConnectionRefusedError), calling(live):
            pass
        live.come_back()
        with calling(live) as caller:
            assert caller.ask(0x63)[36:40] == bytes((10, 0, 0, 5))
