"""What docs/operations.md promises about clones, mirrors, keys and restoring, done as it says."""

import re
import shutil
import subprocess  # noqa: TID251 — stock git and OpenSSH are the strangers that have to agree
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
from tests.unit.cli.plants import CONTROLLERS, Plant, block, seen, things

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="git verifies SSH signatures with ssh-keygen"
)


def sh(folder: Path, line: str) -> str:
    """Run a line as it stands in the documentation."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ccontrol(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """A plant with three changes."""
    folder = tmp_path / "plant"
    assert ccontrol("init", folder, "--site", "north") == 0
    config = folder / "ccontrol.toml"
    config.write_text(config.read_text() + CONTROLLERS)
    made = Plant(folder)
    made.take(
        seen("press-3", *things(block("OB1"))),
        seen("mixer-1", *things(block("OB1"))),
        seen("press-3", *things(block("OB1", b"\x65\x01")), minute=5),
    )
    return made


@pytest.fixture
def clone(plant: Plant, tmp_path: Path) -> Iterator[Path]:
    """A plain clone with the setting that verifying needs."""
    sh(tmp_path, "git clone --quiet plant/baselines/north history")
    sh(tmp_path / "history", "git config gpg.ssh.allowedSignersFile ../plant/allowed_signers")
    yield tmp_path / "history"
    shutil.rmtree(tmp_path / "history")


def test_git_reads_and_verifies_a_plain_clone(clone: Path) -> None:
    assert 'Good "git" signature for ccontrol@north' in sh(clone, "git log --show-signature")
    assert sh(clone, "git log --format=%G? | sort | uniq -c").split() == ["5", "G"]
    assert "OB1" in sh(clone, "git log --oneline -- plant/hall-2/press-3")
    assert "\n+65 01\n" in sh(clone, "git diff HEAD~1 HEAD -- plant/hall-2/press-3")
    sh(clone, "git verify-commit HEAD")
    sh(clone, "git fsck --strict")


def test_both_sha_256_trailers_can_be_computed_with_stock_tools(
    clone: Path, tmp_path: Path
) -> None:
    said = sh(clone, "git cat-file commit HEAD | grep SHA256")
    parent = sh(clone, "git cat-file commit HEAD~1 | sha256sum").split()[0]
    again = tmp_path / "again"
    tree = sh(
        clone,
        f"git init --quiet --object-format=sha256 {again};"
        f"git archive HEAD | tar x -C {again};"
        f"git -C {again} add -A -f;"
        f"git -C {again} write-tree",
    ).strip()
    assert f"Parent-SHA256: {parent}" in said
    assert f"Tree-SHA256: {tree}" in said


def test_a_bare_clone_elsewhere_is_sound_without_a_configuration(
    plant: Plant, tmp_path: Path
) -> None:
    sh(
        tmp_path,
        "git clone --quiet --bare -c core.useReplaceRefs=false plant/baselines/north n.git",
    )
    signers = plant.folder / "allowed_signers"
    asked = ("verify", "north", "--store", tmp_path / "n.git", "--allowed-signers", signers)
    assert ccontrol(*asked) == 0


def test_a_mirror_that_pulls_refuses_a_rewritten_history_and_tells_on_it(
    plant: Plant, tmp_path: Path
) -> None:
    store = plant.store
    sh(tmp_path, f"git clone --quiet --mirror -c core.useReplaceRefs=false {store} m.git")
    sh(
        tmp_path,
        "git -C m.git config remote.origin.fetch refs/heads/observed:refs/heads/observed",
    )
    sh(tmp_path, "git -C m.git fetch --quiet")
    witness = sh(tmp_path, "git -C m.git rev-parse refs/heads/observed").strip()
    assert ccontrol("--config", plant.config, "verify", "north", "--seen", witness) == 0
    sh(store, "git update-ref refs/heads/observed observed~1")
    plant_after = sh(store, "git commit-tree -p observed -m rewritten 'observed^{tree}'").strip()
    sh(store, f"git update-ref refs/heads/observed {plant_after}")
    with pytest.raises(AssertionError, match=r"rejected.*non-fast-forward"):
        sh(tmp_path, "git -C m.git fetch")
    assert ccontrol("--config", plant.config, "verify", "north", "--seen", witness) == 21


def test_a_branch_restored_from_a_mirror_is_written_again_once_its_head_is_vouched_for(
    plant: Plant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sh(tmp_path, f"git clone --quiet --mirror {plant.store} m.git")
    plant.take(seen("press-3", *things(block("OB1", b"later")), minute=9))
    sh(plant.store, "git fetch --quiet ../../../m.git +refs/heads/observed:refs/heads/observed")
    head = sh(plant.store, "git rev-parse refs/heads/observed").strip()
    config = ("--config", plant.config)
    assert ccontrol(*config, "maintain") == 22
    assert ccontrol(*config, "maintain", "north", "--accept-head", "0" * 40) in {20, 22}
    assert ccontrol(*config, "maintain", "north", "--accept-head", head) == 0
    plant.take(seen("press-3", *things(block("OB1", b"again")), minute=12))
    assert ccontrol(*config, "verify") == 0
    capsys.readouterr()


def test_the_signing_key_can_be_changed_as_the_manual_says(plant: Plant) -> None:
    keys = plant.folder / "keys"
    sh(keys, 'ssh-keygen -q -t ed25519 -N "" -C ccontrol -f signing-key.new')
    now = datetime.now(UTC)  # noqa: TID251 — the key changes now, on the host's own clock
    boundary = (now + timedelta(seconds=1)).strftime("%Y%m%d%H%M%SZ")
    old, new = (
        (keys / name).read_text().rsplit(" ", 1)[0]
        for name in ("signing-key.pub", "signing-key.new.pub")
    )
    (plant.folder / "allowed_signers").write_text(
        f'ccontrol@north namespaces="git",valid-before="{boundary}" {old}\n'
        f'ccontrol@north namespaces="git" {new}\n'
    )
    for end in ("", ".pub"):
        (keys / f"signing-key.new{end}").replace(keys / f"signing-key{end}")
    assert ccontrol("--config", plant.config, "maintain") == 0
    assert ccontrol("--config", plant.config, "verify") == 0
    git = f"git -c gpg.ssh.allowedSignersFile={plant.folder / 'allowed_signers'}"
    assert set(sh(plant.store, f"{git} log --format=%G? observed").split()) == {"G"}


def test_a_bundle_carries_the_history_of_a_site_that_is_cut_off(
    plant: Plant, tmp_path: Path
) -> None:
    sh(
        tmp_path,
        f"git -C {plant.store} bundle create --quiet {tmp_path}/north.bundle"
        " HEAD refs/heads/observed",
    )
    sh(tmp_path, "git clone --quiet --bare -c core.useReplaceRefs=false north.bundle n.git")
    signers = plant.folder / "allowed_signers"
    asked = ("verify", "north", "--store", tmp_path / "n.git", "--allowed-signers", signers)
    assert ccontrol(*asked) == 0


def test_the_vault_opens_with_the_identity_that_init_wrote(plant: Plant) -> None:
    text = (plant.folder / "keys" / "vault-identity").read_text()
    assert re.search(r"^AGE-SECRET-KEY-1[0-9A-Z]+$", text, re.MULTILINE)
