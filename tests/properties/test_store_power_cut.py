"""Laws of a commit: what was acknowledged outlives a power cut, and nothing is ever half there."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import StoreError
from ccontrol.store.verify import verify
from ccontrol.store.writer import Writer
from tests.unit.store.forgetful_disk import ForgetfulDisk, Step, image
from tests.unit.store.made_store import SAID, Site, git

COMMITS = 6


@dataclass
class Recording:
    """What a disk was asked while commits were made, and after which step each was acknowledged."""

    site: Site
    base: Path
    steps: list[Step]
    acknowledged: list[tuple[int, str]]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    site = Site.make(tmp_path_factory.mktemp("site"))
    site.write({f"plant/press/FC{n}": b"%d" % n for n in range(3)})
    base = site.folder / "base"
    shutil.copytree(site.git_dir, base)
    disk = ForgetfulDisk(site.git_dir)
    acknowledged = []
    with Writer(site.git_dir, site.daemon, site.clock, disk=disk) as writer:
        for number in range(COMMITS):
            site.clock.pass_by(seconds=1)
            files = {f"plant/press/FC{number % 3}": b"edition %d" % number}
            receipt = writer.commit(files, message=SAID, when=site.clock.now())
            assert receipt is not None
            acknowledged.append((len(disk.steps), receipt.commit))
    return Recording(site, base, disk.steps, acknowledged)


@contextmanager
def after_cut(recording: Recording, at: int, seed: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "store"
        image(recording.base, found, recording.steps[:at], Random(seed))
        yield found


@settings(max_examples=25)
@given(cut=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_what_was_acknowledged_is_there_and_the_next_commit_succeeds(
    recording: Recording,
    cut: float,
    seed: int,
) -> None:
    at = round(cut * len(recording.steps))
    site = recording.site
    with after_cut(recording, at, seed) as found:
        with Writer(found, site.daemon, site.clock) as writer:
            history = {commit.id for commit in writer.repository.history()}
            assert {commit for step, commit in recording.acknowledged if step <= at} <= history
            site.clock.pass_by(seconds=1)
            assert writer.commit({"plant/new": b"%d" % seed}, message=SAID, when=site.clock.now())
        assert verify(found, site.daemon.trust).faults == ()
        complaints = git("--git-dir", str(found), "fsck", "--strict", "--no-dangling")
        assert complaints == ""


def test_a_disk_that_forgets_more_than_it_may_is_noticed(recording: Recording) -> None:
    """The law above can fail: without its syncs, the same recording loses what it acknowledged."""
    careless = [step for step in recording.steps if step.what != "sync"]
    lost = 0
    for seed in range(20):
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "store"
            image(recording.base, found, careless, Random(seed))
            try:
                lost += verify(found, recording.site.daemon.trust).faults != ()
            except StoreError:  # the branch itself holds nothing readable
                lost += 1
    assert lost > 10
