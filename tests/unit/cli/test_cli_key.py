"""A new key for the daemon: what was signed before stays sound, and nothing more by the old one."""

from pathlib import Path

from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.keys import generate
from tests.unit.cli.plants import Plant, Run


def test_a_rotated_key_signs_on_and_the_history_stays_sound(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    folder = plant.config.parent
    here, root = ("--config", plant.config), generate(tmp_path / "root")
    asked = (*here, "key", "rotate", "north", "--root", tmp_path / "root")
    assert run(*asked).code == 26  # nobody named who may say so
    line = AllowedSigner(("ann@plant",), root.public_key, ("ccontrol-keys",))
    (folder / "key_roots").write_text(AllowedSigners((line,)).text())
    before = (folder / "keys" / "signing-key").read_bytes()
    said = run(*asked)
    assert (said.code, "signs from commit" in said.out) == (0, True), said.err
    assert (folder / "keys" / "signing-key").read_bytes() != before
    assert run(*here, "verify").code == 0
    assert run(*here, "maintain").code == 0  # the writer opens with the new key
    history = folder / "key_history.north.toml"
    history.write_text(history.read_text().replace("first = 1\n", "first = 2\n"))
    assert run(*here, "verify").code == 26


def test_a_stranger_does_not_rotate(run: Run, plant: Plant, tmp_path: Path) -> None:
    root = generate(tmp_path / "root")
    generate(tmp_path / "stranger")
    line = AllowedSigner(("ann@plant",), root.public_key, ("ccontrol-keys",))
    (plant.config.parent / "key_roots").write_text(AllowedSigners((line,)).text())
    before = (plant.config.parent / "keys" / "signing-key").read_bytes()
    asked = ("--config", plant.config, "key", "rotate", "north", "--root", tmp_path / "stranger")
    assert run(*asked).code == 26
    assert (plant.config.parent / "keys" / "signing-key").read_bytes() == before
