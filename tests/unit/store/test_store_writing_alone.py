"""One writer at a time, whatever a dead one left behind, and every failure under its own name."""

import errno
import os
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from ccontrol.errors import (
    StoreError,
    StoreForeignError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreTamperedError,
)
from ccontrol.store import known_head, maintenance, refs
from ccontrol.store.disk import Disk
from ccontrol.store.layout import BRANCH, shadow_path
from ccontrol.store.objects import blob_ids
from ccontrol.store.repository import Repository
from ccontrol.store.writer import Writer
from tests.unit.store.made_store import SAID, Site, git

WRITERS, EACH = 4, 40


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.make(tmp_path)
    site.write({"plant/press/id": b"1"})
    return site


def test_a_second_writer_is_refused_and_told_who_holds_the_store(site: Site) -> None:
    with site.writer(), pytest.raises(StoreLockedError, match=f"process {os.getpid()}"):
        site.writer()
    site.writer().close()


def test_readers_need_no_lock(site: Site) -> None:
    with site.writer(), Repository.open(site.git_dir) as reader:
        assert reader.read("plant") == {"plant/press/id": b"1"}


@pytest.mark.parametrize(
    "name",
    ["refs/heads/observed.lock", "objects/ab/tmp_obj_ccontrol_cdef"],
)
def test_what_a_dead_writer_left_is_cleared_at_once_and_named(name: str, site: Site) -> None:
    (site.git_dir / name).parent.mkdir(exist_ok=True)
    (site.git_dir / name).write_text("")
    with site.writer() as writer:
        assert writer.cleared == (name,)
    site.write({"plant/press/id": b"2"})


@pytest.mark.parametrize(
    "name",
    [
        *("HEAD.lock", "index.lock", "packed-refs.lock", "refs/heads/approved.lock"),
        *(
            "objects/ab/tmp_obj_Xy12",
            "objects/pack/tmp_pack_Xy12",
            "objects/pack/.tmp-9-pack-1.idx",
        ),
        "objects/info/commit-graphs/commit-graph-chain.lock",
    ],
)
def test_what_another_git_may_still_hold_is_cleared_when_it_is_old(name: str, site: Site) -> None:
    path = site.git_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    minute_ago = site.clock.now().timestamp() - 60
    os.utime(path, (minute_ago, minute_ago))
    with site.writer() as writer:
        assert writer.cleared == ()
    site.clock.pass_by(minutes=10)
    with site.writer() as writer:
        assert writer.cleared == (name,)
    assert not path.exists()


def test_nothing_that_holds_content_is_cleared(site: Site) -> None:
    dangling = site.git("hash-object", "-w", "--stdin", said="kept").strip()
    site.clock.pass_by(days=365)
    site.writer().close()
    assert site.git("cat-file", "blob", dangling) == "kept"


def test_a_crash_between_the_branch_and_the_memory_is_taken_up(site: Site) -> None:
    before = known_head.remembered(site.git_dir)
    assert before is not None
    newest = site.write({"plant/press/id": b"2"})
    known_head.remember(site.git_dir, before, Disk())
    site.writer().close()
    assert known_head.remembered(site.git_dir) == newest.commit


def test_two_commits_ahead_of_the_memory_are_no_crash(site: Site) -> None:
    before = known_head.remembered(site.git_dir)
    assert before is not None
    site.write({"plant/press/id": b"2"})
    site.write({"plant/press/id": b"3"})
    known_head.remember(site.git_dir, before, Disk())
    with pytest.raises(StoreForeignError):
        site.writer()


@pytest.mark.parametrize("rubbish", [None, b"", b"\0" * 41])
def test_a_lost_memory_is_learned_again_only_from_who_vouches(
    rubbish: bytes | None, site: Site
) -> None:
    path, head = site.git_dir / "ccontrol" / "head", refs.read(site.git_dir, BRANCH)
    path.unlink()
    if rubbish is not None:
        path.write_bytes(rubbish)
    with pytest.raises(StoreForeignError, match="memory") as caught:
        site.writer()
    assert "--accept-head" in caught.value.hint
    assert "memory" in "".join(fault.what for fault in site.verify().faults)
    Writer(site.git_dir, site.daemon, site.clock, accepted_head=head).close()
    assert known_head.remembered(site.git_dir) == refs.read(site.git_dir, BRANCH)


@pytest.mark.parametrize("rubbish", [None, b"", b"no database" * 999])
def test_a_lost_cache_of_shadow_ids_costs_only_time(rubbish: bytes | None, site: Site) -> None:
    for path in shadow_path(site.git_dir).parent.glob("shadow.sqlite*"):
        path.unlink()
    if rubbish is not None:
        shadow_path(site.git_dir).write_bytes(rubbish)
    with Repository.open(site.git_dir) as reader:
        assert reader.tree_of("plant") is not None
    site.write({"plant/mill/id": b"2"})
    assert site.verify().faults == ()


def test_a_forged_collision_is_refused(site: Site) -> None:
    """Stands for two files with one SHA-1: the cache claims another SHA-256 for what is stored."""
    with site.writer() as writer:
        files = {"plant/press/id": b"1", "plant/press/new": b"2"}
        writer.repository.shadows.keep({blob_ids(b"2").sha1: b"?" * 32})
        with pytest.raises(StoreTamperedError, match="share the SHA-1"):
            writer.commit(files, message=SAID, when=site.clock.now())


class BrokenDisk(Disk):
    """A disk that fails once, at the n-th thing asked of it."""

    def __init__(self, number: int, at: int) -> None:
        self.number = number
        self.left = at

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.number, os.strerror(self.number), "disk")

    def create(self, path: Path, content: bytes, mode: int) -> None:
        self.count()
        super().create(path, content, mode)

    def sync(self, path: Path) -> None:
        self.count()
        super().sync(path)

    def rename(self, source: Path, target: Path) -> None:
        self.count()
        super().rename(source, target)

    def overwrite(self, path: Path, content: bytes) -> None:
        self.count()
        super().overwrite(path, content)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EROFS, StoreReadOnlyError),
        (errno.EACCES, StoreReadOnlyError),
        (errno.EIO, StoreError),
    ],
)
def test_a_failing_disk_has_a_name(number: int, error: type[StoreError], site: Site) -> None:
    disk = BrokenDisk(number, 1)
    with Writer(site.git_dir, site.daemon, site.clock, disk=disk) as writer:
        with pytest.raises(error) as caught:
            writer.commit({"plant/x": b""}, message=SAID, when=site.clock.now())
        assert type(caught.value) is error


def test_whatever_fails_and_wherever_the_next_try_succeeds(site: Site) -> None:
    """Breaks every single file operation of a commit once, in turn."""
    failures = 0
    for at in range(1, 100):
        disk = BrokenDisk(errno.ENOSPC, at)
        content = b"edition %d" % at
        with Writer(site.git_dir, site.daemon, site.clock, disk=disk) as writer:
            try:
                writer.commit({"plant/press/id": content}, message=SAID, when=site.clock.now())
            except StoreFullError:
                failures += 1
            writer.commit({"plant/press/id": content}, message=SAID, when=site.clock.now())
            assert writer.repository.read("plant/press") == {"plant/press/id": content}
        if disk.left > 0:
            break
    assert failures > 10
    assert site.verify().faults == ()
    assert site.git("fsck", "--strict", "--no-dangling") == ""


def test_a_branch_moves_only_from_where_it_is_expected(site: Site) -> None:
    head = refs.read(site.git_dir, BRANCH)
    with pytest.raises(StoreForeignError):
        refs.compare_and_swap(site.git_dir, BRANCH, "1" * 40, "2" * 40, Disk())
    assert refs.read(site.git_dir, BRANCH) == head
    assert list(site.git_dir.rglob("*.lock")) == []


def test_a_branch_that_git_packed_is_read_and_moved(site: Site) -> None:
    head = refs.read(site.git_dir, BRANCH)
    site.git("pack-refs", "--all")
    assert not (site.git_dir / BRANCH).exists()
    assert refs.read(site.git_dir, BRANCH) == head
    newest = site.write({"plant/press/id": b"2"})
    assert site.git("rev-parse", BRANCH).strip() == newest.commit


def test_a_branch_that_points_elsewhere_is_refused(site: Site) -> None:
    site.git("symbolic-ref", BRANCH, "refs/heads/elsewhere")
    with pytest.raises(StoreForeignError, match="points at another branch"):
        site.writer()


def test_git_and_we_respect_each_others_lock(site: Site) -> None:
    lock = site.git_dir / f"{BRANCH}.lock"
    head = refs.read(site.git_dir, BRANCH)
    with site.writer() as writer:
        lock.write_text("")
        with pytest.raises(StoreLockedError):
            writer.commit({"plant/x": b""}, message=SAID, when=site.clock.now())
        assert "Unable to create" in site.git("update-ref", BRANCH, f"{head}~1", code=128)
        lock.unlink()
        assert writer.commit({"plant/x": b""}, message=SAID, when=site.clock.now()) is not None


def test_the_reflog_is_one_that_git_reads(site: Site) -> None:
    newest = site.write({"plant/press/id": b"2"})
    log = site.git("reflog", "show", "observed", "--format=%H %gs").splitlines()
    assert log[0] == f"{newest.commit} commit: press-3: OB1 changed"
    assert len(log) == 3


def _append(git_dir: Path, base: str, writer: int) -> list[str]:
    """Append commits of one writer to one branch, trying again whenever another was faster."""
    made = []
    for number in range(EACH):
        while True:
            old = refs.read(git_dir, "refs/heads/contested")
            tree = f"{base}^{{tree}}"
            who = ("-c", "user.name=w", "-c", "user.email=w@x")
            said = f"{writer} {number}"
            arguments = ("commit-tree", tree, "-p", old or "", "-m", said)
            new = git("--git-dir", str(git_dir), *who, *arguments).strip()
            try:
                refs.compare_and_swap(git_dir, "refs/heads/contested", old, new, Disk())
            except (StoreForeignError, StoreLockedError):
                time.sleep(0.001)
            else:
                made.append(new)
                break
    return made


@pytest.mark.soak
def test_four_processes_on_one_branch_lose_nothing(site: Site) -> None:
    base = site.git("rev-parse", BRANCH).strip()
    site.git("update-ref", "refs/heads/contested", base)
    with ProcessPoolExecutor(WRITERS, get_context("spawn")) as pool:
        jobs = [pool.submit(_append, site.git_dir, base, writer) for writer in range(WRITERS)]
        acknowledged = {commit for job in jobs for commit in job.result()}
    history = site.git("rev-list", f"{base}..refs/heads/contested").split()
    assert len(history) == WRITERS * EACH
    assert set(history) == acknowledged


def test_maintenance_packs_everything_and_changes_nothing(site: Site) -> None:
    for number in range(30):
        site.write({f"plant/press/FC{number % 3}": b"network %d\n" % number * 200})
    with site.writer() as writer:
        before = writer.repository.read()
        maintenance.pack(site.git_dir, writer.lock_handle)
        maintenance.index_history(site.git_dir, writer.lock_handle)
        assert maintenance.room(site.git_dir).loose == 0
        assert writer.repository.read() == before
        assert len(writer.repository.history("plant/press/FC0")) == 10
    assert maintenance.check(site.git_dir) == ()
    assert site.verify().faults == ()
    site.write({"plant/press/FC0": b"after"})


def test_maintenance_reports_a_damaged_object(site: Site) -> None:
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    path = site.git_dir / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damage")
    assert any(blob in complaint for complaint in maintenance.check(site.git_dir))


def test_a_damaged_object_is_named_and_the_others_are_still_read(site: Site) -> None:
    site.write({"plant/mill/id": b"mill"})
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    path = site.git_dir / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    for damage, error in ((b"", StoreError), (zlib.compress(b"blob 1\x009"), StoreTamperedError)):
        path.write_bytes(damage)
        with Repository.open(site.git_dir) as repository:
            with pytest.raises(error, match=blob):
                repository.read("plant/press")
            assert repository.read("plant/mill") == {"plant/mill/id": b"mill"}


@pytest.mark.parametrize("text", ["objectformat = sha256", "refStorage = reftable"])
def test_a_store_of_another_format_is_refused(text: str, site: Site) -> None:
    with (site.git_dir / "config").open("a") as config:
        config.write(f"[extensions]\n\t{text}\n")
    with pytest.raises(StoreError, match="format"):
        Repository.open(site.git_dir)


def test_a_missing_git_is_said_with_advice(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(site.folder))
    with Repository.open(site.git_dir) as repository:
        with pytest.raises(StoreError, match="not installed") as caught:
            repository.read("plant")
        with pytest.raises(StoreError, match="not installed"):
            repository.history()
    assert "Install git" in caught.value.hint
    with pytest.raises(StoreError, match="not installed"):
        maintenance.check(site.git_dir)


def test_maintenance_throws_nothing_away(site: Site) -> None:
    dangling = site.git("hash-object", "-w", "--stdin", said="kept").strip()
    with site.writer() as writer:
        maintenance.pack(site.git_dir, writer.lock_handle)
    assert site.git("cat-file", "blob", dangling) == "kept"
