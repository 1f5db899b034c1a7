"""A second site beside the first, added as docs/operations.md says."""

import subprocess  # noqa: TID251 — a line of the manual is run as it stands there
from contextlib import ExitStack
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.errors import SigningError
from ccontrol.sim.s7 import plant as simulated
from ccontrol.sim.s7.server import running
from tests.e2e.simulated_plant import CONTROLLER, Plant, made

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"


def the_line_of_the_manual(new: Path, here: Path) -> str:
    section = MANUAL.read_text().partition("## Adding a site")[2].partition("\n## ")[0]
    (line,) = (each for each in section.splitlines() if each.startswith("cat "))
    return line.replace("/srv/plant-south", str(new)).replace("/etc/ccontrol", str(here))


def move_the_block(new: Path, here: Path, port: int) -> None:
    """Move `[[site]]` into the configuration, with paths that lead to the new folder."""
    block = (new / "ccontrol.toml").read_text().partition("[[site]]")[2]
    for name in ("baselines/south", "keys/signing-key", "keys/seal-key"):
        block = block.replace(f'"{name}"', f'"{new / name}"')
    with (here / "ccontrol.toml").open("a") as config:
        config.write(f"\n[[site]]{block}\n{CONTROLLER.format(name='mixer-1', port=port)}")


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return made(tmp_path / "plant", ExitStack(), ())


def test_a_site_is_added_as_the_manual_says(plant: Plant, tmp_path: Path) -> None:
    new, here = tmp_path / "plant-south", plant.folder
    assert main(["init", str(new), "--site", "south"]) == 0
    with running(simulated.press(name="mixer-1")) as live:
        move_the_block(new, here, live.port)
        assert plant.run("config", "check").code == 0
        assert plant.run("enroll", "mixer-1", "--yes").code == 0
        for refused in (plant.run("poll", "mixer-1"), plant.run("verify", "south")):
            assert refused.code == SigningError.exit_code
            assert f"no line for ccontrol@south in {here / 'allowed_signers'}" in refused.err
            assert "Adding a site" in refused.err
        subprocess.run(["sh", "-c", the_line_of_the_manual(new, here)], check=True)
        assert plant.run("poll", "mixer-1").code == 1  # its first sight is a change
    assert plant.run("verify").code == 0
    assert len(plant.changes_of("mixer-1")) == 1


def test_a_key_that_the_file_does_not_let_sign_is_told_with_the_line_that_would(
    plant: Plant, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert main(["init", str(other), "--site", "north"]) == 0
    own = (plant.folder / "allowed_signers").read_text()
    (plant.folder / "allowed_signers").write_text((other / "allowed_signers").read_text())
    refused = plant.run("maintain", "north")
    assert refused.code == SigningError.exit_code
    assert "lets ccontrol@north sign now with the key that is configured" in refused.err
    assert own.split()[-1] in refused.err.replace("\n", "")
