"""A mirror takes growth by the right keys and nothing else, whether it pulls or is pushed to."""

from pathlib import Path

import pytest

from ccontrol.errors import AlreadyThereError, MirrorError, StoreError
from ccontrol.store import mirror
from ccontrol.store.keys import generate
from ccontrol.store.verify import verify
from tests.unit.store.made_store import Site
from tests.unit.store.mirrored import Mirrored

OBSERVED, APPROVED = "refs/heads/observed", "refs/heads/approved"


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    return Mirrored.make(tmp_path)


def head_of(site: Site) -> str:
    return site.git("rev-parse", OBSERVED).strip()


def test_a_mirror_follows_and_is_sound(mirrored: Mirrored) -> None:
    assert mirrored.stands_at(OBSERVED) == head_of(mirrored.site)
    mirrored.site.write({"plant/press/id": b"4"})
    assert mirror.pull(mirrored.git_dir) == (f"{OBSERVED} {head_of(mirrored.site)}",)
    assert mirror.pull(mirrored.git_dir) == ()
    assert verify(mirrored.git_dir, mirrored.site.daemon.trust).faults == ()


def test_a_rewritten_source_is_refused_though_its_signatures_are_good(mirrored: Mirrored) -> None:
    stood = mirrored.stands_at(OBSERVED)
    site = mirrored.site
    site.git("update-ref", OBSERVED, f"{OBSERVED}~1")
    (site.git_dir / "ccontrol" / "head").write_text(f"{head_of(site)}\n")
    with pytest.raises(MirrorError, match="would go back"):
        mirror.pull(mirrored.git_dir)
    site.write({"plant/press/id": b"3, as it should have been"})
    assert site.verify().faults == ()
    with pytest.raises(MirrorError, match="may not be rewritten"):
        mirror.pull(mirrored.git_dir)
    assert mirrored.stands_at(OBSERVED) == stood
    assert verify(mirrored.git_dir, site.daemon.trust).faults == ()  # nothing is left of it


def test_a_source_without_its_branch_is_told(mirrored: Mirrored) -> None:
    mirrored.site.git("update-ref", "-d", OBSERVED)
    with pytest.raises(MirrorError, match="has no observed any more"):
        mirror.pull(mirrored.git_dir)


def test_an_approval_by_a_known_person_is_taken_by_push_and_by_pull(mirrored: Mirrored) -> None:
    mirrored.engineer()
    first = mirrored.approve()
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
    assert mirrored.stands_at(APPROVED) == first
    second = mirrored.approve()
    mirrored.site.git("fetch", "--quiet", str(mirrored.clone), f"approved:{APPROVED}")
    assert mirror.pull(mirrored.git_dir) == (f"{APPROVED} {second}",)


def test_a_person_does_not_observe(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.in_clone("checkout", "--quiet", "observed")
    mirrored.commit("ada")
    assert "is signed by nobody who is the daemon" in mirrored.refused("observed")


def test_branches_are_not_rewritten_deleted_or_invented(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.approve()
    assert mirrored.push("approved").returncode == 0
    mirrored.in_clone("commit", "--quiet", "--amend", "-S", "-m", "approved otherwise")
    config = ("--git-dir", str(mirrored.git_dir), "config")
    mirrored.git(*config, "receive.denyNonFastForwards", "false")
    mirrored.git(*config, "receive.denyDeletes", "false")  # the hook has to hold alone
    for what, why in (
        (("--force", "approved"), "may not be rewritten"),
        (("--delete", "approved"), "nothing is ever deleted"),
        (("--force", "approved~0:refs/heads/master"), "only observed, approved"),
        (("--force", f"{OBSERVED}:refs/replace/{mirrored.stands_at(OBSERVED)}"), "git would show"),
        (("HEAD:refs/notes/commits",), "only observed, approved"),
    ):
        mirrored.in_clone("branch", "--force", "observed", "origin/observed", check=False)
        done = mirrored.push(*what)
        assert done.returncode != 0, what
        assert why in done.stderr, (what, done.stderr)


def test_a_signed_tag_is_taken_once_and_stays(mirrored: Mirrored) -> None:
    mirrored.engineer()
    config = ("--git-dir", str(mirrored.git_dir), "config")
    mirrored.git(*config, "receive.denyDeletes", "false")
    mirrored.in_clone("tag", "-s", "-m", "accepted", "fat", "HEAD")
    mirrored.in_clone("tag", "bare", "HEAD")
    assert mirrored.push("fat").returncode == 0
    stood = mirrored.stands_at("refs/tags/fat")
    mirrored.in_clone("tag", "--force", "-s", "-m", "moved", "fat", "origin/observed")
    for what, why in (
        (("--force", "fat"), "a tag is never moved"),
        (("--delete", "fat"), "nothing is ever deleted"),
        (("bare",), "only signed tags"),
    ):
        done = mirrored.push(*what)
        assert done.returncode != 0
        assert why in done.stderr, done.stderr
    generate(mirrored.folder / "stranger")
    mirrored.in_clone("config", "user.signingkey", str(mirrored.folder / "stranger"))
    mirrored.in_clone("tag", "-s", "-m", "mine", "mine", "HEAD")
    assert "signed by nobody who may sign" in mirrored.push("mine").stderr
    assert mirrored.stands_at("refs/tags/fat") == stood


def test_a_merge_is_no_line_of_approvals(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.in_clone("checkout", "--quiet", "-b", "side", "approved")
    mirrored.approve(path="plant/press/side")
    mirrored.in_clone("checkout", "--quiet", "approved")
    mirrored.approve()
    mirrored.in_clone("merge", "--quiet", "-S", "--no-ff", "-m", "both", "side")
    assert "does not follow the one commit before it" in mirrored.refused()


def test_two_pulls_do_not_meet_and_a_name_is_taken_once(mirrored: Mirrored) -> None:
    (mirror.pinned_folder(mirrored.git_dir) / "pulling").mkdir()
    with pytest.raises(MirrorError, match="another pull is running"):
        mirror.pull(mirrored.git_dir)
    with pytest.raises(AlreadyThereError):
        mirror.make(mirrored.git_dir, "/x", mirrored.site.daemon.trust.signers, None)
    with pytest.raises(StoreError, match="no mirror"):
        mirror.pull(mirrored.site.git_dir)
    for address in ("ext::sh -c id", "-x", 'a"b', "a\nb"):
        with pytest.raises(StoreError, match="no address"):
            mirror.make(mirrored.folder / "m3", address, mirrored.site.daemon.trust.signers, None)
