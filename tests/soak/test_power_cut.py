"""A power cut on a real file system: the image of a loop-mounted ext4, copied in mid-run.

Where nothing may be mounted, tests/properties/test_store_power_cut.py does the same with a disk
that forgets what was not synced.
"""

import filecmp
import os
import shutil
import signal
import subprocess  # noqa: TID251 — mount, mkfs and the writer are programs
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from ccontrol.clock import SystemClock
from ccontrol.errors import StoreFullError, StoreReadOnlyError
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository
from ccontrol.store.writer import Writer
from tests.unit.store.made_store import Site

CUTS = 20
MEGABYTES = 64
ORPHAN_ENDS_S = 30.0

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        os.geteuid() != 0
        or not Path("/dev/loop-control").exists()
        or not shutil.which("mkfs.ext4"),
        reason="mounting an image needs root, a loop device and mkfs.ext4",
    ),
]


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def mounted(image: Path, where: Path, options: str = "loop") -> Iterator[Path]:
    where.mkdir(exist_ok=True)
    run("mount", "-o", options, str(image), str(where))
    try:
        yield where
    finally:
        unmount(where)


def unmount(where: Path) -> None:
    """Unmount, once the last git that a killed writer had started has ended."""
    deadline = time.monotonic() + ORPHAN_ENDS_S
    while subprocess.run(["umount", str(where)], check=False, capture_output=True).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def make_image(path: Path, megabytes: int = MEGABYTES) -> Path:
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
    run("mkfs.ext4", "-q", str(path))
    return path


def acknowledged_until_cut(folder: Path, image: Path, copy: Path, after_s: float) -> list[str]:
    """Run a writer on the mounted image, copy the image under it, and say what it had promised."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.endless_writer", str(folder)],
        stdout=subprocess.PIPE,
        start_new_session=True,  # so that the git which it starts is stopped with it
    ) as process:
        assert process.stdout is not None
        promised = process.stdout.readline()
        os.set_blocking(process.stdout.fileno(), False)
        time.sleep(after_s)
        os.killpg(process.pid, signal.SIGSTOP)
        promised += process.stdout.read() or b""
        copy_of_one_moment(image, copy)
        os.killpg(process.pid, signal.SIGKILL)
    return promised.decode().split("\n")[:-1]


def copy_of_one_moment(image: Path, copy: Path) -> None:
    """Copy the image again if the kernel wrote to it meanwhile: a torn copy is no power cut."""
    while True:
        shutil.copyfile(image, copy)
        if filecmp.cmp(image, copy, shallow=False):
            return


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_twenty_power_cuts_lose_nothing(tmp_path: Path) -> None:
    chance = Random(3)
    for number in range(CUTS):
        image, copy = tmp_path / "disk", tmp_path / "copy"
        make_image(image)
        with mounted(image, tmp_path / "before") as folder:
            site = Site.make(folder)
            os.sync()
            promised = acknowledged_until_cut(folder, image, copy, chance.uniform(0.1, 1.5))
        assert promised
        with mounted(copy, tmp_path / "after") as folder:
            found = Site(folder, site.signer, site.clock)
            files = {"plant/after": b"%d" % number}
            with Writer(found.git_dir, found.daemon, SystemClock()) as writer:
                history = {commit.id for commit in writer.repository.history()}
                assert set(promised) <= history
                receipt = writer.commit(files, message=Message("x"), when=SystemClock().now())
            assert receipt is not None
            assert found.git("fsck", "--strict", "--no-dangling") == ""
            assert found.verify().faults == ()


def test_a_full_disk_stops_loudly_and_goes_on_with_room(tmp_path: Path) -> None:
    image = make_image(tmp_path / "disk", 16)
    with mounted(image, tmp_path / "small") as folder:
        site = Site.make(folder)
        filler = folder / "filler"
        with site.writer() as writer:
            when = site.clock.now()
            with pytest.raises(OSError, match="No space"):
                fill(filler)
            with pytest.raises(StoreFullError):
                writer.commit({"plant/x": os.urandom(9000)}, message=Message("x"), when=when)
            filler.unlink()
            assert writer.commit({"plant/x": b"1"}, message=Message("x"), when=when) is not None
        assert site.git("fsck", "--strict", "--no-dangling") == ""
        assert site.verify().faults == ()


def test_a_read_only_disk_is_read_and_not_written(tmp_path: Path) -> None:
    image = make_image(tmp_path / "disk", 16)
    with mounted(image, tmp_path / "writable") as folder:
        site = Site.make(folder)
        site.write({"plant/press/id": b"1"})
    with mounted(image, tmp_path / "frozen", "loop,ro") as folder:
        frozen = Site(folder, site.signer, site.clock)
        with Repository.open(frozen.git_dir) as repository:
            assert repository.read("plant") == {"plant/press/id": b"1"}
            assert repository.tree_of("plant") is not None
        with pytest.raises(StoreReadOnlyError):
            frozen.writer()
        assert frozen.verify().faults == ()
