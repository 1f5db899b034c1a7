"""Acts at simulated CPUs and what their own logs say of them, judged by the running daemon.

Nobody listens to the network here: whatever is told of an origin comes from the CPUs alone.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from ccontrol.sim.s7 import scene
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.diagnostics import Event
from ccontrol.sim.s7.plant import motor
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made

NAMES = ("switch", "device", "reset", "swapped", "night", "wrong-clock", "off-by-years")
WRONG = ("wrong-clock", "off-by-years")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("log") / "plant"
    with ExitStack() as stack:
        plant = made(folder, stack, NAMES)
        path = folder / "ccontrol.toml"
        often = "settle_s = 0.2\ndeep_pause_s = 1.0\n"
        path.write_text(path.read_text().replace("settle_s = 0.2\n", often))
        for name in WRONG:
            plant.live[name].play(scene.set_clock, timedelta(days=-9_000))
        for name in NAMES:
            assert plant.run("enroll", name, "--yes").code == 0
            plant.run("poll", name, "--depth", "full")
        stack.enter_context(daemon_over(plant))
        yield plant


def told(plant: Plant, name: str, aspect: str) -> dict[str, Any]:
    """Look until a change of an aspect is in the history; return how it was judged."""
    found: list[dict[str, Any]] = []

    def is_told() -> bool:
        plant.run("poll", name)
        changes = plant.changes_of(name)[:-1]
        found[:] = [one for one in changes if aspect in one["aspects"]]
        return bool(found)

    wait_until(is_told)
    shown = plant.json("show", found[0]["change_id"])
    judged: dict[str, Any] = shown["record"]["attribution"]
    return judged


def pull_card_and_put_it_back(cpu: Cpu, ago: timedelta) -> None:
    """A hand at the cabinet, a while ago: the CPU loads the same program again and runs on."""
    cpu.diagnostics.add(Event.CARD_REPLACED, cpu.local_time() - ago)


def load_another_motor(cpu: Cpu) -> None:
    """Over a way that nobody watches; in RUN no entry is written for it."""
    cpu.load(motor(1, "I0.2", "M11.0", "Q4.2", limit=1_777))


def test_a_stop_by_the_switch_is_local(plant: Plant) -> None:
    plant.live["switch"].play(scene.stop_by_switch)
    found = told(plant, "switch", "mode")
    assert (found["origin"], found["confidence"]) == ("local", "confirmed")


def test_a_stop_by_a_programming_device_is_nobodys(plant: Plant) -> None:
    """It may sit at Ethernet, MPI or a USB adapter in the cabinet: the CPU writes the same."""
    plant.live["device"].play(scene.stop_by_pg)
    found = told(plant, "device", "mode")
    assert found["origin"] == "unknown"
    assert any("STOP by a programming device" in line for line in found["evidence"])


def test_a_memory_that_was_cleared_by_the_switch_is_local(plant: Plant) -> None:
    plant.live["reset"].play(scene.memory_reset_by_switch)
    found = told(plant, "reset", "program")
    assert (found["origin"], found["confidence"]) == ("local", "confirmed")


def test_a_card_that_was_swapped_explains_the_program(plant: Plant) -> None:
    other = motor(1, "I0.2", "M11.0", "Q4.2", limit=1_777)
    plant.live["swapped"].play(scene.card_swap, "MMC 99999999", other)
    found = told(plant, "swapped", "program")
    assert (found["origin"], found["confidence"]) == ("local", "confirmed")


@pytest.mark.parametrize("name", ["night", "wrong-clock"])
def test_a_hand_at_noon_explains_no_load_of_the_night(plant: Plant, name: str) -> None:
    live = plant.live[name]
    live.play(pull_card_and_put_it_back, timedelta(hours=10))
    live.play(load_another_motor)
    found = told(plant, name, "program")
    assert found["origin"] == "unknown", found
    assert any("that was not when this changed" in one["text"] for one in found["weighed"])


def test_a_hand_of_just_now_is_believed_whatever_year_the_clock_shows(plant: Plant) -> None:
    live = plant.live["off-by-years"]
    live.play(pull_card_and_put_it_back, timedelta(0))
    live.play(load_another_motor)
    found = told(plant, "off-by-years", "program")
    assert (found["origin"], found["confidence"]) == ("local", "confirmed")
