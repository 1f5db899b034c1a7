"""`ccontrol vault` on a real vault: what is kept, opened with the key held apart, let go of."""

import os
import stat
from pathlib import Path

import pytest

from ccontrol.model.journal import Outcome
from ccontrol.poll.places import EngineLock, Places
from ccontrol.store.vault import new_identity
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.test_cli_restore_kit import CONTENT, SHA256, drop


@pytest.fixture
def identity(plant: Plant, tmp_path: Path) -> Path:
    """The identity of a new vault, in the safe; the vault has one dropped file."""
    made = new_identity()
    text = plant.config.read_text()
    line = next(one for one in text.splitlines() if one.startswith("vault_recipient"))
    plant.config.write_text(text.replace(line, f'vault_recipient = "{made.recipient}"'))
    drop(plant.config, tmp_path / "copy")
    safe = tmp_path / "identity"
    safe.write_text(f"# keep it apart\n{made.secret.reveal()}\n")
    return safe


def test_what_is_kept_is_listed_with_what_it_is(plant: Plant, run: Run, identity: Path) -> None:
    said = run("--config", plant.config, "vault", "list", "--json").json
    (file,) = [one for one in said["artefacts"] if one["sha256"] == SHA256]
    assert (file["what"], file["controller_id"]) == ("file", "press-3")
    assert file["expires_at"] > file["kept_since"]
    assert "file" in run("--config", plant.config, "vault", "list").out


def test_an_artefact_is_opened_with_the_identity_and_for_its_owner_alone(
    plant: Plant, run: Run, identity: Path, tmp_path: Path
) -> None:
    out = tmp_path / "opened"
    opened = ("--config", plant.config, "vault", "open", SHA256[:12], "--identity", identity)
    assert run(*opened, "-o", out).code == 0
    assert out.read_bytes() == CONTENT
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run(*opened, "-o", out).code == 12
    other = tmp_path / "other"
    other.write_text(new_identity().secret.reveal())
    again = ("--config", plant.config, "vault", "open", SHA256, "--identity", other)
    assert run(*again, "-o", tmp_path / "no").code == 20
    assert not (tmp_path / "no").exists()


def test_what_the_vault_does_not_keep_is_not_opened(
    plant: Plant, run: Run, identity: Path, tmp_path: Path
) -> None:
    for name in ("0" * 64, SHA256[:4]):
        opened = ("--config", plant.config, "vault", "open", name, "--identity", identity)
        assert run(*opened, "-o", tmp_path / "no").code == 13


def test_old_artefacts_are_let_go_of_and_the_journal_names_them(
    plant: Plant, run: Run, identity: Path
) -> None:
    places = Places(plant.store)
    (path,) = places.vault.glob(f"??/{SHA256}.age")
    os.utime(path, (1, 1))
    said = run("--config", plant.config, "vault", "expire", "--json").json
    assert [one["sha256"] for one in said["expired"]["north"]] == [SHA256]
    lines = [one.read_text() for one in places.journal.glob("*.jsonl")]
    (line,) = [one for one in "".join(lines).splitlines() if Outcome.EXPIRED.value in one]
    assert SHA256 in line
    assert run("--config", plant.config, "vault", "expire", "--json").json["expired"]["north"] == []


def test_a_daemon_lets_nobody_else_clear_its_vault(plant: Plant, run: Run, identity: Path) -> None:
    lock = EngineLock(Places(plant.store))
    try:
        said = run("--config", plant.config, "vault", "expire")
    finally:
        lock.close()
    assert said.code == 23
    assert "ccontrol maintain" in said.err


def test_nothing_lies_in_clear(plant: Plant, identity: Path) -> None:
    (path,) = Places(plant.store).vault.glob(f"??/{SHA256}.age")
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert CONTENT not in path.read_bytes()


def test_a_vault_that_keeps_nothing_is_told(empty_plant: Plant, run: Run) -> None:
    assert "keeps nothing" in run("--config", empty_plant.config, "vault", "list").out
