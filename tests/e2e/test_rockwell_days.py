"""A day of a ControlLogix and one of a MicroLogix beneath the real daemon: what people are told."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from ccontrol.cli import main
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix import scene as logix_scene
from ccontrol.sim.logix.controller import Key
from ccontrol.sim.logix.project import Tag
from ccontrol.sim.logix.server import Live as LogixLive
from ccontrol.sim.logix.server import running as running_logix
from ccontrol.sim.pccc import plant as pccc_plant
from ccontrol.sim.pccc import scene as pccc_scene
from ccontrol.sim.pccc.processor import Mode
from ccontrol.sim.pccc.server import Live as PcccLive
from ccontrol.sim.pccc.server import running as running_pccc
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import CONTROLLER, Plant, daemon_over

EVERY_TRIGGER = "settle_s = 0.2\ndeep_pause_s = 1.0"
"""A deep read on each trigger: a day in half a minute."""


class Day:
    """The plant under the daemon, and the two controllers in it."""

    def __init__(self, plant: Plant, press: LogixLive, pump: PcccLive) -> None:
        self.plant, self.press, self.pump = plant, press, pump

    def begin(self, name: str) -> None:
        """Enrol a controller; return when the daemon has read it whole."""
        assert self.plant.run("enroll", name, "--yes").code == 0
        wait_until(lambda: len(self.plant.changes_of(name)) == 1)

    def look(self, name: str, *depth: str) -> dict[str, Any]:
        """Poll through the daemon; return the last look."""
        looks: list[dict[str, Any]] = self.plant.json("poll", name, *depth)["polls"]
        return looks[-1]

    def change(self, name: str, words: str, *depth: str) -> str:
        """Poll until the daemon has committed something that says so; return what `show` says.

        Of all that is new, the newest first: what a deeper look adds is committed beside it or a
        moment later, and what a controller shows that changes again and again is held back until a
        later look.
        """
        return "\n".join(self.changes(name, words, *depth))

    def changes(self, name: str, words: str, *depth: str) -> list[str]:
        """Return the same, each change by itself."""
        before = len(self.plant.changes_of(name))
        assert self.look(name, *depth)["outcome"] != "failed"

        def told() -> list[str]:
            new = self.plant.changes_of(name)[: -before or None]
            return [self.plant.run("show", each["change_id"]).out for each in new]

        def is_told() -> bool:
            if any(words in each for each in told()):
                return True
            self.look(name)
            return False

        wait_until(is_told)
        return told()

    def standing(self, name: str) -> dict[str, Any]:
        """How `status` says that a controller stands."""
        (site,) = self.plant.json("status", name)["sites"]
        found: dict[str, Any] = site["controllers"][0]
        return found


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("rockwell") / "plant"
    assert main(["init", str(folder), "--site", "north"]) == 0
    with ExitStack() as stack:
        press = stack.enter_context(running_logix(logix_plant.press()))
        pump = stack.enter_context(running_pccc(pccc_plant.press()))
        with (folder / "ccontrol.toml").open("a") as config:
            for name, family, port in (("press", "logix", press.port), ("pump", "pccc", pump.port)):
                table = CONTROLLER.format(name=name, port=port).replace('"s7"', f'"{family}"')
                config.write(table.replace("settle_s = 0.2", EVERY_TRIGGER))
        plant = Plant(folder, {})
        stack.enter_context(daemon_over(plant))
        yield Day(plant, press, pump)
        assert press.server.violations == []
        assert pump.server.violations == []


def test_a_day_of_a_controllogix(day: Day) -> None:
    day.begin("press")
    assert day.look("press")["says"] == "unchanged"
    assert day.standing("press")["needs_attention"] == []
    overview = day.plant.run("inventory", "press").out
    for words in ("1756-L83E/B", "33.011", "00C0FFEE", "1 program 1 task 4 types"):
        assert words in overview

    day.press.play(logix_scene.online_edit, "MainProgram", "TwoHand")
    told = day.change("press", "AuditValue")
    assert "the program was edited; which routine is not known" in told
    assert "severity   high" in told

    inputs = day.press.chassis.slots[3]
    day.press.play(logix_scene.swap_module, 3, logix_scene.another(inputs, revision=(3, 6)))
    told = day.change("press", "3.005 → 3.006", "--depth", "full")
    assert "00AB0003 → 00AB0004" in told

    day.press.play(logix_scene.fall_silent, 4)
    told = day.change("press", "it held a module and gives none now", "--depth", "full")
    assert "removed" not in told
    day.press.play(logix_scene.return_module, 4)
    new = day.changes("press", "regained", "--depth", "full")
    (told,) = (each.partition("severity")[0] for each in new if "regained" in each)
    # the finding that it is restless, beside it or after it, names changes
    assert "changed" not in "".join(line for line in told.splitlines() if "restless" not in line)

    day.press.play(logix_scene.turn_key, Key.RUN)
    told = day.change("press", "REMOTE → RUN")
    assert "T0892" in told

    before = day.plant.changes_of("press")
    day.press.play(logix_scene.turn_key, Key.REMOTE)
    day.press.play(logix_scene.start_download)
    look = day.look("press")
    assert look["outcome"] == "incomplete"
    assert "a download is in progress" in look["reason"]
    assert day.plant.changes_of("press") == before
    loaded = day.press.cpu.project.with_tag(Tag("Bypass", "BOOL"))
    day.press.play(logix_scene.finish_download, loaded)
    told = day.change("press", "Bypass")
    assert "(absent) → BOOL, read/write" in told


def test_a_day_of_a_micrologix(day: Day) -> None:
    day.begin("pump")
    assert day.look("pump")["outcome"] == "unchanged"
    standing = day.standing("pump")
    assert (standing["beyond"], standing["needs_attention"]) == (["hardware"], [])
    overview = day.plant.run("inventory", "pump").out
    assert "1766-LEC" in overview
    assert "4 program files" in overview

    day.pump.play(pccc_scene.go_to, Mode.REMOTE_PROGRAM)
    told = day.change("pump", "run → program (stopped)")
    assert "the controller is not in RUN" in told
    day.pump.play(pccc_scene.go_to, Mode.REMOTE_RUN)
    day.change("pump", "program (stopped) → run")

    day.pump.play(pccc_scene.force, 0, 3, on=True)
    day.change("pump", "inputs or outputs are forced, whatever the program says")
    wait_until(lambda: day.standing("pump")["needs_attention"] == ["forces-enabled"])
    day.pump.play(pccc_scene.remove_forces)
    day.change("pump", "cleared")
    wait_until(lambda: "forces-enabled" not in day.standing("pump")["needs_attention"])

    at = datetime(2026, 3, 1, tzinfo=UTC)
    files = [pccc_plant.ladder(), pccc_plant.motor(7)]
    day.pump.play(pccc_scene.download, "MAIN_NEW", 0x4711, at, files)
    told = day.change("pump", "file LAD3")
    assert "8236 → 4711" in told
    assert "MAIN_NEW" in day.plant.run("inventory", "pump").out
