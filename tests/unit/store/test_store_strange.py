"""A store from a stranger's hands: its settings run nothing, and no name in it means two things."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.store import maintenance, refs, settings
from ccontrol.store.repository import Repository
from tests.unit.store.made_store import SAID, Site, git

BRANCH = "refs/heads/observed"
PROMISOR = '[remote "o"]\n\turl = {url}\n\tpromisor = true\n[extensions]\n\tpartialClone = o\n'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.make(tmp_path)
    site.write({"plant/press/id": b"1"})
    site.write({"plant/press/id": b"2"})
    return site


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Make a program that leaves a mark when somebody runs it."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\nexit 1\n")
    program.chmod(0o755)
    return program


def configure(site: Site, text: str) -> None:
    with (site.git_dir / "config").open("a") as config:
        config.write(text)


def complaints(site: Site) -> str:
    return "\n".join(fault.what for fault in site.verify().faults)


def lose_an_object(site: Site) -> None:
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    (site.git_dir / "objects" / blob[:2] / blob[2:]).unlink()


def foreign_commit(site: Site) -> str:
    who = ("-c", "user.name=eve", "-c", "user.email=eve@x")
    return site.git(*who, "commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, "-m", "EVIL").strip()


def looks(site: Site) -> tuple[Callable[[], object], ...]:
    def read() -> object:
        with Repository.open(site.git_dir) as repository:
            return repository.read("plant")

    return site.verify, read, lambda: site.writer().close()


def sprung_by(site: Site, look: Callable[[], object]) -> bool:
    with suppress(StoreError):  # refusing is as good an answer as any here
        look()
    return (site.folder / "sprung").exists()


@pytest.mark.parametrize(
    "text",
    [
        PROMISOR.format(url="/nowhere") + '[remote "o"]\n\tuploadpack = {trap}\n',
        PROMISOR.format(url="ext::{trap}") + '[protocol "ext"]\n\tallow = always\n',
        PROMISOR.format(url="ssh://x/y") + "[core]\n\tsshCommand = {trap}\n",
    ],
)
@pytest.mark.parametrize("version", ["", "[core]\n\trepositoryformatversion = 1\n"])
def test_no_setting_of_a_store_runs_a_program(
    text: str, version: str, site: Site, trap: Path
) -> None:
    lose_an_object(site)
    configure(site, version + text.format(trap=trap))
    assert not any(sprung_by(site, look) for look in looks(site))
    assert "nothing was read" in complaints(site)
    with pytest.raises(StoreTamperedError, match=r"config: line \d+ sets"):
        Repository.open(site.git_dir)


def test_git_itself_fetches_nothing_even_where_settings_tell_it_to(site: Site, trap: Path) -> None:
    lose_an_object(site)
    configure(site, PROMISOR.format(url="/nowhere") + f'[remote "o"]\n\tuploadpack = {trap}\n')
    assert not sprung_by(site, lambda: maintenance.check(site.git_dir))
    assert not sprung_by(site, lambda: maintenance.index_history(site.git_dir, 0))


@pytest.mark.parametrize(
    "text",
    [
        *("[include]\n\tpath = x\n", "[core]\n\thooksPath = x\n", "[core]\n\tworktree = /\n"),
        *("[extensions]\n\tworktreeConfig = true\n", "[gc]\n\trecentObjectsHook = x\n"),
        *("[alias]\n\trev-list = !x\n", "[core] fsmonitor = x\n", "[core]\n\tbare\n"),
        *('[remote "o"]\n\turl = ext::x\n', '[remote "o"]\n\tvcs = x\n', "[core]\n\tbare = a\\\n"),
        *("[core]\n\tbare = true ; x\n", '[core]\n\tbare = "true"\n', "[core]\r\n", "\ufefffile"),
        *("[include\n", "[core]\n\trepositoryformatversion = 1\n", "#" * 70_000),
    ],
)
def test_settings_that_are_not_known_to_be_harmless_are_refused(text: str, site: Site) -> None:
    configure(site, text)
    assert "nothing was read" in complaints(site)
    with pytest.raises(StoreTamperedError):
        site.writer()


def test_the_settings_of_a_mirror_are_harmless(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "mirror.git"
    git("clone", "-q", "--mirror", "-c", "core.useReplaceRefs=false", str(site.git_dir), str(copy))
    git("-C", str(copy), "config", "remote.origin.fetch", f"{BRANCH}:{BRANCH}")
    assert settings.read(copy)["remote.*.mirror"] == "true"
    Repository.open(copy).close()


def test_the_last_of_two_settings_counts_as_it_does_for_git(site: Site) -> None:
    configure(site, "[core]\n\tuseReplaceRefs = true\n")
    assert "useReplaceRefs" in complaints(site)


def test_a_store_without_settings_is_refused_by_name(site: Site) -> None:
    (site.git_dir / "config").unlink()
    with pytest.raises(StoreError, match="config"):
        Repository.open(site.git_dir)


@pytest.mark.parametrize("name", ["refs/tags/observed", "refs/heads/main", "refs/notes/commits"])
def test_a_branch_or_tag_that_is_not_ours_is_seen(name: str, site: Site) -> None:
    site.git("update-ref", name, foreign_commit(site))
    assert f"{name}: ccontrol makes no such branch" in complaints(site)
    site.git("pack-refs", "--all")
    assert f"{name}: ccontrol makes no such branch" in complaints(site)


def test_the_branch_of_the_approvers_is_no_fault(site: Site) -> None:
    site.git("update-ref", "refs/heads/approved", BRANCH)
    assert site.verify().faults == ()


@pytest.mark.parametrize("name", ["observed", "commondir", "config.worktree", "worktrees"])
def test_a_file_that_would_lead_git_elsewhere_is_refused(name: str, site: Site) -> None:
    (site.git_dir / name).write_text(foreign_commit(site) + "\n")
    assert f"{name} is there" in complaints(site)
    with pytest.raises(StoreTamperedError, match=name):
        site.writer()


@pytest.mark.parametrize(
    "name",
    [
        *("HEAD", "config", "objects", "refs", "refs/heads", "refs/heads/observed", "logs"),
        *("ccontrol", "ccontrol/head", "ccontrol/lock", "objects/pack"),
    ],
)
def test_a_link_in_place_of_a_file_or_folder_is_refused(name: str, site: Site) -> None:
    path = site.git_dir / name
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        path.rename(site.folder / "moved")
    else:
        (site.folder / "moved").mkdir()
    path.symlink_to(site.folder / "moved")
    assert name in complaints(site)
    with pytest.raises(StoreTamperedError, match=name):
        Repository.open(site.git_dir)


def test_a_branch_that_becomes_a_link_while_the_daemon_runs_stops_it(site: Site) -> None:
    path = site.git_dir / BRANCH
    with site.writer() as writer:
        path.rename(site.folder / "moved")
        path.symlink_to(site.folder / "moved")
        with pytest.raises(StoreTamperedError, match="leads elsewhere"):
            writer.commit({"plant/x": b""}, message=SAID, when=site.clock.now())


def test_a_pipe_in_place_of_a_branch_holds_nobody_up(site: Site) -> None:
    (site.git_dir / BRANCH).unlink()
    os.mkfifo(site.git_dir / BRANCH)
    with pytest.raises(StoreTamperedError, match="no plain file"):
        refs.read(site.git_dir, BRANCH)


@pytest.mark.parametrize("header", ["# pack-refs with: peeled fully-peeled sorted \n", ""])
def test_a_branch_that_is_packed_twice_is_refused(header: str, site: Site) -> None:
    good, evil = refs.read(site.git_dir, BRANCH), foreign_commit(site)
    (site.git_dir / BRANCH).unlink()
    packed = f"{header}{evil} {BRANCH}\n{good} {BRANCH}\n"
    (site.git_dir / "packed-refs").write_text(packed)
    assert "twice or out of order" in complaints(site)
    with pytest.raises(StoreTamperedError, match="twice"):
        site.writer()


@pytest.mark.parametrize("text", ["garbage\n", "\0", f"{'a' * 40} {BRANCH}", f"^{'a' * 40}\n"])
def test_rubbish_among_the_packed_branches_is_named(text: str, site: Site) -> None:
    (site.git_dir / "packed-refs").write_text(text)
    assert "packed-refs: not as git writes it" in complaints(site)


def test_a_store_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        site = Site.make(tmp_path)
        site.write({"plant/press/id": b"1"})
        with site.writer() as writer:
            maintenance.pack(site.git_dir, writer.lock_handle)
            maintenance.index_history(site.git_dir, writer.lock_handle)
        site.write({"plant/press/id": b"2"})
    finally:
        os.umask(before)
    open_to_others = [
        str(path.relative_to(tmp_path))
        for path in (site.git_dir, *site.git_dir.rglob("*"))
        if path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
    assert site.verify().faults == ()
