"""What somebody does to a pack, and that stock tools say so: nothing of ours is run to verify."""

import hashlib
import shutil
import subprocess  # noqa: TID251 — sha256sum and ssh-keygen are the forger's tools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.store.keys import FileSigner
from ccontrol.store.sshwire import fingerprint
from tests.unit.cli.packs import (
    CLEAN,
    FIRST,
    Person,
    commit_days,
    days_of,
    export,
    lived_in,
    poll,
    stock,
    verify,
)
from tests.unit.cli.peopled import Site
from tests.unit.cli.plants import Plant, Run, block, seen, things
from tests.unit.store.stamp_authority import StampAuthority

SECOND = FIRST + timedelta(days=1)


def reseal(pack: Path, key: Path, namespace: str = "ccontrol-evidence") -> None:
    """Make the manifest anew and sign it, as ssh-keygen does."""
    files = sorted(
        str(one.relative_to(pack))
        for one in pack.rglob("*")
        if one.is_file() and one.name not in {"MANIFEST.sha256", "MANIFEST.sha256.sig"}
    )
    sums = subprocess.run(
        ["sha256sum", *files], cwd=pack, env=CLEAN, capture_output=True, check=True
    ).stdout
    (pack / "MANIFEST.sha256").write_bytes(sums)
    (pack / "MANIFEST.sha256.sig").unlink()
    stock(
        "ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key), str(pack / "MANIFEST.sha256")
    )


def edit_a_cell(pack: Path, keys: Path) -> None:
    del keys
    path = pack / "changes.csv"
    path.write_bytes(path.read_bytes().replace(b"unresolved", b"authorised"))


def edit_a_cell_and_reseal(pack: Path, keys: Path) -> None:
    edit_a_cell(pack, keys)
    reseal(pack, keys / "stranger")


def reseal_with_the_daemons_key(pack: Path, keys: Path) -> None:
    edit_a_cell(pack, keys)
    reseal(pack, keys / "daemon")


def seal_for_another_purpose(pack: Path, keys: Path) -> None:
    reseal(pack, keys / "export", "git")


def add_a_file(pack: Path, keys: Path) -> None:
    del keys
    (pack / "diffs" / "extra.diff").write_text("nothing happened\n")


def add_a_second_manifest(pack: Path, keys: Path) -> None:
    del keys
    (pack / "MANIFEST.sha256.txt").write_text("all is well\n")


def add_a_link(pack: Path, keys: Path) -> None:
    del keys
    (pack / "more.csv").symlink_to("changes.csv")


def remove_a_file(pack: Path, keys: Path) -> None:
    del keys
    (pack / "exceptions.csv").unlink()


def remove_the_seal(pack: Path, keys: Path) -> None:
    del keys
    (pack / "MANIFEST.sha256.sig").unlink()


def other_history(pack: Path) -> None:
    """Put a bundle of a history of one's own into the place of the plant's."""
    made = pack.parent / "other"
    stock("git", "init", "-q", "-b", "observed", str(made))
    who = ("-c", "user.name=x", "-c", "user.email=x@x")
    stock("git", "-C", str(made), *who, "commit", "-q", "--allow-empty", "-m", "x")
    (pack / "store.bundle").unlink()
    stock("git", "-C", str(made), "bundle", "create", str(pack / "store.bundle"), "observed")


def swap_the_bundle(pack: Path, keys: Path) -> None:
    del keys
    other_history(pack)


def swap_the_bundle_and_reseal_rightly(pack: Path, keys: Path) -> None:
    other_history(pack)
    reseal(pack, keys / "export")


def truncate_the_bundle(pack: Path, keys: Path) -> None:
    del keys
    path = pack / "store.bundle"
    path.write_bytes(path.read_bytes()[:-4000])


def truncate_the_bundle_and_reseal_rightly(pack: Path, keys: Path) -> None:
    truncate_the_bundle(pack, keys)
    reseal(pack, keys / "export")


def name_another_daemon(pack: Path, keys: Path) -> None:
    path = pack / "pack.json"
    path.write_text(path.read_text().replace("ccontrol@north", "ccontrol@south"))
    reseal(pack, keys / "export")


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (edit_a_cell, "files differ from the manifest: changes.csv: FAILED"),
        (edit_a_cell_and_reseal, "not among the allowed signers"),
        (reseal_with_the_daemons_key, "the seal does not hold"),
        (seal_for_another_purpose, "the seal does not hold"),
        (add_a_file, "other files than the sealed ones: diffs/extra.diff"),
        (add_a_second_manifest, "other files than the sealed ones: ./MANIFEST.sha256.txt"),
        (add_a_link, "neither file nor folder"),
        (remove_a_file, "files differ from the manifest"),
        (remove_the_seal, "the manifest or its signature is missing"),
        (swap_the_bundle, "store.bundle: FAILED"),
        (swap_the_bundle_and_reseal_rightly, "observed stands at"),
        (truncate_the_bundle, "store.bundle: FAILED"),
        (truncate_the_bundle_and_reseal_rightly, "the bundle cannot be unpacked"),
        (name_another_daemon, "not signed by ccontrol@south"),
    ],
)
def test_stock_tools_say_what_was_done_to_a_pack(
    sealed: tuple[Path, Path, Path],
    tmp_path: Path,
    tamper: Callable[[Path, Path], None],
    told: str,
) -> None:
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    tamper(pack, keys)
    said = verify(pack, signers, code=1)
    assert "BAD: " in said
    assert told in said


def test_a_pack_that_vouches_for_itself_is_told(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    pack = Path(shutil.copytree(sealed[0], tmp_path / "pack"))
    assert "come from the pack itself" in verify(pack, pack / "allowed_signers")


def test_a_time_stamp_is_asked_of_its_authority(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, _ = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    ca = stamp(pack, tmp_path)
    assert "ok:  time stamp: " in verify(pack, signers, ca)
    assert "name the certificate" in verify(pack, signers, code=1)
    reply = pack / "MANIFEST.sha256.tsr"
    other = Path(shutil.copytree(whole, tmp_path / "other"))
    (other / "MANIFEST.sha256").write_bytes((other / "MANIFEST.sha256").read_bytes())
    shutil.copy(reply, other)
    reseal_without_a_file(other, sealed[2] / "export")
    assert "the time stamp does not hold" in verify(other, signers, ca, code=1)


def reseal_without_a_file(pack: Path, key: Path) -> None:
    stamped = (pack / "MANIFEST.sha256.tsr").read_bytes()
    (pack / "MANIFEST.sha256.tsr").unlink()
    (pack / "evidence.xlsx").unlink()
    reseal(pack, key)
    (pack / "MANIFEST.sha256.tsr").write_bytes(stamped)


def stamp(pack: Path, folder: Path) -> Path:
    """Let an authority stamp the manifest; return whose certificate to trust."""
    authority = StampAuthority.make(folder / "authority")
    manifest = (pack / "MANIFEST.sha256").read_bytes()
    answer = authority.answer(authority.query(manifest))
    (pack / "MANIFEST.sha256.tsr").write_bytes(answer)
    return authority.ca


@pytest.mark.parametrize("moved", ["refs/replace/{head}", "refs/tags/audited"])
def test_a_bundle_with_a_replaced_object_or_a_tag_is_refused(
    sealed: tuple[Path, Path, Path], tmp_path: Path, moved: str
) -> None:
    """A pack has two branches. Nothing else is taken, and something else is a forger's."""
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    made = tmp_path / "made"
    stock("git", "clone", "-q", "--bare", str(pack / "store.bundle"), str(made))
    git = ("git", "--git-dir", str(made), "-c", "user.name=x", "-c", "user.email=x@x")
    head = stock(*git, "rev-parse", "observed").strip()
    tree = stock(*git, "rev-parse", "observed~2^{tree}").strip()
    odd = stock(*git, "commit-tree", "-m", "forged", tree).strip()
    ref = moved.format(head=head)
    stock(*git, "update-ref", ref, odd)
    (pack / "store.bundle").unlink()
    stock(*git, "bundle", "create", str(pack / "store.bundle"), "observed", ref)
    reseal(pack, keys / "export")
    assert f"the bundle brings more than the two branches: {ref}" in verify(pack, signers, code=1)


def test_a_commit_by_a_retired_key_with_an_old_date_is_out_of_its_place(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    """Stock git calls it good: the old key is still among the allowed signers."""
    pack, signers = packed_after_rotation(Site(plant, run), tmp_path)
    said = verify(pack, signers)
    assert (
        "ok:  each commit by a key that was the daemon's at its place, as people signed it" in said
    )
    assert "NOTE" not in said
    commit_once_more(pack, tmp_path)
    reseal(pack, tmp_path / "export")
    said = verify(pack, signers, code=1)
    assert "commits signed by ccontrol@north" in said
    assert "a key that was retired: a later key had taken over" in said


def test_several_keys_of_which_nobody_says_when_they_were_the_daemons_are_told(
    plant: Plant, tmp_path: Path
) -> None:
    lived_in(plant, FIRST)
    Person.make(tmp_path, "export")
    shutil.copy(next(plant.folder.rglob("*signing*key")), tmp_path / "retired")
    make = ("--config", plant.config, "key", "next", "north", "-o", tmp_path / "unused.toml")
    assert main([str(one) for one in make]) == 0
    assert main(["--config", str(plant.config), "key", "rotate", "north"]) == 0
    commit_days(plant, {day: [poll("press-3", day)] for day in days_of(SECOND, SECOND)})
    assert export(plant, tmp_path / "export", tmp_path / "pack") == 0
    said = verify(tmp_path / "pack", auditors_file(plant, tmp_path))
    assert "several keys signed observed" in said
    assert "a retired one with an old date passes" in said


def test_what_a_compromised_key_signed_is_doubtful_but_for_what_others_saw(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    site = Site(plant, run)
    pack, signers = packed_after_rotation(site, tmp_path, "--from", "2")
    said = verify(pack, signers, code=1)
    assert "may have been somebody else's" in said
    assert "ok:  each commit by a key that was the daemon's at its place" in said
    head = stock("git", "-C", str(plant.store), "rev-parse", "observed").strip()
    told = verify(pack, signers, "", head)
    assert "Everything that this script can check holds" in told
    other = verify(pack, signers, "", "ab" * 20, code=1)
    assert "was made anew" in other


def packed_after_rotation(site: Site, folder: Path, *compromised: str) -> tuple[Path, Path]:
    """Let the daemon's next key take over, and pack; return pack and the auditor's signers."""
    plant = site.plant
    site.opened.close(10)
    lived_in(plant, FIRST)
    shutil.copy(next(plant.folder.rglob("*signing*key")), folder / "retired")
    shutil.copy(site.key("export"), folder / "export")
    shutil.copy(site.key("export.pub"), folder / "export.pub")
    site.ccontrol("key", "next", "north", "-o", site.key("next.toml"))
    site.agree("next.toml")
    site.ccontrol("key", "rotate", "north")
    commit_days(plant, {day: [poll("press-3", day)] for day in days_of(SECOND, SECOND)})
    if compromised:
        old = fingerprint(FileSigner.load(folder / "retired").public_key)
        draft = ("--key", old, "-o", site.key("doubt.toml"))
        site.ccontrol("key", "compromised", "north", *compromised, *draft)
        site.agree("doubt.toml")
    return site.packed().folder, auditors_file(plant, folder, "root-1", "root-2")


def auditors_file(plant: Plant, folder: Path, *roots: str) -> Path:
    """Write what an auditor holds: the keys of daemon, seal and roots, each for its purpose."""
    seal = f'export@north namespaces="ccontrol-evidence" {public_of(folder / "export")}\n'
    lines = [
        f'root@north namespaces="ccontrol-people" {public_of(plant.folder / root)}\n'
        for root in roots
    ]
    signers = folder / "signers"
    signers.write_text((plant.folder / "allowed_signers").read_text() + seal + "".join(lines))
    return signers


def public_of(key: Path) -> str:
    return " ".join(key.with_name(f"{key.name}.pub").read_text().split()[:2])


def commit_once_more(pack: Path, folder: Path) -> None:
    """Add a commit to observed as the daemon would, with its retired key and its parent's date."""
    made = folder / "made"
    stock("git", "clone", "-q", "--bare", str(pack / "store.bundle"), str(made))
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={folder / 'retired'}")
    git = ("git", "--git-dir", str(made), "-c", "user.name=x", "-c", "user.email=x@x", *sign)
    head, tree, date, files = stock(
        *git, "log", "-1", "--format=%H %T %ct %(trailers:key=Tree-SHA256,valueonly)", "observed"
    ).split()
    raw = subprocess.run([*git, "cat-file", "commit", head], capture_output=True, check=True).stdout
    chain = f"Tree-SHA256: {files}\nParent-SHA256: {hashlib.sha256(raw).hexdigest()}"
    at = ("env", f"GIT_COMMITTER_DATE={date} +0000", f"GIT_AUTHOR_DATE={date} +0000")
    text = ("-m", "nothing happened", "-m", chain)
    new = stock(*at, *git, "commit-tree", "-S", "-p", head, *text, tree).strip()
    stock(*git, "update-ref", "refs/heads/observed", new)
    about = pack / "pack.json"
    about.write_text(about.read_text().replace(head, new))
    (pack / "store.bundle").unlink()
    stock(*git, "bundle", "create", str(pack / "store.bundle"), "observed", "approved")


def test_the_plant_that_made_it_is_not_needed(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    plant = Plant(keys / "plant")
    plant.take(seen("press-3", *things(block("OB1", b"\x65\x09")), minute=9))
    assert "holds" in verify(Path(shutil.copytree(whole, tmp_path / "pack")), signers)
