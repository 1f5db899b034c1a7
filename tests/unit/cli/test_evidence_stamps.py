"""Time stamps on the command line: verified, told by status, and checked by a pack's own script."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile, TimestampSettings
from ccontrol.poll.places import Places
from ccontrol.poll.stamping import ask, kept_as
from ccontrol.poll.stamping_trouble import StampingTrouble, note_trouble
from ccontrol.store.keys import FileSigner
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository
from ccontrol.store.writer import Daemon, Writer
from tests.unit.cli.packs import FIRST, Person, export, lived_in, stock, verify
from tests.unit.cli.plants import Plant, Run
from tests.unit.store.stamp_authority import StampAuthority, serving_stamps

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.make(tmp_path_factory.mktemp("authority") / "own")


def configure(plant: Plant, authority: StampAuthority, url: str) -> None:
    table = f'\n[site.timestamps]\nurl = "{url}"\nauthorities = ["{authority.ca}"]\n'
    plant.config.write_text(plant.config.read_text() + table)


def writer(plant: Plant) -> Writer:
    (site,) = configured_with_secrets(Invocation(plant.config)).sites
    key = site.store.signing_key
    assert isinstance(key, KeyFile)
    return Writer(site.store.path, Daemon("north", FileSigner.load(key.path)), CLOCK)


def stamp_head(plant: Plant, authority: StampAuthority, url: str) -> None:
    """Commit something, and have it stamped as the daemon does."""
    text, now = Message("something"), CLOCK.now()
    with writer(plant) as open_store:
        receipt = open_store.commit({"plant/note": b"1"}, message=text, when=now)
        assert receipt is not None
        with Repository.open(plant.store) as repository:
            raw = repository.objects.content(bytes.fromhex(receipt.commit), "commit")
        stamped = ask(TimestampSettings(url, (authority.ca,)), raw)
        files, words = kept_as("north", receipt.commit, stamped)
        open_store.commit(files, message=words, when=CLOCK.now())


def auditors_signers(plant: Plant, folder: Path) -> Path:
    """Make a key for seals; return an auditor's file of whose signatures count."""
    Person.make(folder, "export")
    public = (folder / "export.pub").read_text().split()
    line = f'export@north namespaces="ccontrol-evidence" {public[0]} {public[1]}\n'
    signers = folder / "signers"
    signers.write_text((plant.folder / "allowed_signers").read_text() + line)
    return signers


def test_verify_tells_what_the_stamps_prove(
    run: Run, plant: Plant, authority: StampAuthority, tmp_path: Path
) -> None:
    here = ("--config", plant.config, "verify")
    assert "no time stamps: nobody outside says when" in run(*here).out
    with serving_stamps(authority.answer) as served:
        stamp_head(plant, authority, served.url)
        unconfigured = run(*here)
        assert "not checked: 1 time stamps: nobody says whose count" in unconfigured.out
        assert unconfigured.code == 0
        configure(plant, authority, served.url)
    said = run(*here)
    assert said.code == 0
    assert "1 of 1 time stamps hold" in said.out
    assert "and all before it was there at" in said.out
    (store,) = run(*here, "--json").json["stores"]
    (day,) = store["report"]["stamps"]
    assert (day["holds"], day["authority"]) == (True, "CN=time.plant")
    strange = StampAuthority.make(tmp_path / "strange")
    assert run(*here, "--tsa-ca", strange.ca).code == 21
    copied, signers = shutil.copytree(plant.store, tmp_path / "copy"), plant.folder
    elsewhere = ("verify", "north", "--store", copied, "--tsa-ca", authority.ca)
    said = run(*elsewhere, "--allowed-signers", signers / "allowed_signers")
    assert "1 of 1 time stamps hold" in said.out
    assert run(*here, "--tsa-ca", tmp_path / "absent.pem").code == 61


def test_status_tells_of_a_stamp_that_lacks_and_needs_somebody_after_a_day(
    run: Run, plant: Plant, authority: StampAuthority
) -> None:
    here = ("--config", plant.config, "status")
    assert "time stamps" not in run(*here).out
    with serving_stamps(authority.answer) as served:
        configure(plant, authority, served.url)
        assert "time stamps: none yet" in run(*here).out
        stamp_head(plant, authority, served.url)
    assert "time stamps: newest of 2" in run(*here).out
    for hours, needed in ((2, False), (25, True)):
        trouble = StampingTrouble(CLOCK.now() - timedelta(hours=hours), "it answers 500")
        note_trouble(Places(plant.store), trouble)
        assert "UTC: it answers 500" in run(*here).out
        (site,) = run(*here, "--json").json["sites"]
        assert site["time_stamps"]["failure"] == "it answers 500"
        assert site["time_stamps"]["needs_attention"] is needed
    note_trouble(Places(plant.store), None)
    assert "it answers 500" not in run(*here).out


def test_a_pack_has_its_manifest_and_its_history_stamped(
    plant: Plant, authority: StampAuthority, tmp_path: Path
) -> None:
    lived_in(plant, FIRST)
    signers = auditors_signers(plant, tmp_path)
    assert export(plant, tmp_path / "export", tmp_path / "none", "--timestamp") == 2
    with serving_stamps(authority.answer) as served:
        stamp_head(plant, authority, served.url)
        configure(plant, authority, served.url)
        assert export(plant, tmp_path / "export", tmp_path / "pack", "--timestamp") == 0
    assert export(plant, tmp_path / "export", tmp_path / "late", "--timestamp") == 61
    said = verify(tmp_path / "late", signers)
    assert "note: 1 time stamps of the history are not checked" in said
    said = verify(tmp_path / "pack", signers, authority.ca)
    assert "ok:  time stamp: " in said
    assert "ok:  1 time stamps of the history; the newest: " in said
    strange = StampAuthority.make(tmp_path / "strange")
    assert "BAD: journal/stamps/" in verify(tmp_path / "late", signers, strange.ca, code=1)


def test_a_stamp_that_the_history_lost_breaks_the_script_of_a_pack(
    plant: Plant, authority: StampAuthority, tmp_path: Path
) -> None:
    lived_in(plant, FIRST)
    signers = auditors_signers(plant, tmp_path)
    with serving_stamps(authority.answer) as served:
        stamp_head(plant, authority, served.url)
    path = stock("git", "-C", str(plant.store), "ls-tree", "-r", "--name-only", "observed")
    (stamp,) = [name for name in path.split() if name.startswith("journal/stamps/")]
    with writer(plant) as open_store:
        open_store.commit({stamp: None}, message=Message("lost"), when=CLOCK.now())
    assert export(plant, tmp_path / "export", tmp_path / "pack") == 0
    said = verify(tmp_path / "pack", signers, authority.ca, code=1)
    assert f"BAD: the time stamp {stamp} is gone" in said
