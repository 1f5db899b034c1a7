"""A slot that falls silent, seen by polls that are each a process of their own."""

from pathlib import Path

from ccontrol.cli import main
from ccontrol.sim.logix import plant, scene
from ccontrol.sim.logix.server import running
from tests.e2e.simulated_plant import CONTROLLER, Plant


def test_a_slot_that_falls_silent_between_two_processes_is_lost_sight_of_and_never_removed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "plant"
    assert main(["init", str(folder), "--site", "north"]) == 0
    with running(plant.press()) as live:
        with (folder / "ccontrol.toml").open("a") as config:
            config.write(CONTROLLER.format(name="press", port=live.port).replace('"s7"', '"logix"'))
        here = Plant(folder, {})
        here.run("enroll", "press", "--yes")
        assert here.run("poll", "press", "--depth", "full").code == 1
        live.play(scene.fall_silent, 4)
        for _ in range(4):
            here.run("poll", "press", "--depth", "full")
        newest, *before = here.changes_of("press")
        assert len(before) == 1  # the first sight: nothing more is told for being looked at again
        told = here.run("show", newest["change_id"]).out
        assert "lost sight" in told
        assert "removed" not in told
        assert not live.server.violations
