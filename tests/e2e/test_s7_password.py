"""A CPU that refuses the configured password: asked once, and told of once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.errors import GarbledError
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.fault import Rubbish
from ccontrol.sim.s7.server import Live, running
from tests.e2e.simulated_plant import CONTROLLER, Plant

OPTIONS = """
[site.controller.s7]
password = { file = "keys/cpu" }
"""


@pytest.fixture
def live() -> Iterator[Live]:
    with running(plant.press()) as live:
        live.play(scene.protect, 3, "secret")
        yield live


@pytest.fixture
def press(live: Live, tmp_path: Path) -> Plant:
    """A press that lets nobody read without "secret", configured with "wrong"."""
    assert main(["init", str(tmp_path), "--site", "north"]) == 0
    configure(tmp_path, "wrong")
    with (tmp_path / "ccontrol.toml").open("a") as config:
        config.write(CONTROLLER.format(name="press", port=live.port) + OPTIONS)
    return Plant(tmp_path, {"press": live})


def configure(folder: Path, password: str) -> None:
    path = folder / "keys" / "cpu"
    path.write_text(password)
    path.chmod(0o600)


def tries(live: Live) -> int:
    return sum(request.group == 5 for request in live.server.requests)


def test_a_poll_tells_what_it_could_not_see_and_ends_by_its_error(press: Plant, live: Live) -> None:
    press.run("enroll", "press", "--yes")
    polls = press.json("poll", "press", "--depth", "full")["polls"]
    assert polls[-1]["unseen"] == ["values"]
    assert press.json("poll", "press")["polls"][-1]["unseen"] == ["values"]
    live.faults.append(Rubbish())
    failed = press.run("poll", "press")
    assert failed.code == GarbledError.exit_code, failed
    assert press.json("poll", "press")["polls"][-1]["fault_class"] == "GarbledError"


def test_a_refused_password_is_tried_once_and_makes_no_second_change(
    press: Plant, live: Live
) -> None:
    press.run("enroll", "press", "--yes")
    press.run("poll", "press", "--depth", "full")
    assert tries(live) == 1
    told = len(press.changes_of("press"))
    assert told
    again = press.run("poll", "press", "--depth", "full")
    assert (again.code, "unchanged" in again.out) == (0, True), again
    assert len(press.changes_of("press")) == told
    assert tries(live) == 1

    assert press.run("capture", "press", str(press.folder / "one.capture")).code == 0
    assert tries(live) == 1

    configure(press.folder, "secret")
    press.run("poll", "press", "--depth", "full")
    assert tries(live) == 2
    assert len(press.changes_of("press")) == told + 1


def test_what_a_capture_finds_out_of_a_password_holds_for_the_polls(
    press: Plant, live: Live
) -> None:
    press.run("enroll", "press", "--yes")
    configure(press.folder, "other")
    before = tries(live)
    for name in ("one", "two"):
        assert press.run("capture", "press", str(press.folder / f"{name}.capture")).code == 0
    press.run("poll", "press", "--depth", "full")
    assert tries(live) == before + 1
