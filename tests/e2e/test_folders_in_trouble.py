"""A watched folder whose files or share misbehave: told in status, waited for, taken in the end.

Real files, rights, leases and mounts of the kernel that the tests run on.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from ccontrol.config.settings import WatchedFolder
from tests.e2e.kernel import HangingShare, like_everybody
from tests.e2e.watched_folder import Plant, l5x, watch


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def polled(tmp_path: Path, controller: str = "press-3", look_s: float = 0.5) -> WatchedFolder:
    return WatchedFolder(tmp_path / "dropped", controller, (), "poll", look_s, 0.5)


def test_a_file_that_is_nobodys_stands_in_status_until_it_is_gone_or_somebodys(
    tmp_path: Path,
) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "x.L5X").write_bytes(l5x(title="Mixer"))
        (plant.folder / "y.L5X").write_bytes(l5x(title="Kiln"))
        await plant.complains("x.L5X in watched folder")
        await plant.complains("is nobody's: it calls itself Kiln, no controller is called so")
        (plant.folder / "x.L5X").write_bytes(l5x(title="Press_3"))
        await plant.says("Press 3: project file x.L5X: first seen")
        await plant.until(lambda: len(plant.complaints()) == 1)
        (plant.folder / "y.L5X").unlink()
        await plant.is_content()

    watch(tmp_path, story, polled(tmp_path, ""))


def test_what_was_complained_of_outlives_a_restart_and_is_told_only_once(tmp_path: Path) -> None:
    async def before(plant: Plant) -> None:
        (plant.folder / "x.L5X").write_bytes(l5x(title="Mixer"))
        await plant.complains("x.L5X")
        await plant.journals("x.L5X")

    async def after(plant: Plant) -> None:
        assert len(plant.complaints()) == 1
        (plant.folder / "z.L5X").write_bytes(l5x(title="OVEN-1"))
        await plant.says("z.L5X: first seen")
        assert len(plant.complaints()) == 1
        plant.site.ledger.flush(2)
        told = "".join(path.read_text() for path in plant.site.places.journal.glob("*.jsonl"))
        assert told.count("x.L5X in watched folder") == 1

    watch(tmp_path, before, polled(tmp_path, ""), after_a_restart=after)


def test_a_file_of_one_controller_that_calls_itself_another_is_told(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        (plant.folder / "x.L5X").write_bytes(l5x(title="Oven_1"))
        await plant.says("Press 3: project file x.L5X: first seen")
        await plant.complains("was dropped for press-3 and calls itself oven-1")
        assert b'contradicts = "oven-1"' in b"".join(plant.files().values())

    watch(tmp_path, story, polled(tmp_path))


def test_a_file_that_may_not_be_read_is_told_and_taken_once_it_may(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "a.L5X"
        path.write_bytes(l5x())
        path.chmod(0)
        (plant.folder / "b.txt").write_bytes(b"another one")
        await plant.complains("a.L5X in watched folder")
        await plant.complains("cannot be read: Permission denied")
        await plant.says("b.txt: first seen")
        path.chmod(0o600)
        await plant.says("a.L5X: first seen")
        await plant.is_content()

    with like_everybody():
        watch(tmp_path, story)


def test_a_folder_that_may_not_be_listed_is_told_and_looked_at_once_it_may(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        plant.folder.chmod(0)
        await plant.complains("cannot be listed: Permission denied")
        plant.folder.chmod(0o700)
        (plant.folder / "a.L5X").write_bytes(l5x())
        await plant.says("a.L5X: first seen")
        await plant.is_content()

    with like_everybody():
        watch(tmp_path, story, polled(tmp_path))


def test_a_share_that_hangs_is_told_and_holds_up_no_other_folder(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        share = HangingShare(plant.folder)
        try:
            await plant.complains("gives no answer")
            (tmp_path / "other" / "o.L5X").write_bytes(l5x(title="Oven_1"))
            await plant.says("Oven 1: project file o.L5X: first seen")
            share.dies()
            await plant.complains("cannot be listed")
        finally:
            share.goes()
        (plant.folder / "a.L5X").write_bytes(l5x())
        await plant.says("Press 3: project file a.L5X: first seen")
        await plant.is_content()

    (tmp_path / "other").mkdir()
    (tmp_path / "dropped").mkdir()
    oven = WatchedFolder(tmp_path / "other", "oven-1", settle_s=0.5, look_s=0.5)

    watch(tmp_path, story, polled(tmp_path), oven)


def test_a_file_on_which_somebody_holds_a_lease_is_waited_for(tmp_path: Path) -> None:
    """Samba does, for a client that keeps what it writes to itself (kernel oplocks)."""
    hold = (
        "import fcntl, signal, sys, time\n"
        "signal.signal(signal.SIGIO, signal.SIG_IGN)\n"
        "file = open(sys.argv[1], 'r+b')\n"
        "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
        "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)\n"
    )

    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        holder = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", hold, str(path)), stdin=PIPE, stdout=PIPE
        )
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        await asyncio.sleep(2)
        assert not plant.files()
        await holder.communicate(b"let go")
        await plant.says("Press3.L5X: first seen")
        assert plant.complaints() == []

    watch(tmp_path, story, polled(tmp_path))


def test_more_files_of_nobody_than_anybody_reads_are_told_as_being_more(tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        await plant.complains("holds more than 200 files that need somebody")
        assert len(plant.complaints()) == 201
        for path in plant.folder.iterdir():
            path.unlink()
        await plant.is_content()

    (tmp_path / "dropped").mkdir()
    for number in range(210):
        (tmp_path / "dropped" / f"{number}.txt").write_bytes(b"%d" % number)
    watch(tmp_path, story, polled(tmp_path, ""))
