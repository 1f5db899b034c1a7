"""What somebody does to a pack, and that stock tools say so: nothing of ours is run to verify."""

import shutil
import subprocess  # noqa: TID251 — sha256sum and ssh-keygen are the forger's tools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.packs import CLEAN, FIRST, Person, export, lived_in, stock, verify
from tests.unit.cli.plants import Plant, block, seen, things
from tests.unit.store.stamp_authority import StampAuthority


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
    """Let an authority stamp the manifest; return whose certificate to trust."""
    authority = StampAuthority.make(folder / "authority")
    manifest = (pack / "MANIFEST.sha256").read_bytes()
    answer = authority.answer(authority.query(manifest))
    (pack / "MANIFEST.sha256.tsr").write_bytes(answer)
    return authority.ca


def test_a_replaced_object_changes_nothing_of_what_is_read(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """Replace refs do not travel: only branches are taken from the bundle."""
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    made = tmp_path / "made"
    stock("git", "clone", "-q", "--bare", str(pack / "store.bundle"), str(made))
    git = ("git", "--git-dir", str(made), "-c", "user.name=x", "-c", "user.email=x@x")
    head = stock(*git, "rev-parse", "observed").strip()
    tree = stock(*git, "rev-parse", "observed~2^{tree}").strip()
    odd = stock(*git, "commit-tree", "-m", "forged", tree).strip()
    stock(*git, "replace", head, odd)
    (pack / "store.bundle").unlink()
    stock(*git, "bundle", "create", str(pack / "store.bundle"), "observed", f"refs/replace/{head}")
    reseal(pack, keys / "export")
    assert "holds" in verify(pack, signers)


def test_the_plant_that_made_it_is_not_needed(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    plant = Plant(keys / "plant")
    plant.take(seen("press-3", *things(block("OB1", b"\x65\x09")), minute=9))
    assert "holds" in verify(Path(shutil.copytree(whole, tmp_path / "pack")), signers)
