"""Equal bytes for an equal commit, whoever asks, wherever, and in which order files lie."""

import os
import shutil
import subprocess  # noqa: TID251 — the program as others would run it: another zone, umask, user
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
from tests.unit.cli.packs import CLEAN, FIRST, LAST, POPULATION
from tests.unit.cli.peopled import WEEK, Site
from tests.unit.cli.plants import Answer, Plant

SAMPLE = "asset_id,request_id\nPLC-1,R1\n"


@dataclass
class Made:
    """A plant with people, windows and attestations, and the first pack of it."""

    plant: Plant
    pack: dict[str, bytes]


@pytest.fixture(scope="module")
def made(made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("alike")
    plant = Plant(Path(shutil.copytree(made_plants[1], folder / "plant")))
    site = Site(plant, lambda *words: Answer(main([str(one) for one in words]), "", ""))
    try:
        site.window("CHG-7", WEEK)
        site.look()
        record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
        site.ccontrol("approve", "press-3", "--key", site.key("bob"), "--ticket", "T-9")
        attest(site, record.change_id)
        site.ccontrol("reject", record.change_id, "--reason", "a slip", "--key", site.key("bob"))
        site.look()
    finally:
        site.opened.close(10)
    (plant.folder / "population").write_text(POPULATION)
    (plant.folder / "sample").write_text(SAMPLE)
    site.ccontrol("evidence", "population", plant.folder / "population")
    ccontrol(plant, folder / "first", {}, folder)
    found = files(folder / "first")
    about = found["authorizations.csv"].decode()
    assert "CHG-7" in about
    assert "T-9" in about
    assert b"key switch" in found["verification.csv"]
    return Made(plant, found)


def attest(site: Site, change_id: str) -> None:
    key = ("--key", site.key("ada"))
    what = ("--controls", "key switch", "--text", "as before", *key)
    site.ccontrol("attest", change_id, *what)
    site.ccontrol("attest", "press-3", "--item", "1.1.4", "--text", "102/tcp", *key)


def ccontrol(plant: Plant, out: Path, world: dict[str, str], where: Path, umask: int = -1) -> None:
    """Make a pack in a process of its own."""
    options = ("--sample", str(plant.folder / "sample"), "--oscal", "-o", str(out))
    period = ("--from", FIRST.isoformat(), "--until", LAST.isoformat())
    command = (
        *(sys.executable, "-m", "ccontrol", "--config", str(plant.config), "evidence", "export"),
        *("--framework", "nerc-cip-010", *period, "--key", str(plant.folder / "export"), *options),
    )
    done = subprocess.run(
        command, env={**CLEAN, **world}, cwd=where, umask=umask, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def files(pack: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(pack)): one.read_bytes() for one in pack.rglob("*") if one.is_file()
    }


@pytest.mark.parametrize(
    ("world", "umask"),
    [
        ({"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}, 0o077),
        ({"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "2"}, 0o000),
        ({"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "USER": "eve", "LOGNAME": "eve"}, 0o022),
        ({"HOME": "/nonexistent", "GIT_AUTHOR_NAME": "eve", "GIT_DIR": "/nonexistent"}, 0o027),
    ],
)
def test_zone_locale_umask_seed_user_and_folder_change_no_byte(
    made: Made, tmp_path: Path, world: dict[str, str], umask: int
) -> None:
    ccontrol(made.plant, tmp_path / "again", world, tmp_path, umask)
    assert files(tmp_path / "again") == made.pack
    modes = {oct(one.stat().st_mode & 0o777) for one in (tmp_path / "again").rglob("*.csv")}
    assert modes == {"0o600"}


def test_the_order_in_which_files_lie_on_the_disk_changes_no_byte(
    made: Made, tmp_path: Path
) -> None:
    """A copy that was written in another order, as a restored backup is."""
    other = tmp_path / "plant"
    for one in sorted(made.plant.folder.rglob("*"), reverse=True):
        target = other / one.relative_to(made.plant.folder)
        if one.is_dir() or one.is_socket():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(one, target)
        os.utime(target, (0, 0))
    ccontrol(Plant(other), tmp_path / "again", {}, tmp_path)
    assert files(tmp_path / "again") == made.pack
