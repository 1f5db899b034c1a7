"""A mirror takes growth by the right keys and nothing else, whether it pulls or is pushed to."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.errors import AlreadyThereError, BadFileError, MirrorError, StoreError
from ccontrol.store import mirror
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.keys import generate
from ccontrol.store.verify import verify
from tests.unit.store.made_store import Site
from tests.unit.store.mirrored import ANN, Mirrored, people

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


@pytest.mark.parametrize(
    ("key", "options", "why"),
    [
        ("ann", ("--no-gpg-sign",), "is not signed"),
        ("stranger", (), "is signed by nobody whom people_signers names"),
        ("signing-key", (), "is signed by nobody whom people_signers names"),
    ],
)
def test_an_approval_without_a_persons_signature_is_refused(
    mirrored: Mirrored, key: str, options: tuple[str, ...], why: str
) -> None:
    generate(mirrored.folder / "stranger")
    mirrored.engineer()
    mirrored.approve(key, *options)
    done = mirrored.push("approved")
    assert done.returncode != 0
    assert why in done.stderr
    assert mirrored.stands_at(OBSERVED)
    assert mirrored.git(
        "--git-dir", str(mirrored.git_dir), "rev-parse", "--verify", APPROVED, check=False
    ).returncode


def test_the_daemon_never_approves_whatever_the_peoples_file_says(mirrored: Mirrored) -> None:
    daemon = mirrored.site.daemon
    signers = mirror.pinned_folder(mirrored.git_dir) / "people_signers"
    line = AllowedSigner((ANN,), daemon.signer.public_key)
    signers.write_text(AllowedSigners((line,)).text())
    mirrored.engineer()
    mirrored.approve("signing-key")
    done = mirrored.push("approved")
    assert "is signed by the daemon, which never approves" in done.stderr
    with pytest.raises(StoreError, match="a daemon's key is among the people's"):
        mirror.make(mirrored.folder / "m2", "/x", daemon.trust.signers, AllowedSigners((line,)))


def test_a_person_does_not_observe(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.in_clone("checkout", "--quiet", "observed")
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={mirrored.folder / 'ann'}")
    mirrored.in_clone(*sign, "commit", "--quiet", "--allow-empty", "-S", "-m", "I was here")
    done = mirrored.push("observed")
    assert done.returncode != 0
    assert "is signed by nobody whom daemon_signers names" in done.stderr


def test_a_retired_key_with_an_old_date_is_refused(mirrored: Mirrored) -> None:
    retired = SystemClock().now() - timedelta(days=30)
    line = AllowedSigner((ANN,), mirrored.ann.public_key, ("git",), None, retired)
    mirror.pin(mirrored.git_dir, mirrored.site.daemon.trust.signers, AllowedSigners((line,)))
    mirrored.engineer()
    old = f"{int((retired - timedelta(days=1)).timestamp())} +0000"
    dates = {"GIT_AUTHOR_DATE": old, "GIT_COMMITTER_DATE": old}
    mirrored.in_clone("checkout", "--quiet", "--orphan", "approved")
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={mirrored.folder / 'ann'}")
    mirrored.in_clone(*sign, "commit", "--quiet", "-S", "-m", "approved", env=dates)
    signers = mirror.pinned_folder(mirrored.git_dir) / "people_signers"
    trusting = ("-c", f"gpg.ssh.allowedSignersFile={signers}")
    assert mirrored.in_clone(*trusting, "log", "-1", "--format=%G?").stdout == "G\n"
    done = mirrored.push("approved")
    assert "with a key that may not sign today" in done.stderr


def test_branches_are_not_rewritten_deleted_or_invented(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.approve()
    assert mirrored.push("approved").returncode == 0
    mirrored.in_clone("config", "gpg.format", "ssh")
    mirrored.in_clone("config", "user.signingkey", str(mirrored.folder / "ann"))
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
    mirrored.in_clone("config", "gpg.format", "ssh")
    mirrored.in_clone("config", "user.signingkey", str(mirrored.folder / "ann"))
    config = ("--git-dir", str(mirrored.git_dir), "config")
    mirrored.git(*config, "receive.denyDeletes", "false")
    mirrored.in_clone("tag", "-s", "-m", "accepted", "fat", "HEAD")
    mirrored.in_clone("tag", "bare", "HEAD")
    assert mirrored.push("fat").returncode == 0
    stood = mirrored.stands_at("refs/tags/fat")
    mirrored.in_clone("tag", "--force", "-s", "-m", "moved", "fat", "HEAD~1")
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
    assert "not signed by anybody" in mirrored.push("mine").stderr
    assert mirrored.stands_at("refs/tags/fat") == stood


def test_a_merge_is_no_line_of_approvals(mirrored: Mirrored) -> None:
    mirrored.engineer()
    mirrored.approve()
    mirrored.push("approved")
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={mirrored.folder / 'ann'}")
    mirrored.in_clone("checkout", "--quiet", "-b", "side", "approved")
    mirrored.in_clone(*sign, "commit", "--quiet", "--allow-empty", "-S", "-m", "side")
    mirrored.in_clone("checkout", "--quiet", "approved")
    mirrored.in_clone(*sign, "commit", "--quiet", "--allow-empty", "-S", "-m", "main")
    mirrored.in_clone(*sign, "merge", "--quiet", "-S", "--no-ff", "-m", "both", "side")
    assert "does not follow the one commit before it" in mirrored.push("approved").stderr


def test_history_crosses_on_a_stick_whole_and_then_in_steps(mirrored: Mirrored) -> None:
    site, stick = mirrored.site, mirrored.folder
    other = mirrored.folder / "other.git"
    mirror.make(other, "/nowhere", site.daemon.trust.signers, people(mirrored.ann))
    heads = mirror.export_bundle(site.git_dir, stick / "first.bundle")
    assert heads == (f"{head_of(site)} {OBSERVED}",)
    mirror.pull(other, str(stick / "first.bundle"))
    assert verify(other, site.daemon.trust).faults == ()
    known = [head.split()[0] for head in mirror.heads_of(stick / "first.bundle")]
    with pytest.raises(StoreError, match="nothing new"):
        mirror.export_bundle(site.git_dir, stick / "none.bundle", known)
    for text in (b"4", b"5"):
        site.write({"plant/press/id": text})
    mirror.export_bundle(site.git_dir, stick / "second.bundle", known)
    assert mirror.pull(other, str(stick / "second.bundle")) == (f"{OBSERVED} {head_of(site)}",)
    assert verify(other, site.daemon.trust).faults == ()
    assert verify(other, site.daemon.trust).commits == 6


def test_a_step_that_was_left_out_is_told(mirrored: Mirrored) -> None:
    site, stick = mirrored.site, mirrored.folder
    other = mirrored.folder / "other.git"
    mirror.make(other, "/nowhere", site.daemon.trust.signers, None)
    mirror.export_bundle(site.git_dir, stick / "first.bundle")
    known = [head.split()[0] for head in mirror.heads_of(stick / "first.bundle")]
    site.write({"plant/press/id": b"4"})
    mirror.export_bundle(site.git_dir, stick / "second.bundle", known)
    with pytest.raises(MirrorError, match="could not be fetched whole"):
        mirror.pull(other, str(stick / "second.bundle"))
    assert not mirrored.git(
        "--git-dir", str(other), "for-each-ref", "--format=%(refname)"
    ).stdout.strip()


@pytest.mark.parametrize("kept", [10, 60, -20])
def test_a_truncated_bundle_changes_nothing(mirrored: Mirrored, kept: int) -> None:
    mirrored.site.write({"plant/press/id": b"4"})
    bundle = mirrored.folder / "cut.bundle"
    mirror.export_bundle(mirrored.site.git_dir, bundle)
    bundle.write_bytes(bundle.read_bytes()[:kept])
    stood = mirrored.stands_at(OBSERVED)
    with pytest.raises(MirrorError, match="nothing was changed"):
        mirror.pull(mirrored.git_dir, str(bundle))
    assert mirrored.stands_at(OBSERVED) == stood
    if kept == 10:
        with pytest.raises(BadFileError):
            mirror.heads_of(bundle)


def test_a_bundle_of_another_history_is_refused(mirrored: Mirrored, tmp_path: Path) -> None:
    folder = tmp_path / "forger"
    folder.mkdir()
    shutil.copy(mirrored.folder / "signing-key", folder / "key")
    forger = Site.make(folder)
    forger.write({"plant/press/id": b"6"})
    mirror.export_bundle(forger.git_dir, folder / "forged.bundle")
    with pytest.raises(MirrorError, match="may not be rewritten"):
        mirror.pull(mirrored.git_dir, str(folder / "forged.bundle"))


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
