"""What happens in a simulated chassis, and what two polls tell of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ccontrol.clock import SystemClock
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.by_hand import Hand, moved_by_hand
from ccontrol.model.clock import jump_ms
from ccontrol.model.engineering import Reach
from ccontrol.model.state import State
from ccontrol.poll.log_news import new_in_log
from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.controller import Key, Mode, controller_in, l61, micro850
from ccontrol.sim.logix.project import ALL_CHANGES, Access, DataType, Member, Tag
from ccontrol.sim.logix.server import Live, running
from ccontrol.sources.actions import ACTIONS
from tests.unit.drivers.logix.polls import SEAL, Poller, facts, told, unit, unread


class Ahead(SystemClock):
    """A clock that somebody set three hours ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=3)


AUDIT = ("changed", "audit/controller")
EDITS = ("changed", "edits/controller")


@pytest.mark.parametrize("depth", Depth)
def test_nothing_is_told_of_a_controller_that_nobody_touched(
    poller: Poller, before: State, depth: Depth
) -> None:
    assert poller.changes(before, depth) == ()


def test_the_edit_of_a_rung_is_seen_by_the_audit_value_alone(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.online_edit, "MainProgram", "TwoHand")
    for depth in (Depth.GLANCE, Depth.INVENTORY, Depth.FULL):
        assert told(poller.changes(before, depth)) == {AUDIT}
    (change,) = poller.changes(before)
    assert (change.aspect, change.differences[0].name) == (Aspect.PROGRAM, "edit_mark")


def test_with_fingerprints_the_edited_routine_is_named(live: Live, poller: Poller) -> None:
    poller.options = replace(poller.options, routine_fingerprints=True)
    before = poller.state()
    live.play(scene.online_edit, "MainProgram", "TwoHand")
    routine = ("changed", "routine/MainProgram/TwoHand")
    assert told(poller.changes(before, Depth.INVENTORY)) == {AUDIT, routine}
    assert "fingerprint" in unit(poller.look(), "routine/MainProgram/TwoHand").title


def test_an_edit_in_secret_is_seen_by_fingerprints_at_the_next_deep_read(
    live: Live, poller: Poller
) -> None:
    poller.options = replace(poller.options, routine_fingerprints=True)
    before = poller.state()
    live.play(scene.edit_in_secret, "MainProgram", "TwoHand", "NOP();")
    assert poller.changes(before, Depth.GLANCE) == ()
    assert told(poller.changes(before)) == {("changed", "routine/MainProgram/TwoHand")}


def test_a_new_tag_is_told_by_name_type_and_program(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.add_tag, Tag("Bypass", "BOOL", access=Access.READ_ONLY), "MainProgram")
    changes = poller.changes(before, Depth.INVENTORY)
    assert told(changes) == {AUDIT, EDITS, ("changed", "tags/Program:MainProgram")}
    (tags,) = (one for one in changes if one.unit.kind == "tags")
    (difference,) = tags.differences
    assert (difference.name, difference.before) == ("Bypass", None)
    assert difference.after == "BOOL, read only"


def test_another_structure_is_told_by_its_members(
    live: Live, poller: Poller, before: State
) -> None:
    members = (Member("Max", "REAL"), Member("Delay", "LINT"), Member("Enabled", "BOOL"))
    live.play(scene.change_type, DataType("Limits", members))
    changes = poller.changes(before, Depth.INVENTORY)
    (changed,) = (one for one in changes if str(one.unit) == "type/Limits")
    named = {one.name: (one.before, one.after) for one in changed.differences}
    assert named["member Delay"] == ("DINT at 4", "LINT at 8")
    assert {"handle", "bytes"} <= named.keys()


def test_values_and_the_clock_move_and_nothing_is_told(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.set_value, "Actual", b"\0\0\x80\x42")
    assert poller.changes(before) == ()


def test_an_engineering_station_that_goes_online_is_no_change_but_is_told(
    live: Live, poller: Poller, before: State
) -> None:
    earlier = poller.look(Depth.GLANCE).log[0]
    live.play(scene.go_online)
    snapshot = poller.look(Depth.GLANCE)
    assert poller.changes(before) == ()
    assert snapshot.log[0].raw != earlier.raw
    assert snapshot.log[0].text.startswith("an engineering station went online")
    assert snapshot.log[0].action == "session.online"
    assert snapshot.log[0].action in ACTIONS
    assert snapshot.log[0].reach is Reach.UNSAID, "by Ethernet or USB, it does not say"
    assert new_in_log(replace(snapshot, depth=Depth.FULL), earlier.raw) == snapshot.log


def test_the_wall_clock_is_held_against_ours_and_is_never_a_change(
    live: Live, poller: Poller, before: State
) -> None:
    right = poller.look(Depth.DIAGNOSTICS).clock
    live.play(lambda chassis: setattr(controller_in(chassis), "clock", Ahead()))
    wrong = poller.look(Depth.DIAGNOSTICS).clock
    assert right is not None
    assert wrong is not None
    assert abs(right.ahead_ms) <= right.within_ms
    assert abs(wrong.ahead_ms - 10_800_000) <= wrong.within_ms
    assert abs(jump_ms(right, wrong) - 10_800_000) <= right.within_ms + wrong.within_ms
    assert poller.look(Depth.GLANCE).clock is None
    assert poller.changes(before, Depth.DIAGNOSTICS) == ()


def test_while_a_download_runs_the_poll_waits_and_says_so(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.start_download)
    for depth in (Depth.GLANCE, Depth.FULL):
        snapshot = poller.look(depth)
        assert not snapshot.usable
        assert "a download is in progress" in snapshot.reason
        assert poller.changes(before, depth) == ()
    live.play(scene.finish_download)
    assert told(poller.changes(before)) == {AUDIT, EDITS}


def test_a_poll_during_a_download_asks_three_questions_and_goes(live: Live, poller: Poller) -> None:
    live.play(scene.start_download)
    assert poller.poll(Depth.FULL).requests == 4


def test_a_program_that_is_edited_while_it_is_read_is_not_compared(
    live: Live, poller: Poller, before: State
) -> None:
    capture = poller.poll(Depth.FULL)
    live.play(scene.online_edit, "MainProgram", "TwoHand")
    later = poller.poll(Depth.FULL)
    mixed = replace(capture, exchanges=(*capture.exchanges[:-1], later.exchanges[-1]))
    torn = poller.driver.interpret(mixed, SEAL)
    assert (torn.usable, torn.reason) == (False, "the program was edited while it was read")


@pytest.mark.parametrize("lost", ["edits #2", "audit #2"])
def test_what_was_read_before_the_marks_were_heard_again_is_not_believed(
    live: Live, poller: Poller, before: State, lost: str
) -> None:
    live.play(scene.add_tag, Tag("Half", "DINT"), "MainProgram")
    capture = poller.poll(Depth.FULL)
    at = next(n for n, one in enumerate(capture.exchanges) if one.question == lost)
    cut = replace(capture, exchanges=capture.exchanges[:at], fault="it closed the connection")
    torn = poller.driver.interpret(cut, SEAL)
    changes = compare(before, merge(before, torn)).changes
    assert told(changes) == {AUDIT, EDITS}  # they moved; what moved is for the next poll to say
    assert Aspect.CONFIGURATION not in torn.strengths


def test_a_turned_key_and_a_changed_mode_are_told_as_such(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.turn_key, Key.PROGRAM)
    changes = poller.changes(before, Depth.GLANCE)
    assert told(changes) == {
        AUDIT, ("changed", "protection/controller"), ("changed", "mode/controller")
    }  # fmt: skip
    snapshot = poller.look(Depth.GLANCE)
    assert facts(snapshot, "protection/controller") == {"key": "PROG", "level": 0}
    assert dict(unit(snapshot, "mode/controller").moving)["mode"] == "PROGRAM: STOPPED"
    hands = {moved_by_hand(one.unit, each.name) for one in changes for each in one.differences}
    assert Hand.SWITCH in hands
    assert Hand.CARD not in hands


def test_the_key_is_read_while_faults_stand(live: Live, poller: Poller) -> None:
    live.play(scene.break_down)
    snapshot = poller.look(Depth.GLANCE)
    assert facts(snapshot, "protection/controller")["key"] == "REMOTE"
    assert dict(unit(snapshot, "mode/controller").moving)["faults"] == ("major, recoverable",)


def test_a_remote_change_of_mode_is_told(live: Live, poller: Poller, before: State) -> None:
    live.play(scene.change_mode, Mode.PROGRAM)
    assert ("changed", "mode/controller") in told(poller.changes(before, Depth.GLANCE))


def test_forces_are_seen_by_the_audit_value(live: Live, poller: Poller, before: State) -> None:
    live.play(scene.switch_forces, on=True)
    assert told(poller.changes(before, Depth.GLANCE)) == {AUDIT}


def test_a_mask_that_leaves_out_events_is_a_finding(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.set_mask, ALL_CHANGES & ~0b10)
    changes = poller.changes(before, Depth.GLANCE)
    assert told(changes) == {
        ("changed", "audit-mask/controller"), ("raised", "audit-mask-reduced/")
    }  # fmt: skip
    snapshot = poller.look()
    (finding,) = snapshot.findings
    assert finding.text.endswith("online edits.")
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.NONE
    live.play(scene.set_mask, ALL_CHANGES)
    assert poller.look(Depth.GLANCE).findings == frozenset()


def test_a_mask_that_leaves_out_what_has_no_name_is_a_finding_too(
    live: Live, poller: Poller
) -> None:
    live.play(scene.set_mask, (1 << 64) - 1 & ~(1 << 63) & ~(1 << 21))
    snapshot = poller.look(Depth.GLANCE)
    (finding,) = snapshot.findings
    assert finding.text.endswith(": media removed, events that have no name yet.")
    assert facts(snapshot, "audit-mask/controller")["left_out"] == (
        "media removed", "events that have no name yet"
    )  # fmt: skip


def test_a_mask_that_leaves_out_other_events_leaves_edits_in_sight(
    live: Live, poller: Poller
) -> None:
    live.play(scene.set_mask, ALL_CHANGES & ~(1 << 21))
    assert poller.look().strengths[Aspect.PROGRAM] is Strength.INDICATOR


def test_a_tag_can_stand_in_for_an_audit_value_that_is_not_answered(live: Live) -> None:
    copy = Tag("AuditCopy", "DINT", (2,), value=bytes(range(1, 9)))
    live.play(scene.add_tag, copy)
    poller = Poller(live, LogixOptions(slots=(), audit_tag="AuditCopy"))
    snapshot = poller.look(Depth.GLANCE)
    assert facts(snapshot, "audit/controller") == {"edit_mark": "0807060504030201"}
    before = poller.state()
    live.play(scene.set_value, "AuditCopy", bytes(range(2, 10)))
    assert told(poller.changes(before, Depth.GLANCE)) == {AUDIT}
    live.play(scene.set_value, "AuditCopy", bytes(8))
    assert "no GSV" in unread(poller.look(Depth.GLANCE), "audit/controller").reason


def test_copies_of_safety_signature_and_lock_are_compared(live: Live) -> None:
    live.play(scene.add_tag, Tag("SafetySig", "DINT", value=b"\x01\x02\x03\x04"))
    poller = Poller(live, LogixOptions(slots=(), safety_tags=("SafetySig",)))
    before = poller.state()
    assert facts(poller.look(), "safety/SafetySig") == {"type": "DINT", "value": "01020304"}
    live.play(scene.set_value, "SafetySig", bytes(4))
    assert told(poller.changes(before)) == {("changed", "safety/SafetySig")}


def test_a_swapped_module_is_told_by_serial_and_revision(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(lambda chassis: scene.swap_module(
        chassis, 3, scene.another(chassis.slots[3], revision=(3, 6))
    ))  # fmt: skip
    assert told(poller.changes(before, Depth.DIAGNOSTICS)) == {
        ("changed", "module/slot-03"), ("changed", "module-firmware/slot-03")
    }  # fmt: skip


def test_a_pulled_module_is_out_of_sight_first_and_counts_when_found_so_again(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.pull_module, 3)
    lost = {("lost sight", "module/slot-03"), ("lost sight", "module-firmware/slot-03")}
    state = poller.state(before=before)
    assert told(compare(before, state).changes) == lost
    again = poller.look()
    assert told(compare(state, merge(state, again)).changes) == set()
    counted = poller.look()
    assert told(compare(state, merge(state, counted)).changes) == {
        ("changed", "module/slot-03"), ("removed", "module-firmware/slot-03")
    }  # fmt: skip
    assert facts(poller.look(), "module/slot-03") == {"name": "no answer"}


def test_where_the_chassis_says_that_a_slot_is_empty_the_module_is_removed(
    live: Live, poller: Poller, before: State
) -> None:
    live.chassis.no_module = 0x0312
    live.play(scene.pull_module, 3)
    state = before
    for _ in range(2):
        snapshot = poller.look()
        assert "it held a module" in unread(snapshot, "module/slot-03").reason
        state = merge(state, snapshot)
    assert told(poller.changes(state)) >= {("removed", "module/slot-03")}


def test_a_module_that_comes_back_in_time_is_as_it_was(
    live: Live, poller: Poller, before: State
) -> None:
    live.play(scene.fall_silent, 4)
    state = poller.state(before=before)
    live.play(scene.return_module, 4)
    assert told(poller.changes(state)) == {
        ("regained", "module/slot-04"), ("regained", "module-firmware/slot-04")
    }  # fmt: skip


def test_new_firmware_of_the_controller_is_told(live: Live, poller: Poller, before: State) -> None:
    live.play(scene.start_firmware_update, 0)
    assert poller.poll(Depth.GLANCE).fault_class == "UnreachableError"
    live.play(scene.finish_firmware_update, 0, (34, 11))
    assert ("changed", "firmware/controller") in told(poller.changes(before, Depth.GLANCE))


def test_an_old_controller_has_no_audit_value_and_is_not_called_unchanged() -> None:
    with running(plant.press(model=l61())) as live:
        poller = Poller(live)
        snapshot = poller.look()
        assert snapshot.strengths[Aspect.PROGRAM] is Strength.NONE
        assert snapshot.strengths[Aspect.CONFIGURATION] is Strength.CONTENT
        assert unread(snapshot, "audit/controller").optional
        assert poller.poll(Depth.GLANCE).requests == 3  # it is not asked for it again
        live.play(scene.online_edit, "MainProgram", "TwoHand")
        assert poller.changes(poller.state()) == ()


def test_a_micro800_tells_of_identity_and_tags() -> None:
    with running(plant.press(model=micro850())) as live:
        poller = Poller(live, LogixOptions(route=(), slots=()))
        snapshot = poller.look()
        assert snapshot.usable
        assert facts(snapshot, "identity/controller")["name"] == "2080-LC50-24QWB"
        assert "Actual" in facts(snapshot, "tags/controller")
        assert snapshot.strengths[Aspect.PROGRAM] is Strength.NONE
        assert not any(unit.kind == "edits" for unit in snapshot.sightings)


def test_the_partner_of_a_redundant_pair_is_no_change(live: Live) -> None:
    partner = plant.press()
    for slot, module in list(partner.slots.items()):
        module.serial += 0x1000
        partner.slots[slot] = module
    live.chassis.partner = partner
    poller = Poller(live, LogixOptions(slots=tuple(range(6)), redundant=True))
    before = poller.state()
    live.play(scene.switch_over)
    assert poller.changes(before) == ()


def test_where_a_pair_is_not_announced_the_partner_is_another_controller(live: Live) -> None:
    partner = plant.press()
    for module in partner.slots.values():
        module.serial += 0x1000
    live.chassis.partner = partner
    poller = Poller(live)
    before = poller.state()
    live.play(scene.switch_over)
    assert ("changed", "identity/controller") in told(poller.changes(before, Depth.GLANCE))
