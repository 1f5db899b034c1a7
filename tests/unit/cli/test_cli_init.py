"""Beginning: keys, stores and a configuration that works, and nothing that is overwritten."""

import stat
import subprocess  # noqa: TID251 — stock git is the stranger that has to agree
from pathlib import Path

import pyrage

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.config.settings import KeyFile
from tests.unit.cli.plants import Run


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_init_makes_is_a_configuration_without_faults(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "p", "--site", "north", "--site", "south").code == 0
    config = configured_with_secrets(Invocation(tmp_path / "p" / "ccontrol.toml"))
    assert [site.name for site in config.sites] == ["north", "south"]
    for site in config.sites:
        assert site.store.path == tmp_path / "p" / "baselines" / site.name
        assert isinstance(site.store.signing_key, KeyFile)
        assert len(bytes.fromhex(site.store.seal_key.reveal())) == 32


def test_the_commented_controller_works_once_its_hashes_are_gone(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "p", "--site", "north")
    path = tmp_path / "p" / "ccontrol.toml"
    head, mark, block = path.read_text().partition("# [[site.controller]]")
    path.write_text(
        head
        + "\n".join(
            line.removeprefix("# ").removeprefix("#") for line in (mark + block).splitlines()
        )
        + "\n"
    )
    (site,) = configured_with_secrets(Invocation(path)).sites
    assert [controller.id for controller in site.controllers] == ["press-3"]


def test_private_files_are_private_and_public_ones_are_not(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "p", "--site", "north")
    keys = tmp_path / "p" / "keys"
    assert {name: mode(keys / name) for name in ("signing-key", "seal-key", "vault-identity")} == {
        "signing-key": 0o600,
        "seal-key": 0o600,
        "vault-identity": 0o600,
    }
    assert mode(keys) == 0o700
    assert mode(tmp_path / "p" / "allowed_signers") == 0o644


def test_stock_git_verifies_the_new_history_with_the_file_that_init_wrote(
    run: Run, tmp_path: Path
) -> None:
    run("init", tmp_path / "p", "--site", "north")
    signers = tmp_path / "p" / "allowed_signers"
    git = ["git", "--git-dir", str(tmp_path / "p" / "baselines" / "north")]
    config = ["-c", f"gpg.ssh.allowedSignersFile={signers}"]
    done = subprocess.run(
        [*git, *config, "log", "--format=%G? %GS %an"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["G ccontrol@north ccontrol"] * 2
    names = subprocess.run(
        [*git, "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True
    )
    assert names.stdout.split() == [".gitattributes", "README.md", "keys/allowed_signers"]


def test_the_vault_identity_fits_the_recipient_and_the_advice_is_given(
    run: Run, tmp_path: Path
) -> None:
    said = run("init", tmp_path / "p", "--site", "north")
    assert "vault-identity to a safe, away from this host" in said.out
    lines = (tmp_path / "p" / "keys" / "vault-identity").read_text().splitlines()
    identity = pyrage.x25519.Identity.from_str(lines[-1])
    recipient = str(identity.to_public())
    assert f'vault_recipient = "{recipient}"' in (tmp_path / "p" / "ccontrol.toml").read_text()


def test_nothing_that_exists_is_overwritten(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "p", "--site", "north")
    before = {path: path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file()}
    said = run("init", tmp_path / "p", "--site", "south")
    assert said.code == 12
    assert "ccontrol.toml" in said.err
    assert {path: path.read_bytes() for path in before} == before
    assert not (tmp_path / "p" / "baselines" / "south").exists()


def test_a_single_taken_name_is_enough_to_refuse_everything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p" / "baselines" / "north").mkdir(parents=True)
    assert run("init", tmp_path / "p", "--site", "north").code == 12
    assert not (tmp_path / "p" / "keys").exists()


def test_a_site_needs_a_name_that_can_be_a_folder(run: Run, tmp_path: Path) -> None:
    for name in ("../north", "nul", "a b", ""):
        assert run("init", tmp_path / "p", "--site", name).code == 2
    assert run("init", tmp_path / "p").code == 2
    assert not (tmp_path / "p").exists()


def test_a_folder_that_may_not_be_written_is_said_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("init", tmp_path / "file", "--site", "north")
    assert said.code in {12, 25}
    assert "file" in said.err
