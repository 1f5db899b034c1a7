"""Fixtures of the command line's tests: running a command, and plants to run it on."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import fields
from tests.unit.cli.packs import FIRST, Person, export
from tests.unit.cli.packs import lived_in as with_days
from tests.unit.cli.plants import CONTROLLERS, Plant, Run, block, in_this_process, seen, things
from tests.unit.cli.works import Works, at_work


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CCONTROL_CONFIG", raising=False)
    return in_this_process(capsys)


@pytest.fixture(scope="session")
def made_plants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One plant whose controllers were never asked, one with a short history; both to be copied."""
    empty = tmp_path_factory.mktemp("plants") / "empty"
    assert main(["init", str(empty), "--site", "north"]) == 0
    config = empty / "ccontrol.toml"
    config.write_text(config.read_text() + CONTROLLERS)
    lived_in = empty.with_name("lived-in")
    shutil.copytree(empty, lived_in)
    entry = LogEntry("4303", "STOP by the switch\x1b[31m", "2026-03-01T06:02:00", "aa" * 20)
    ob1 = replace(block("OB1", b"\x65\x01"), moving=fields(code_time="2026-03-01T06:02:00"))
    Plant(lived_in).take(
        seen("press-3", *things(block("OB1"), block("FB12"))),
        seen("mixer-1", *things(block("OB1"))),
        seen("press-3", *things(ob1, block("FB12")), minute=5, log=(entry,)),
    )
    return empty, lived_in


@pytest.fixture
def empty_plant(made_plants: tuple[Path, Path], tmp_path: Path) -> Plant:
    """A plant whose controllers were never asked."""
    return Plant(Path(shutil.copytree(made_plants[0], tmp_path / "plant")))


@pytest.fixture
def plant(made_plants: tuple[Path, Path], tmp_path: Path) -> Plant:
    """A plant with a short history: first sights, then a changed program with its log."""
    return Plant(Path(shutil.copytree(made_plants[1], tmp_path / "plant")))


@pytest.fixture
def works(plant: Plant, run: Run) -> Iterator[Works]:
    """That plant at work: a daemon's writer is open, and Ada and Bob may approve."""
    with at_work(plant, run) as works:
        yield works


@pytest.fixture(scope="module")
def sealed(
    made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """A pack, the auditor's own allowed signers, and a folder with everybody's keys."""
    folder = tmp_path_factory.mktemp("sealed")
    plant = with_days(Plant(Path(shutil.copytree(made_plants[1], folder / "plant"))), FIRST)
    for name in ("export", "stranger"):
        Person.make(folder, name)
    shutil.copy(next(plant.folder.rglob("*signing*key")), folder / "daemon")
    assert export(plant, folder / "export", folder / "pack") == 0
    public = (folder / "export.pub").read_text().split()
    line = f'export@north namespaces="ccontrol-evidence" {public[0]} {public[1]}\n'
    signers = folder / "signers"
    signers.write_text((plant.folder / "allowed_signers").read_text() + line)
    return folder / "pack", signers, folder
