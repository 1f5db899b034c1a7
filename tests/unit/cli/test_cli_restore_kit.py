"""`ccontrol restore-kit` on a real store and a real vault: what a person finds in the folder."""

import hashlib
from datetime import timedelta
from pathlib import Path

from ccontrol.canonical.project_files import FileFacts
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets, controller_named
from ccontrol.config.settings import KeyFile
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import Places
from ccontrol.poll.project_line import Dropped, take
from ccontrol.store.index import Index
from ccontrol.store.keys import FileSigner
from ccontrol.store.room import Room
from ccontrol.store.vault import Vault
from ccontrol.store.writer import Daemon, Writer
from tests.unit.cli.plants import BEGIN, Plant, Run
from tests.unit.store.made_store import SetClock

CONTENT = b"<RSLogix5000Content/>"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def drop(
    config: Path,
    copy: Path,
    name: str = "Press3.L5X",
    content: bytes = CONTENT,
    *,
    minute: int = 10,
    says: str = "a := 0;\n",
) -> None:
    """Drop a file for press-3, as the daemon would take it."""
    sha256 = hashlib.sha256(content).hexdigest()
    watched = controller_named(configured_with_secrets(Invocation(config)), "press-3")
    store, places = watched.site.store, Places(watched.site.store.path)
    key = store.signing_key
    assert isinstance(key, KeyFile)
    copy.write_bytes(content)
    clock, index = SetClock(BEGIN + timedelta(minutes=minute)), Index(places.index)
    writer = Writer(store.path, Daemon(watched.site.name, FileSigner.load(key.path)), clock)
    line = Line(
        writer, index, Vault(places.vault, store.vault_recipient), Room(store.path, 0), clock
    )
    file = FileFacts(name, sha256, len(content), "alice", clock.now())
    part = Part(("Main",), Language.ST, Aspect.PROGRAM, says)
    read = ProjectRead(1, Project("l5x/1", "Press3", (part,)))
    assert take(line, Dropped(watched.controller, file, copy, read, clock.now()))
    line.close()
    index.close()


def test_the_kit_holds_the_file_its_hash_and_what_the_controller_was(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    drop(plant.config, tmp_path / "copy")
    kit = tmp_path / "kit"
    identity = plant.folder / "keys" / "vault-identity"
    call = ("--config", plant.config, "restore-kit", "press-3", "-o", kit, "--identity", identity)
    answer = run(*call, "--json")
    assert answer.code == 0, answer.err
    (file,) = answer.json["files"]
    assert (file["sha256"], file["missing"], file["is_firmware"]) == (SHA256, "", False)
    assert (kit / "Press3.L5X").read_bytes() == CONTENT
    assert f"{SHA256}  Press3.L5X" in (kit / "SHA256SUMS").read_text()
    readme = (kit / "README.txt").read_text()
    assert "6ES7 315-2EH14-0AB0" in readme
    assert "standing      bound" in readme  # its program was seen to change just before
    told = run("--config", plant.config, "status", "press-3")
    assert "project file Press3.L5X: bound" in told.out
    assert kit.stat().st_mode & 0o077 == 0
    assert run(*call).code == 12, "nothing is ever overwritten"


def test_the_kit_holds_every_file_of_the_drop_and_the_firmware_and_says_which_is_which(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    drop(plant.config, tmp_path / "copy")
    drop(plant.config, tmp_path / "copy", "Panel/Panel.L5X", b"another", minute=11)
    drop(plant.config, tmp_path / "copy", "6ES7315.upd", b"firmware", minute=12)
    kit = tmp_path / "kit"
    identity = plant.folder / "keys" / "vault-identity"
    call = ("--config", plant.config, "restore-kit", "press-3", "-o", kit, "--identity", identity)
    answer = run(*call)
    assert "Panel/Panel.L5X, Press3.L5X, 6ES7315.upd (bound)" in answer.out.replace("\n", " ")
    assert {path.name for path in kit.iterdir()} == {
        "6ES7315.upd",
        "Panel=2FPanel.L5X",
        "Press3.L5X",
        "README.txt",
        "SHA256SUMS",
    }
    readme = (kit / "README.txt").read_text()
    assert "Several files were dropped" in readme
    assert "firmware      6ES7315.upd" in readme
    for line in (kit / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((kit / name).read_bytes()).hexdigest() == digest
    told = run("--config", plant.config, "status", "press-3")
    assert "project file Panel/Panel.L5X and 1 more: bound" in told.out


def test_a_file_that_the_vault_does_not_keep_any_more_is_named_as_missing(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    drop(plant.config, tmp_path / "copy")
    for sealed in plant.folder.glob(f"baselines/*/ccontrol/vault/*/{SHA256}.age"):
        sealed.unlink()
    kit, identity = tmp_path / "kit", plant.folder / "keys" / "vault-identity"
    call = ("--config", plant.config, "restore-kit", "press-3", "-o", kit, "--identity", identity)
    answer = run(*call)
    assert answer.code == 0
    assert "does not keep this artefact" in answer.out
    assert "NOT HERE" in (kit / "README.txt").read_text()
    assert not (kit / "Press3.L5X").exists()


def test_without_the_identity_the_kit_says_that_the_file_is_missing(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    drop(plant.config, tmp_path / "copy")
    answer = run("--config", plant.config, "restore-kit", "press-3", "-o", tmp_path / "kit")
    assert answer.code == 0
    assert "is not in it" in answer.out
    assert not (tmp_path / "kit" / "Press3.L5X").exists()


def test_a_controller_without_a_file_has_no_kit(plant: Plant, run: Run, tmp_path: Path) -> None:
    answer = run("--config", plant.config, "restore-kit", "press-3", "-o", tmp_path / "kit")
    assert answer.code == 20
    assert "was ever dropped" in answer.err
    assert not (tmp_path / "kit").exists()


def test_diff_and_show_tell_what_changed_in_a_dropped_file(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    drop(plant.config, tmp_path / "copy", says="a := 1;\n")
    drop(plant.config, tmp_path / "copy", content=b"another", minute=11, says="a := 2;\n")
    told = run("--config", plant.config, "diff", "press-3")
    assert "Press3.L5X" in told.out
    assert "+a := 2;" in told.out
    assert "no unit differs" not in told.out
    (change,) = run("--config", plant.config, "diff", "press-3", "--json").json["files"]
    assert (change["file"], change["part"]) == ("Press3.L5X", "Main")
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]["change_id"]
    shown = run("--config", plant.config, "show", newest).out
    assert "the file   kept in the vault" in shown
    assert "the file was taken at" in shown
