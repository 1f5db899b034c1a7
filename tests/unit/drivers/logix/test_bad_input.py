"""Controllers that break off, lie, never end or answer nothing of use: polls end, and say why."""

from dataclasses import replace

import pytest

from ccontrol.drivers.enip.request import route_of
from ccontrol.drivers.logix import collect_program
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.sim.logix import fault, plant, scene
from ccontrol.sim.logix.chassis import Chassis, Place
from ccontrol.sim.logix.controller import controller, l73
from ccontrol.sim.logix.project import Tag
from ccontrol.sim.logix.server import Live, running
from tests.contract.allowance import QUICK
from tests.unit.drivers.logix.polls import Poller, facts, questions, told, unread


def test_a_refused_registration_is_told_as_a_full_table(live: Live, poller: Poller) -> None:
    live.faults.append(fault.RefusedRegistration())
    capture = poller.poll(Depth.GLANCE)
    assert capture.requests == 1
    assert capture.fault_class in {"NoSpareConnectionError", "RefusedError"}
    assert "no session" in (capture.fault or "")


@pytest.mark.parametrize("slot", ["1", "9", "15"])
def test_a_wrong_slot_is_told_with_its_route(live: Live, poller: Poller, slot: str) -> None:
    poller.options = LogixOptions(route=((1, slot),))
    capture = poller.poll(Depth.GLANCE)
    assert capture.fault_class in {"RefusedError", "UnreachableError"}
    assert f"no controller answers at 1/{slot}" in (capture.fault or "")


def test_a_slot_without_a_controller_has_no_edit_counters_and_is_no_download(
    live: Live, poller: Poller
) -> None:
    poller.options = LogixOptions(route=((1, "3"),), slots=())
    snapshot = poller.look()
    assert snapshot.usable
    assert facts(snapshot, "identity/controller")["name"] == "1756-IB16"
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.NONE


def test_a_controller_whose_connections_are_all_taken_is_read_without_one(
    live: Live, poller: Poller
) -> None:
    whole = poller.state()
    fresh = Poller(live)
    live.faults.append(fault.RefusedOpen())
    capture = fresh.poll(Depth.FULL)
    assert capture.fault is None
    assert dict(capture.notes)["connection"] == "refused"
    assert fresh.changes(whole) == ()


def test_zeros_for_everything_are_never_trusted(live: Live, poller: Poller) -> None:
    before = poller.state()
    live.faults.append(fault.Zeros())
    capture = poller.poll(Depth.FULL)
    assert "identity is all zeros" in (capture.fault or "")
    assert told(poller.changes(before)) <= {("lost sight", "")}


@pytest.mark.parametrize("first", [3, 4, 5, 6, 7, 8, 9, 20, 24, 27, 30])
def test_zeros_from_some_question_on_change_and_remove_nothing(
    live: Live, poller: Poller, first: int
) -> None:
    before = poller.state()
    fresh = Poller(live)
    live.faults.append(fault.Zeros(first=first))
    assert {kind for kind, _ in told(fresh.changes(before))} <= {"lost sight"}


def test_endless_symbols_are_given_up_and_nothing_is_removed(
    live: Live, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = poller.state()
    monkeypatch.setattr(collect_program, "MOST_SYMBOLS", 5_000)
    fresh = Poller(live)
    live.faults.append(fault.EndlessSymbols())
    changes = fresh.changes(before)
    assert {kind for kind, _ in told(changes)} <= {"lost sight"}


def test_status_06_for_ever_is_given_up(live: Live, poller: Poller) -> None:
    before = poller.state()
    for first in (2, 6, 40):
        fresh = Poller(live)
        live.faults[:] = [fault.PartialForEver(first=first)]
        capture = fresh.poll(Depth.FULL)
        assert capture.requests < 200
        assert {kind for kind, _ in told(fresh.changes(before))} <= {"lost sight"}


def test_a_template_that_contains_itself_is_read_once(live: Live, poller: Poller) -> None:
    live.faults.append(fault.TemplateLoop())
    capture = poller.poll(Depth.FULL)
    assert capture.fault is None
    asked = questions(capture, "template ")
    assert len(asked) == len(set(asked)) == 4


@pytest.mark.parametrize("missing", [1, 2, 5, 30])
def test_answers_that_break_off_remove_nothing(live: Live, poller: Poller, missing: int) -> None:
    before = poller.state()
    fresh = Poller(live)
    live.faults.append(fault.Truncated(first=4, missing=missing))
    kinds = {kind for kind, _ in told(fresh.changes(before))}
    assert "removed" not in kinds
    assert "added" not in kinds


@pytest.mark.parametrize(
    "spoilt",
    [
        fault.WrongLength(first=5),
        fault.WrongLength(first=5, by=-4),
        fault.StrangeContext(first=5),
        fault.Rubbish(first=5),
        fault.Rubbish(first=5, framed=False),
        fault.Reset(first=5),
        fault.Cut(first=5),
        fault.Cut(first=5, keep=0),
        fault.Silence(first=5),
        fault.Dribble(first=5),
        fault.Flood(first=5),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_line_that_goes_wrong_ends_the_poll_and_changes_nothing(
    live: Live, poller: Poller, spoilt: fault.Fault
) -> None:
    before = poller.state()
    live.faults.append(spoilt)
    poller.budget = QUICK
    capture = poller.poll(Depth.FULL)
    assert capture.fault is not None
    assert (capture.ended_at - capture.started_at).total_seconds() < QUICK.limit_s(Depth.FULL) / 4
    assert {kind for kind, _ in told(poller.changes(before))} <= {"lost sight"}


def test_everything_refused_leaves_the_facts_as_they_were_known(live: Live, poller: Poller) -> None:
    before = poller.state()
    fresh = Poller(live)
    live.faults.append(fault.Refused(first=3, refusal=(0x08,)))
    snapshot = fresh.look()
    assert snapshot.usable
    assert {kind for kind, _ in told(fresh.changes(before))} <= {"lost sight"}


def test_an_unknown_vendor_keeps_its_numbers(live: Live, poller: Poller) -> None:
    def strange(chassis: Chassis) -> None:
        module = chassis.slots[3]
        module.vendor, module.product_type, module.product_code = 0xFEDC, 0xFF, 0x1234
        module.catalog = "evil\x1b[2J\nname"

    live.play(strange)
    shown = facts(poller.look(), "module/slot-03")
    assert (shown["vendor"], shown["product_type"], shown["product_code"]) == (0xFEDC, 255, 0x1234)
    assert shown["name"] == "evil\\x1b[2J\\x0aname"


def test_a_tag_that_is_no_copy_of_an_audit_value_says_so(live: Live, poller: Poller) -> None:
    live.play(scene.add_tag, Tag("Narrow", "INT", (2,)))
    poller.options = replace(poller.options, audit_tag="Narrow")
    snapshot = poller.look(Depth.GLANCE)
    assert "is no DINT[2]" in unread(snapshot, "audit/controller").reason
    poller.options = replace(poller.options, audit_tag="NoSuchTag")
    assert "refuses" in unread(poller.look(Depth.GLANCE), "audit/controller").reason


def test_controllers_behind_a_bridge_and_in_one_chassis_are_told_apart_by_route() -> None:
    far, near = plant.press(name="Far"), plant.press(name="Near")
    second = controller(l73(), plant.press_project("Second"), serial=0x00C0FFFF)
    near.slots[5] = second
    near.module(0).links["192.168.1.5"] = Place(far, 0)
    with running(near) as live:
        names = {}
        for route in ("1/0", "1/5", "2/192.168.1.5/1/0"):
            poller = Poller(live, LogixOptions(route=route_of(route), slots=()))
            names[route] = facts(poller.look(), "project/controller")["name"]
        assert names == {"1/0": "Near", "1/5": "Second", "2/192.168.1.5/1/0": "Far"}
