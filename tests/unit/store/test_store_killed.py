"""kill -9 at any moment: what was acknowledged is there, and the next writer is free."""

import signal
import subprocess  # noqa: TID251 — the writer has to be a process to be killed
import sys
import time
from pathlib import Path
from random import Random

import pytest

from ccontrol.clock import SystemClock
from ccontrol.errors import StoreLockedError
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository
from ccontrol.store.writer import Writer
from tests.unit.store.made_store import START, Site

_ORPHAN_ENDS_S = 60.0


def kill_once(site: Site, after_s: float) -> list[str]:
    """Let a writer run, kill it, and return what it had acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.endless_writer", str(site.folder)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")
    assert first
    return [first.strip(), *rest[:-1]]  # the last line may have been cut off


def reopened(site: Site) -> Writer:
    """Open the store again; a git that maintenance had started may take a moment to end."""
    deadline = time.monotonic() + _ORPHAN_ENDS_S
    while True:
        try:
            return Writer(site.git_dir, site.daemon, SystemClock())
        except StoreLockedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def kill_many(site: Site, times: int, seed: int) -> None:
    chance = Random(seed)
    acknowledged: set[str] = set()
    for number in range(times):
        acknowledged.update(kill_once(site, chance.uniform(0, 0.6)))
        with reopened(site) as writer:
            files = {"plant/after": b"%d %d" % (seed, number)}
            receipt = writer.commit(files, message=Message("after"), when=SystemClock().now())
            assert receipt is not None
        with Repository.open(site.git_dir) as repository:
            history = {commit.id for commit in repository.history()}
        assert acknowledged <= history
        assert site.git("fsck", "--strict", "--no-dangling") == ""
    assert site.verify().faults == ()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.make(tmp_path)
    assert site.clock.now() >= START
    return site


def test_three_kills_lose_nothing(site: Site) -> None:
    kill_many(site, 3, seed=1)


@pytest.mark.soak
def test_thirty_kills_lose_nothing(site: Site) -> None:
    kill_many(site, 30, seed=2)
