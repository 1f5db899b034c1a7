"""What happens to a simulated CPU, as the driver tells it; what goes wrong, and takes nothing away.

Every scene and every fault of the simulator stands here: each meets the driver over the wire.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.model.aspect import Depth
from ccontrol.model.change import Kind as Told
from ccontrol.model.state import State
from ccontrol.sim.s7 import fault as faults
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.block import Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import Fault
from ccontrol.sim.s7.hardware import Stations
from ccontrol.sim.s7.server import Live, running
from tests.contract.allowance import AMPLE, QUICK
from tests.unit.drivers import stories
from tests.unit.drivers.s7.heard import SEAL
from tests.unit.drivers.s7.polls import Poller
from tests.unit.drivers.stories import GARBLED, THROUGH, UNREACHABLE, changed, the_names

LATER = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
OTHER_FC1 = plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=90)
HIDDEN = plant.motor(66, "I9.0", "M9.0", "Q9.0")
WORD, LOCK, MODE, BLOCKS = "checksum/program", "protection/cpu", "mode/cpu", "inventory/blocks"


@dataclass(frozen=True)
class Scene(stories.Scene[Cpu]):
    """Scenes of a CPU."""

    log: str = ""
    """Code of an entry of the CPU's own log that tells of it."""


def removed(cpu: Cpu) -> dict[str, Told]:
    """All blocks are gone, and what counts them has moved."""
    blocks = (f"{block.kind.name}/{block.kind.name}{block.number}" for block in cpu.true_blocks())
    gone = dict.fromkeys(blocks, Told.REMOVED)
    return gone | changed(WORD, "checksum/hardware", BLOCKS, MODE)


def stations(cpu: Cpu) -> None:
    cpu.stations = Stations(frozenset({1, 2, 3}))


def secret_fc1(cpu: Cpu) -> None:
    scene.change_in_secret(cpu, OTHER_FC1)


def hidden_fc66(cpu: Cpu) -> None:
    scene.hide_block(cpu, HIDDEN)


SCENES = {
    "stop_by_pg": Scene(scene.stop_by_pg, changed(MODE), log="4304"),
    "start_by_pg": Scene(scene.start_by_pg, changed(MODE), before=scene.stop_by_pg, log="4302"),
    "stop_by_switch": Scene(scene.stop_by_switch, changed(MODE, LOCK), log="4303"),
    "start_by_switch": Scene(
        scene.start_by_switch, changed(MODE, LOCK), before=scene.stop_by_switch, log="4302"
    ),
    "network_download": Scene(
        lambda cpu: scene.network_download(cpu, OTHER_FC1), changed("FC/FC1", WORD), log="4304"
    ),
    "download_in_run": Scene(
        lambda cpu: scene.download_in_run(cpu, OTHER_FC1), changed("FC/FC1", WORD)
    ),
    "hardware_download": Scene(
        lambda cpu: scene.hardware_download(cpu, cpu.modules, LATER),
        {f"SDB/SDB{number}": Told.RECOMPILED for number in (0, 1, 3, 4, 7)},
        log="4304",
    ),
    "recompile": Scene(
        lambda cpu: scene.recompile(cpu, (Kind.OB, 1), LATER), {"OB/OB1": Told.RECOMPILED}
    ),
    "delete_blocks": Scene(
        lambda cpu: scene.delete_blocks(cpu, (Kind.FC, 3)),
        {"FC/FC3": Told.REMOVED, **changed(WORD, BLOCKS)},
    ),
    "power_cycle": Scene(scene.power_cycle, {}, log="4300"),
    "card_swap": Scene(
        lambda cpu: scene.card_swap(cpu, "MMC DEADBEEF"),
        changed("hardware/memory-card"),
        log="430E",
    ),
    "memory_reset_by_switch": Scene(
        scene.memory_reset_by_switch, removed(plant.press()) | changed(LOCK), log="4303"
    ),
    "memory_reset_by_pg": Scene(scene.memory_reset_by_pg, removed(plant.press()), log="4304"),
    "firmware_update": Scene(
        lambda cpu: scene.firmware_update(cpu, (3, 3, 1)), changed("firmware/cpu"), log="4304"
    ),
    "pull_module": Scene(
        lambda cpu: scene.pull_module(cpu, 5),
        changed("module/rack0-slot5", "station/central"),
        log="3961",
    ),
    "return_module": Scene(
        lambda cpu: scene.return_module(cpu, 5),
        changed("module/rack0-slot5", "station/central"),
        before=lambda cpu: scene.pull_module(cpu, 5),
        log="3861",
    ),
    "set_clock": Scene(lambda cpu: scene.set_clock(cpu, timedelta(hours=1)), {}),
    "lose_station": Scene(
        lambda cpu: scene.lose_station(cpu, 2), changed("station/pn100"), before=stations
    ),
    "protect": Scene(lambda cpu: scene.protect(cpu, 2, "secret"), changed(LOCK), log="4304"),
    "hide_block": Scene(hidden_fc66, changed(WORD), frozenset({"hidden-block"})),
    "hide_block_and_lie": Scene(lambda cpu: scene.hide_block_and_lie(cpu, HIDDEN), {}),
    "tell_the_truth": Scene(
        scene.tell_the_truth, {"FC/FC66": Told.ADDED, **changed(BLOCKS)}, before=hidden_fc66
    ),
    "change_in_secret": Scene(secret_fc1, changed("FC/FC1"), frozenset({"hidden-block"})),
    "move_values": Scene(lambda cpu: scene.move_values(cpu, 10, b"\1" * 12), {}),
}


def test_every_scene_of_the_simulator_is_told() -> None:
    assert set(SCENES) == the_names(scene, inspect.isfunction)


def poll(poller: Poller, before: State | None = None) -> State:
    """Read everything, as far as it goes."""
    return merge(before, interpret(poller.poll(Depth.FULL), SEAL))


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_told_as_what_it_is(name: str) -> None:
    told, cpu = SCENES[name], plant.press()
    told.before(cpu)
    with running(cpu) as live:
        poller = Poller(live)
        before = poll(poller)
        live.play(told.play)
        snapshot = interpret(poller.poll(Depth.FULL), SEAL)
        after = merge(before, snapshot)
    changes = [one for one in compare(before, after).changes if one.unit.key]
    assert {str(one.unit): one.kind for one in changes} == told.changes
    assert {one.code for one in after.findings} == told.findings
    assert not told.log or told.log in {entry.code for entry in snapshot.log}


FAULTS: dict[str, tuple[Callable[[int], Fault], set[str]]] = {
    "Silence": (lambda first: faults.Silence(first=first), UNREACHABLE),
    "Reset": (lambda first: faults.Reset(first=first), UNREACHABLE),
    "Cut": (lambda first: faults.Cut(first=first), UNREACHABLE),
    "Delay": (lambda first: faults.Delay(first=first, seconds=1.0), UNREACHABLE),
    "Dribble": (lambda first: faults.Dribble(first=first), UNREACHABLE),
    "Truncated": (lambda first: faults.Truncated(first=first), THROUGH),
    "WrongCount": (lambda first: faults.WrongCount(first=first), THROUGH),
    "StaleReference": (lambda first: faults.StaleReference(first=first), GARBLED),
    "Segmented": (lambda first: faults.Segmented(first=first), THROUGH),
    "Rubbish": (lambda first: faults.Rubbish(first=first), GARBLED),
    "Endless": (lambda first: faults.Endless(first=first, last=first + 600), THROUGH),
    "Flood": (lambda first: faults.Flood(first=first), GARBLED),
    "Refuse": (lambda first: faults.Refuse(first=first), THROUGH),
}
"""How each fault is made from a message on, and the class of the fault that ends the poll by it."""


def test_every_fault_of_the_simulator_meets_the_driver() -> None:
    assert set(FAULTS) == the_names(faults, inspect.isclass) - {"After", "Fault"}


@pytest.fixture(scope="module")
def press() -> Iterator[tuple[Live, State]]:
    """A press without faults, and what is known of it; no fault changes it."""
    with running(plant.press()) as live:
        yield live, poll(Poller(live))


@pytest.mark.parametrize("first", [2, 30, 60], ids="message{}".format)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_takes_nothing_away(
    press: tuple[Live, State], name: str, first: int
) -> None:
    (live, before), (make, fault_classes) = press, FAULTS[name]
    live.faults[:] = [make(first)]
    budget = AMPLE if fault_classes in (THROUGH, GARBLED) else QUICK
    capture = Poller(live, budget=budget).poll(Depth.FULL)
    assert capture.fault_class in fault_classes
    changes = compare(before, merge(before, interpret(capture, SEAL))).changes
    assert {str(one.unit) for one in changes if one.kind is not Told.LOST_SIGHT} <= {
        BLOCKS if name == "WrongCount" else ""  # what it declares is a fact, true or not
    }
