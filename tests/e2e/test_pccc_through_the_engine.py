"""A simulated MicroLogix from enrolment to the signed history, by the commands alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.sim.pccc import plant, scene
from ccontrol.sim.pccc.server import Live, running
from tests.e2e.simulated_plant import Plant

CONTROLLER = """
[[site.controller]]
id = "press"
area = "hall"
family = "pccc"
address = "127.0.0.1"
port = {port}

[site.controller.schedule]
settle_s = 0.2

[site.controller.budget]
requests_per_s = 200.0
answer_timeout_s = 20.0
"""
LATER = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@pytest.fixture
def press(tmp_path: Path) -> Iterator[tuple[Plant, Live]]:
    """A site with one MicroLogix, enrolled and read."""
    folder = tmp_path / "plant"
    assert main(["init", str(folder), "--site", "north"]) == 0
    with running(plant.press()) as live:
        with (folder / "ccontrol.toml").open("a") as config:
            config.write(CONTROLLER.format(port=live.port))
        site = Plant(folder, {})
        assert site.run("enroll", "press", "--yes").code == 0
        site.run("poll", "press")
        assert "first sight" in site.changes_of("press")[0]["subject"]
        yield site, live
        assert live.server.violations == []


def test_a_force_and_a_download_are_told_as_what_they_are_and_the_history_verifies(
    press: tuple[Plant, Live],
) -> None:
    site, live = press
    live.play(scene.force, 0, 5, on=True)
    site.run("poll", "press")  # a glance, and the read that follows from it
    forced = site.run("changes", "--controller", "press").out
    assert "forces enabled" in forced
    assert "word 0 bit 5" in forced
    live.play(scene.download, "MAIN_NEW", 0x8237, LATER, [plant.motor(9)])
    site.run("poll", "press", "--depth", "full")
    change = site.changes_of("press")[0]
    assert change["severity"] == "high"
    shown = site.run("show", change["change_id"]).out
    assert "file LAD2 changed; file LAD3 removed" in shown
    for unit in ("files of program MAIN_NEW", "8236", "8237"):
        assert unit in shown
    assert site.run("verify").code == 0
