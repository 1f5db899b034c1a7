"""What happens to a simulated processor, as the driver tells it; what goes wrong hides nothing.

Every scene and every fault of the simulator stands here: each meets the driver over the wire.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.pccc.decode import interpret
from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.model.aspect import Depth
from ccontrol.model.change import Kind as Told
from ccontrol.model.state import State
from ccontrol.sim.pccc import fault as faults
from ccontrol.sim.pccc import plant, scene
from ccontrol.sim.pccc.fault import Fault
from ccontrol.sim.pccc.memory import INTEGER, File
from ccontrol.sim.pccc.processor import Firmware, Mode, Processor
from ccontrol.sim.pccc.server import Live, running
from tests.contract.allowance import AMPLE, QUICK
from tests.unit.drivers import stories
from tests.unit.drivers.pccc.polls import SEAL, Poller
from tests.unit.drivers.stories import GARBLED, THROUGH, UNREACHABLE, changed, the_names

LATER = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
MODE, FAULT, LOCK, FORCES = "mode/cpu", "fault/cpu", "protection/cpu", "forces/cpu"
PROGRAM, FILES = "program-id/cpu", "inventory/files"
VALUES = PcccOptions(actual_values=("N7",))


@dataclass(frozen=True)
class Scene(stories.Scene[Processor]):
    """Scenes of a processor."""

    plant: Callable[[], Processor] = plant.press


def forced(processor: Processor) -> None:
    scene.force(processor, 0, 5, on=True)


def faulted(processor: Processor) -> None:
    scene.fault(processor, 0x0023)


def owned(processor: Processor) -> None:
    scene.take_ownership(processor, 5)


SCENES = {
    "go_to": [
        Scene(lambda it: scene.go_to(it, Mode.REMOTE_PROGRAM), changed(MODE)),
        Scene(lambda it: scene.go_to(it, Mode.REMOTE_TEST), changed(MODE)),
        Scene(lambda it: scene.go_to(it, Mode.PROGRAM), changed(MODE, LOCK)),
        Scene(lambda it: scene.go_to(it, Mode.RUN), changed(LOCK)),
        Scene(lambda it: scene.go_to(it, Mode.PROGRAM), changed(MODE, LOCK), plant=plant.furnace),
    ],
    "download": [
        Scene(
            lambda it: scene.download(it, "MAIN_NEW", 0x1234, LATER, [plant.motor(9)]),
            {
                **changed(PROGRAM, FILES, "program-file/LAD2"),
                "program-file/LAD3": Told.REMOVED,
            },
        ),
        Scene(
            lambda it: scene.download(it, "FURNACE", 1, LATER, []),
            changed(PROGRAM),
            plant=plant.furnace,
        ),
    ],
    "edit_in_secret": [
        Scene(lambda it: scene.edit_in_secret(it, 3, plant.motor(9)), changed("program-file/LAD3")),
        Scene(
            lambda it: scene.edit_in_secret(it, 3, plant.motor(9)),
            changed("program-file/LAD3"),
            plant=plant.conveyor,
        ),
    ],
    "try_edits": [
        Scene(
            lambda it: scene.try_edits(it, on=True),
            changed(MODE),
            frozenset({"edits-under-test"}),
            plant=kind,
        )
        for kind in (plant.conveyor, plant.furnace)
    ],
    "force": [
        Scene(forced, changed(FORCES, "force-table/A2-1"), frozenset({"forces-enabled"})),
        Scene(
            lambda it: scene.force(it, 1, 0, on=False, output=True),
            changed(FORCES, "force-table/A1-0"),
            frozenset({"forces-installed"}),
            plant=plant.conveyor,
        ),
        Scene(forced, changed(FORCES), frozenset({"forces-installed"}), plant=plant.furnace),
    ],
    "remove_forces": [
        Scene(scene.remove_forces, changed(FORCES, "force-table/A2-1"), before=forced)
    ],
    "enable_forces": [
        Scene(lambda it: scene.enable_forces(it, on=True), changed(FORCES), plant=plant.conveyor)
    ],
    "move_values": [
        Scene(lambda it: scene.move_values(it, INTEGER, 7, bytes(20)), changed("data-file/N7"))
    ],
    "add_data_file": [
        Scene(
            lambda it: scene.add_data_file(it, File(INTEGER, bytes(40))),
            {"data-file/N11": Told.ADDED, **changed(FILES)},
        )
    ],
    "take_ownership": [Scene(owned, changed(MODE))],
    "give_up_ownership": [Scene(scene.give_up_ownership, changed(MODE), before=owned)],
    "fault": [
        Scene(faulted, changed(MODE, FAULT), frozenset({"processor-faulted"})),
        Scene(faulted, changed(MODE, FAULT), frozenset({"processor-faulted"}), plant=plant.furnace),
    ],
    "clear_fault": [Scene(scene.clear_fault, changed(MODE, FAULT), before=faulted)],
    "firmware_update": [
        Scene(
            lambda it: scene.firmware_update(it, Firmware(frn=21, revision=(2, 21))),
            changed("firmware/cpu"),
        )
    ],
    "lock": [Scene(lambda it: scene.lock(it, "0815"), changed(LOCK))],
    "corrupt_directory": [Scene(scene.corrupt_directory, {}, frozenset({"directory-corrupt"}))],
}
CASES = [(name, at) for name, scenes in SCENES.items() for at in range(len(scenes))]


def test_every_scene_of_the_simulator_is_told() -> None:
    assert set(SCENES) == the_names(scene, inspect.isfunction)


def poll(poller: Poller, before: State | None = None) -> State:
    """Read everything, as far as it goes."""
    return merge(before, poller.see())


@pytest.mark.parametrize(("name", "at"), CASES)
def test_a_scene_is_told_as_what_it_is(name: str, at: int) -> None:
    told = SCENES[name][at]
    processor = told.plant()
    told.before(processor)
    with running(processor) as live:
        poller = Poller(live, options=VALUES)
        before = poll(poller)
        live.play(told.play)
        after = poll(poller, before)
        assert live.server.violations == []
    changes = [one for one in compare(before, after).changes if one.unit.key]
    assert {str(one.unit): one.kind for one in changes} == told.changes
    assert {one.code for one in after.findings} == told.findings


def test_a_finding_is_over_when_its_reason_is() -> None:
    with running(plant.press()) as live:
        live.play(forced)
        before = poll(Poller(live))
        live.play(scene.remove_forces)
        after = poll(Poller(live), before)
    assert {one.code for one in before.findings} == {"forces-enabled"}
    assert after.findings == frozenset()


BROKEN = UNREACHABLE | GARBLED
FAULTS: dict[str, tuple[Callable[[int], Fault], set[str]]] = {
    "Silence": (lambda first: faults.Silence(first=first), UNREACHABLE),
    "Reset": (lambda first: faults.Reset(first=first), UNREACHABLE),
    "Cut": (lambda first: faults.Cut(first=first), UNREACHABLE),
    "Delay": (lambda first: faults.Delay(first=first, seconds=1.0), UNREACHABLE),
    "Dribble": (lambda first: faults.Dribble(first=first), UNREACHABLE),
    "Truncated": (lambda first: faults.Truncated(first=first), THROUGH),
    "WrongLength": (lambda first: faults.WrongLength(first=first), BROKEN),
    "OtherNumber": (lambda first: faults.OtherNumber(first=first), GARBLED),
    "Rubbish": (lambda first: faults.Rubbish(first=first), BROKEN | THROUGH),
    "Zeros": (lambda first: faults.Zeros(first=first), THROUGH),
    "Flood": (lambda first: faults.Flood(first=first), GARBLED),
    "Refuse": (lambda first: faults.Refuse(first=first), THROUGH),
    "NoSession": (lambda _: faults.NoSession(), {"NoSpareConnectionError"}),
}
"""How each fault is made from a message on, and the class of the fault that ends the poll by it."""


def test_every_fault_of_the_simulator_meets_the_driver() -> None:
    assert set(FAULTS) == the_names(faults, inspect.isclass) - {"After", "Fault"}


@pytest.fixture(scope="module")
def press() -> Iterator[tuple[Live, State]]:
    """A press without faults, and what is known of it; no fault changes it."""
    with running(plant.press()) as live:
        yield live, poll(Poller(live))


@pytest.mark.parametrize("first", [3, 10, 25], ids="message{}".format)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_takes_nothing_away(
    press: tuple[Live, State], name: str, first: int
) -> None:
    (live, before), (make, fault_classes) = press, FAULTS[name]
    live.faults[:] = [make(first)]
    quick = UNREACHABLE & fault_classes
    capture = Poller(live, budget=QUICK if quick else AMPLE).poll(Depth.FULL)
    assert capture.fault_class in fault_classes
    changes = compare(before, merge(before, interpret(capture, SEAL))).changes
    assert [one for one in changes if one.kind is not Told.LOST_SIGHT] == []
