"""A load into a ControlLogix and a MicroLogix that a sensor saw: looked at at once, and judged."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.canonical.witness import Handed
from ccontrol.cli import main
from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent, Target
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix import scene as logix_scene
from ccontrol.sim.logix.server import Live as LogixLive
from ccontrol.sim.logix.server import running as running_logix
from ccontrol.sim.pccc import plant as pccc_plant
from ccontrol.sim.pccc import scene as pccc_scene
from ccontrol.sim.pccc.server import Live as PcccLive
from ccontrol.sim.pccc.server import running as running_pccc
from tests.e2e.engine_plant import wait_until
from tests.e2e.sensor_client import sensor
from tests.e2e.simulated_plant import CONTROLLER, Plant, daemon_over
from tests.unit.store.heard import download, watch

CLOCK = SystemClock()
SOON = "settle_s = 0.2\ndeep_pause_s = 1.0\nquiet_s = 0.5\n"
LATER = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@dataclass
class Works:
    """Two controllers under a daemon that asks them once an hour."""

    plant: Plant
    press: LogixLive
    pump: PcccLive

    def told(self, name: str, event: EngineeringEvent) -> str:
        """Hand an event in; return the origin of the change that the daemon finds by itself."""
        before = len(self.plant.changes_of(name))
        with sensor(self.plant.folder / "witness") as client:
            client.whom()
            client.say(Handed(1, watch(CLOCK.now())), Handed(2, event))
            client.kept_up_to(2)
            wait_until(lambda: len(self.plant.changes_of(name)) > before)
        return str(self.plant.changes_of(name)[0]["origin"])


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """Each test has its own: an act counts for a change some seconds beside its time."""
    folder = tmp_path / "plant"
    assert main(["init", str(folder), "--site", "north"]) == 0
    with ExitStack() as stack:
        press = stack.enter_context(running_logix(logix_plant.press()))
        pump = stack.enter_context(running_pccc(pccc_plant.press()))
        path = folder / "ccontrol.toml"
        tables = [
            CONTROLLER.format(name=name, port=port)
            .replace('"s7"', f'"{family}"')
            .replace("settle_s = 0.2\n", SOON)
            for name, family, port in (("press", "logix", press.port), ("pump", "pccc", pump.port))
        ]
        text = f'[engine]\nwitness_socket = "witness"\n\n{path.read_text()}'
        path.write_text(text + "".join(tables))
        plant = Plant(folder, {})
        for name in ("press", "pump"):
            assert plant.run("enroll", name, "--yes").code == 0
            plant.run("poll", name, "--depth", "full")
        stack.enter_context(daemon_over(plant))
        wait_until((folder / "witness").exists)
        yield Works(plant, press, pump)
        assert press.server.violations == []
        assert pump.server.violations == []


def load(protocol: str, port: int, *route: str) -> EngineeringEvent:
    """Which thing was loaded nobody can tell from what passed."""
    event = download(CLOCK.now(), seconds=0)
    there = Target("127.0.0.1", port, route=route)
    return replace(event, protocol=protocol, controller=there, objects=())


def test_a_load_into_a_controllogix_leads_to_a_look_and_explains_the_change(works: Works) -> None:
    works.press.play(logix_scene.online_edit, "MainProgram", "TwoHand")
    assert works.told("press", load("cip", works.press.port, "1/0")) == "network"


def test_a_load_into_a_micrologix_leads_to_a_look_and_explains_the_change(works: Works) -> None:
    works.pump.play(pccc_scene.download, "MAIN_NEW", 0x8237, LATER, [pccc_plant.motor(9)])
    assert works.told("pump", load("pccc", works.pump.port)) == "network"


def test_a_load_into_a_neighbour_in_the_chassis_explains_nothing_here(works: Works) -> None:
    works.press.play(logix_scene.online_edit, "MainProgram", "TwoHand")
    assert works.told("press", load("cip", works.press.port, "1/3")) == "unknown"
