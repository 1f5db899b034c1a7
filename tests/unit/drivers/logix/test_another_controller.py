"""What a driver remembers of a controller says nothing of the one that stands there later."""

from collections.abc import Callable
from dataclasses import replace

from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Depth
from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import Controller, controller, controller_in, l61, l73
from ccontrol.sim.logix.project import Project, Tag
from ccontrol.sim.logix.server import Live, running
from tests.unit.drivers.logix.polls import Poller, facts, questions, told

IDENTITY = ("changed", "identity/controller")


def twin(
    chassis: Chassis, other: Callable[[Project], Project], *, serial: int = 0x00C0FFAA
) -> None:
    """Put a controller of the same model with the same counters in its place."""
    old = controller_in(chassis)
    new = controller(old.model, other(old.project), serial=serial)
    new.edits, new.audit_value, new.ethernet = old.edits, old.audit_value, old.ethernet
    chassis.slots[_slot(chassis, old)] = new


def _slot(chassis: Chassis, module: Controller) -> int:
    return next(slot for slot, one in chassis.slots.items() if one is module)


def test_a_twin_with_the_same_counters_is_read_and_not_remembered(live: Live) -> None:
    poller = Poller(live)
    before = poller.state()
    assert "symbols_read_s_ago" in dict(poller.poll(Depth.FULL).notes)
    live.play(twin, lambda project: project.with_tag(Tag("Smuggled", "DINT")))
    assert told(poller.changes(before, Depth.INVENTORY)) >= {
        IDENTITY, ("changed", "tags/controller")
    }  # fmt: skip


def test_another_project_under_the_same_counters_is_read_and_not_remembered(live: Live) -> None:
    poller = Poller(live)
    before = poller.state()

    def renamed(project: Project) -> Project:
        return replace(project.with_tag(Tag("Smuggled", "DINT")), name="Press_4")

    live.play(twin, renamed, serial=controller_in(live.chassis).serial)
    assert told(poller.changes(before, Depth.INVENTORY)) >= {
        ("changed", "project/controller"), ("changed", "tags/controller")
    }  # fmt: skip


def test_what_one_controller_lacks_is_asked_of_the_next(live: Live) -> None:
    with running(plant.press(model=l61())) as old:
        poller = Poller(old, LogixOptions(slots=()))
        poller.look()
        assert questions(poller.poll(Depth.GLANCE), "audit") == []

        def modernise(chassis: Chassis) -> None:
            cpu = controller_in(chassis)
            new = controller(l73(), cpu.project, serial=0x00C0FFAB)
            chassis.slots[_slot(chassis, cpu)] = new

        old.play(modernise)
        assert questions(poller.poll(Depth.GLANCE), "audit") == ["audit"]
        assert "edit_mark" in facts(poller.look(Depth.GLANCE), "audit/controller")


def test_a_partner_that_takes_over_is_read_anew_and_is_no_change() -> None:
    pair = plant.redundant()
    with running(pair) as live:
        poller = Poller(live, LogixOptions(slots=tuple(range(8)), redundant=True))
        before = poller.state()
        live.play(scene.switch_over)
        assert poller.changes(before) == ()
