"""What somebody does to a pack, and that stock tools say so: nothing of ours is run to verify."""

import hashlib
import shutil
import subprocess  # noqa: TID251 — sha256sum and ssh-keygen are the forger's tools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
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
from tests.unit.cli.plants import Plant, block, seen, things

SECOND = FIRST + timedelta(days=1)


@pytest.fixture(scope="module")
def sealed(
    made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """A pack, the auditor's own allowed signers, and a folder with everybody's keys."""
    folder = tmp_path_factory.mktemp("sealed")
    plant = lived_in(Plant(Path(shutil.copytree(made_plants[1], folder / "plant"))), FIRST)
    for name in ("export", "stranger"):
        Person.make(folder, name)
    shutil.copy(next(plant.folder.rglob("*signing*key")), folder / "daemon")
    assert export(plant, folder / "export", folder / "pack") == 0
    public = (folder / "export.pub").read_text().split()
    line = f'export@north namespaces="ccontrol-evidence" {public[0]} {public[1]}\n'
    signers = folder / "signers"
    signers.write_text((plant.folder / "allowed_signers").read_text() + line)
    return folder / "pack", signers, folder


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
    """Let an authority of our own stamp the manifest; return its certificate."""
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = own\n[own]\n"
        f"serial = {folder}/serial\nsigner_cert = {folder}/tsa.pem\nsigner_key = {folder}/tsa.key\n"
        f"certs = {folder}/tsa.pem\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\n"
        "digests = sha256\naccuracy = secs:1\n"
    )
    openssl = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3000")
    usage = ("-addext", "extendedKeyUsage=critical,timeStamping")
    files = ("-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.pem", "-subj", "/CN=own")
    stock(*openssl, *files, *usage)
    query = ("openssl", "ts", "-query", "-data", str(pack / "MANIFEST.sha256"), "-sha256", "-cert")
    stock(*query, "-out", f"{folder}/query")
    reply = ("openssl", "ts", "-reply", "-config", f"{folder}/tsa.cnf", "-queryfile")
    stock(*reply, f"{folder}/query", "-out", str(pack / "MANIFEST.sha256.tsr"))
    return folder / "tsa.pem"


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
    made_plants: tuple[Path, Path], tmp_path: Path
) -> None:
    """Stock git calls it good: the old key is still among the allowed signers."""
    plant = lived_in(Plant(Path(shutil.copytree(made_plants[1], tmp_path / "plant"))), FIRST)
    for name in ("export", "root"):
        Person.make(tmp_path, name)
    roots = f'ann@plant namespaces="ccontrol-keys" {public_of(tmp_path / "root")}\n'
    (plant.folder / "key_roots").write_text(roots)
    shutil.copy(next(plant.folder.rglob("*signing*key")), tmp_path / "retired")
    rotate = ("--config", plant.config, "key", "rotate", "north", "--root", tmp_path / "root")
    assert main([str(one) for one in rotate]) == 0
    commit_days(plant, {day: [poll("press-3", day)] for day in days_of(SECOND, SECOND)})
    assert export(plant, tmp_path / "export", tmp_path / "pack") == 0
    seal = f'export@north namespaces="ccontrol-evidence" {public_of(tmp_path / "export")}\n'
    signers = tmp_path / "signers"
    signers.write_text((plant.folder / "allowed_signers").read_text() + seal + roots)
    pack = tmp_path / "pack"
    said = verify(pack, signers)
    assert "ok:  each commit by the key that was the daemon's at its place, says ann@plant" in said
    commit_once_more(pack, tmp_path)
    reseal(pack, tmp_path / "export")
    said = verify(pack, signers, code=1)
    assert "commits signed by ccontrol@north" in said
    assert "signed between commits" in said


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
    stock(*git, "bundle", "create", str(pack / "store.bundle"), "observed")


def test_the_plant_that_made_it_is_not_needed(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    plant = Plant(keys / "plant")
    plant.take(seen("press-3", *things(block("OB1", b"\x65\x09")), minute=9))
    assert "holds" in verify(Path(shutil.copytree(whole, tmp_path / "pack")), signers)
