"""A pack that a forger made so that its own tables, seal and history agree: verify.sh says so.

Also what it is that speaks: a script from the pack, or words that nobody signed.
"""

import shutil
from pathlib import Path

from tests.unit.cli.packs import Person, stock, verify
from tests.unit.cli.test_evidence_tampering import (
    edit_a_cell,
    reseal,
    reseal_with_the_daemons_key,
    stamp,
)


def forged_history(pack: Path, folder: Path) -> tuple[tuple[str, ...], str]:
    """Take the history out of a pack; return how to call git on it, and its head."""
    made = folder / "made"
    stock("git", "clone", "-q", "--bare", str(pack / "store.bundle"), str(made))
    git = ("git", "--git-dir", str(made), "-c", "user.name=x", "-c", "user.email=x@x")
    return git, stock(*git, "rev-parse", "refs/heads/observed").strip()


def put_history(pack: Path, git: tuple[str, ...], old: str, new: str, *refs: str) -> None:
    """Bring another head into a pack, in which everything else agrees with it."""
    stock(*git, "update-ref", "refs/heads/observed", new)
    (pack / "store.bundle").unlink()
    bundle = str(pack / "store.bundle")
    stock(*git, "bundle", "create", bundle, "refs/heads/observed", *refs)
    told = pack / "pack.json"
    told.write_text(told.read_text().replace(old, new))


def test_a_tag_named_like_the_branch_does_not_stand_for_it(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """Git takes a tag before a branch of that name: the signed head, and not the forged one."""
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    git, head = forged_history(pack, tmp_path)
    odd = stock(*git, "commit-tree", "-m", "forged", "-p", head, f"{head}~2^{{tree}}").strip()
    stock(*git, "update-ref", "refs/tags/observed", head)
    put_history(pack, git, head, odd, "refs/tags/observed")
    reseal(pack, keys / "export")
    said = verify(pack, signers, code=1)
    assert "BAD: the bundle brings more than the two branches: refs/tags/observed" in said


def test_a_pack_does_not_say_which_person_is_the_daemon(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    ada = Person.make(tmp_path, "ada")
    with_people = tmp_path / "with_people"
    with_people.write_text(signers.read_text() + ada.line)
    git, head = forged_history(pack, tmp_path)
    said = stock(*git, "log", "-1", "--format=%(trailers:key=Tree-SHA256)", head).strip()
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={ada.key}", "commit-tree", "-S")
    odd = stock(*git, *signing, "-m", f"begin\n\n{said}", f"{head}^{{tree}}").strip()
    put_history(pack, git, head, odd)
    told = pack / "pack.json"
    told.write_text(told.read_text().replace("ccontrol@north", "ada@plant.example"))
    reseal(pack, keys / "export")
    told_by = verify(pack, with_people, code=1)
    assert "'ada@plant.example' is no name of a daemon" in told_by


def test_the_daemon_seals_nothing_even_where_its_line_names_no_purpose(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    any_purpose = tmp_path / "signers"
    any_purpose.write_text(signers.read_text().replace('namespaces="git" ', ""))
    reseal_with_the_daemons_key(pack, keys)
    assert "BAD: sealed by the daemon" in verify(pack, any_purpose, code=1)


def test_a_name_in_a_pack_steers_no_terminal(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """Neither with an escape in it, nor with one that `echo` of some shells would make of it."""
    whole, signers, _ = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    (pack / "\\033[2J\x1b[2Jok").touch()
    said = verify(pack, signers, code=1)
    assert "BAD: other files than the sealed ones: \\033[2J?[2Jok" in said
    assert "\x1b" not in said


def der(tag: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + body


def test_words_beside_a_time_stamp_are_not_its_time(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """The status of an answer has a text that nobody signed; openssl prints it as it is.

    `date` takes what stands behind "(" for a comment: the true time, on the next such line.
    """
    whole, signers, _ = sealed
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    ca = stamp(pack, tmp_path)
    path = pack / "MANIFEST.sha256.tsr"
    stamped = path.read_bytes()
    token = stamped[stamped.index(b"\x30\x82", 4) :]  # behind SEQUENCE { status }
    text = der(0x0C, b"x\nTime stamp: Jan  1 00:00:00 2028 GMT (")
    granted = der(0x30, der(0x02, b"\0") + der(0x30, text))
    path.write_bytes(der(0x30, granted + token))
    shown = stock("openssl", "ts", "-reply", "-in", str(path), "-text")
    assert "\nTime stamp: Jan  1 00:00:00 2028 GMT (\n" in shown
    said = verify(pack, signers, ca)
    assert "ok:  time stamp: " in said
    assert "2028" not in said


def test_an_auditors_own_script_doubts_a_pack_whose_script_says_that_all_is_well(
    sealed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    whole, signers, keys = sealed
    own = Path(shutil.copy(whole / "verify.sh", tmp_path / "own.sh"))
    pack = Path(shutil.copytree(whole, tmp_path / "pack"))
    (pack / "verify.sh").write_text("echo Everything holds.\n")
    edit_a_cell(pack, keys)
    assert "Everything holds." in stock("sh", str(pack / "verify.sh"), str(signers))
    said = stock("sh", str(own), "-C", str(pack), str(signers), code=1)
    assert "BAD: files differ from the manifest" in said
    reseal(pack, keys / "export")
    said = stock("sh", str(own), "-C", str(pack), str(signers))
    assert "the script in the pack is another one" in said
    said = stock("sh", str(whole / "verify.sh"), str(signers))
    assert "this script comes from the pack itself" in said
