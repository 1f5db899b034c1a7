"""People sign in the very store that a daemon opens and writes: neither takes the other's files."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.store import locks, modes
from ccontrol.store.disk import Disk
from ccontrol.store.keys import FileSigner
from ccontrol.store.layout import BRANCH
from ccontrol.store.loose import LooseWriter, of_nobody_else
from ccontrol.store.message import Message
from ccontrol.store.writer import Writer
from tests.unit.store.made_people import ROLES, Crowd
from tests.unit.store.made_store import Site

CLOCK = SystemClock()
"""Files are as old as the disk says."""
SIGNATURES = 8
LONGEST_S = 300.0


@pytest.fixture
def crowd(site: Site) -> Crowd:
    crowd = Crowd.make(site)
    crowd.begin()
    return crowd


def crowd_in(folder: Path) -> Crowd:
    """Find site and people again in another process: a key cannot be handed over."""

    def key(name: str) -> FileSigner:
        return FileSigner.load(folder / name)

    people = {name: key(name.partition("@")[0]) for name in ROLES}
    roots = {name: key(name) for name in ("root-1", "root-2", "root-3")}
    return Crowd(Site(folder, key("signing-key")), people, roots)


def sign_many(folder: Path, count: int) -> int:
    """Sign one approval after the other, in whatever process this is called; return how many."""
    crowd = crowd_in(folder)
    for number in range(count):
        said = Message(f"approve {number}")
        crowd.write("ada@plant", {f"plant/press/{number}": b"%d\n" % number}, said)
    return count


def test_a_daemon_that_opens_the_store_takes_nothing_from_a_person_who_signs(crowd: Crowd) -> None:
    opened = 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as people:
        signing: Future[int] = people.submit(sign_many, crowd.site.folder, SIGNATURES)
        while not signing.done():
            with Writer(crowd.site.git_dir, crowd.site.daemon, CLOCK) as writer:
                assert writer.cleared == ()
            opened += 1
        assert signing.result(LONGEST_S) == SIGNATURES
    assert opened >= SIGNATURES, "the daemon was never in the way"
    assert len(crowd.survey().approvals.commits) == SIGNATURES + 1
    assert crowd.site.git("fsck", "--strict", "--no-dangling") == ""


class Interrupted(Disk):
    """A disk on which something else happens between an object's content and its name."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    def sync_all(self, paths: Collection[Path]) -> None:
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        super().sync_all(paths)


def test_two_who_write_the_same_object_at_once_both_get_it_written(site: Site) -> None:
    objects = site.git_dir / "objects"
    second = LooseWriter(objects, Disk(), of_nobody_else())
    second.put("blob", b"the same")
    first = LooseWriter(objects, Interrupted(second.flush), of_nobody_else())
    name = first.put("blob", b"the same")
    first.flush()
    assert site.git("cat-file", "blob", name.hex()) == "the same"


def test_an_object_that_a_person_has_half_written_is_not_cleared_by_a_daemon_that_begins(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = crowd.site
    cleared: list[str] = []

    def a_daemon_begins() -> None:
        cleared.extend(locks.clear_stale(site.git_dir, BRANCH, CLOCK.now()))

    monkeypatch.setattr("ccontrol.store.approving.Disk", lambda: Interrupted(a_daemon_begins))
    crowd.approve_press()
    assert cleared == []


def test_a_file_that_goes_while_the_store_is_shut_to_others_is_no_trouble(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = site.git_dir / "config.lock"  # as git makes it while somebody sets something
    passing.touch()
    names = modes._names  # the moment between listing and looking cannot be met otherwise

    def until_it_is_gone(git_dir: Path) -> Iterator[Path]:
        listed = [*names(git_dir)]
        passing.unlink()
        return iter(listed)

    monkeypatch.setattr(modes, "_names", until_it_is_gone)
    modes.tighten(site.git_dir)
