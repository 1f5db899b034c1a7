"""`ccontrol restore-kit` on a real store and a real vault: what a person finds in the folder."""

import hashlib
from pathlib import Path

from ccontrol.canonical.project_files import FileFacts
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets, controller_named
from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile
from ccontrol.logic.project import Project
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import Places
from ccontrol.poll.project_line import Dropped, take
from ccontrol.store.index import Index
from ccontrol.store.keys import FileSigner
from ccontrol.store.room import Room
from ccontrol.store.vault import Vault
from ccontrol.store.writer import Daemon, Writer
from tests.unit.cli.plants import Plant, Run

CONTENT = b"<RSLogix5000Content/>"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def drop(config: Path, copy: Path) -> None:
    """Drop a file for press-3, as the daemon would take it."""
    watched = controller_named(configured_with_secrets(Invocation(config)), "press-3")
    store, places = watched.site.store, Places(watched.site.store.path)
    key = store.signing_key
    assert isinstance(key, KeyFile)
    copy.write_bytes(CONTENT)
    clock, index = SystemClock(), Index(places.index)
    writer = Writer(store.path, Daemon(watched.site.name, FileSigner.load(key.path)), clock)
    line = Line(
        writer, index, Vault(places.vault, store.vault_recipient), Room(store.path, 0), clock
    )
    file = FileFacts("Press3.L5X", SHA256, len(CONTENT), "alice", clock.now())
    read = ProjectRead(1, Project("l5x/1", "Press3", ()))
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
    assert answer.json["sha256"] == SHA256
    assert answer.json["decrypted"] is True
    assert (kit / "Press3.L5X").read_bytes() == CONTENT
    assert f"{SHA256}  Press3.L5X" in (kit / "SHA256SUMS").read_text()
    readme = (kit / "README.txt").read_text()
    assert "6ES7 315-2EH14-0AB0" in readme
    assert "standing      bound" in readme  # its program was seen to change just before
    told = run("--config", plant.config, "status", "press-3")
    assert "project file Press3.L5X: bound" in told.out
    assert kit.stat().st_mode & 0o077 == 0
    assert run(*call).code == 12, "nothing is ever overwritten"


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
