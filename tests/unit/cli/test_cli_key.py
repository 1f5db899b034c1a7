"""A new key for the daemon: people sign that it follows, and nothing more counts by the old one."""

from pathlib import Path

import pytest

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.errors import SigningError
from ccontrol.poll.places import EngineLock, Places
from ccontrol.poll.signers import daemon_of
from ccontrol.poll.site import open_site
from ccontrol.store import refs
from ccontrol.store.keys import FileSigner, generate
from ccontrol.store.layout import BRANCH
from ccontrol.store.message import Message
from ccontrol.store.sshwire import fingerprint
from ccontrol.store.writer import Writer
from tests.unit.cli.plants import Plant, Run


class Keys:
    """A plant, its people, and its daemon's key."""

    def __init__(self, plant: Plant, run: Run) -> None:
        self.plant, self._run = plant, run
        self.path = plant.folder / "keys" / "signing-key"

    def ccontrol(self, *arguments: str | Path, code: int = 0) -> str:
        answer = self._run("--config", self.plant.config, *arguments)
        assert answer.code == code, (arguments, answer)
        return answer.out + answer.err

    def sign(self, draft: Path, *roots: str) -> None:
        for root in roots:
            self.ccontrol("people", "sign", draft, "--key", self.plant.folder / root)

    def commit(self, draft: Path, code: int = 0) -> str:
        ada = ("--key", self.plant.folder / "ada")
        return self.ccontrol("people", "commit", draft, *ada, code=code)

    def draft(self, name: str) -> Path:
        return self.plant.folder / name

    @property
    def public_key(self) -> bytes:
        return FileSigner.load(self.path).public_key

    def write(self) -> None:
        """Commit something as the daemon does."""
        (site,) = configured_with_secrets(Invocation(self.plant.config)).sites
        clock = SystemClock()
        daemon = daemon_of(site, self.plant.folder, clock.now())
        with Writer(self.plant.store, daemon, clock) as writer:
            writer.commit({"plant/x": b"x"}, message=Message("x"), when=clock.now())

    def trouble_of_the_daemon(self) -> Exception | None:
        """Open the site as the daemon does."""
        (site,) = configured_with_secrets(Invocation(self.plant.config)).sites
        opened = open_site(site, self.plant.folder, SystemClock())
        try:
            return opened.scribe.first_try(60)
        finally:
            opened.close(10)


@pytest.fixture
def keys(plant: Plant, run: Run) -> Keys:
    keys = Keys(plant, run)
    for name in ("root-1", "root-2", "ada"):
        generate(plant.folder / name)
    roots = [
        " ".join((plant.folder / f"{name}.pub").read_text().split()[:2])
        for name in ("root-1", "root-2")
    ]
    text = plant.config.read_text()
    plant.config.write_text(f"{text}\n[site.people]\nroots = {roots!r}\n".replace("'", '"'))
    first = keys.draft("first.toml")
    keys.ccontrol("people", "draft", first)
    ada = ("--person", "ada@plant", "--public-key", plant.folder / "ada.pub")
    keys.ccontrol("people", "add", first, *ada, "--role", "approver")
    keys.sign(first, "root-1", "root-2")
    keys.commit(first)
    return keys


def test_a_key_follows_once_people_signed_it_and_the_history_stays_sound(keys: Keys) -> None:
    old, draft = keys.public_key, keys.draft("second.toml")
    said = keys.ccontrol("key", "next", "north", "-o", draft)
    assert "have 2 roots sign it" in said
    assert "is not in the history" in keys.ccontrol("key", "rotate", "north", code=26)
    keys.sign(draft, "root-1")
    keys.commit(draft, code=20)  # one root is not enough
    assert keys.public_key == old
    keys.sign(draft, "root-2")
    keys.commit(draft)
    assert keys.trouble_of_the_daemon() is None  # with the old key, while it waits
    assert "signs from now on" in keys.ccontrol("key", "rotate", "north")
    assert keys.public_key != old
    assert "there is no next key" in keys.ccontrol("key", "rotate", "north", code=26)
    assert keys.trouble_of_the_daemon() is None
    keys.write()
    assert "not checked: people signed no history" not in keys.ccontrol("verify")
    third = keys.draft("third.toml")
    keys.ccontrol("people", "draft", third)
    assert third.read_text().count("\nlast = ") == 1  # where the old key ended


def test_the_retired_key_in_place_again_is_refused_by_the_daemon(keys: Keys) -> None:
    old, draft = keys.path.read_bytes(), keys.draft("second.toml")
    keys.ccontrol("key", "next", "north", "-o", draft)
    keys.sign(draft, "root-1", "root-2")
    keys.commit(draft)
    keys.ccontrol("key", "rotate", "north")
    keys.write()
    keys.path.write_bytes(old)
    trouble = keys.trouble_of_the_daemon()
    assert isinstance(trouble, SigningError)
    assert "a later key had taken over" in str(trouble)


def test_a_key_that_people_did_not_sign_is_refused_by_the_daemon(keys: Keys) -> None:
    """As somebody could who has the right to every file of the jump host, and no root key."""
    waiting = keys.draft("never.toml")
    keys.ccontrol("key", "next", "north", "-o", waiting)
    keys.path.write_bytes(keys.path.with_name("signing-key.next").read_bytes())
    assert isinstance(keys.trouble_of_the_daemon(), SigningError)


def test_a_running_daemon_keeps_its_key(keys: Keys) -> None:
    lock = EngineLock(Places(keys.plant.store))
    try:
        said = keys.ccontrol("key", "rotate", "north", code=23)
    finally:
        lock.close()
    assert "the daemon of north is running" in said
    assert "systemctl stop ccontrol" in said


def test_people_declare_a_key_compromised_and_verify_doubts_what_it_signed(keys: Keys) -> None:
    draft, name = keys.draft("doubt.toml"), fingerprint(keys.public_key)
    keys.ccontrol("key", "compromised", "north", "--from", "2", "-o", draft)
    assert "compromised_from = 2" in draft.read_text()
    keys.sign(draft, "root-1")
    daemon = ("people", "sign", draft, "--key", keys.path)
    keys.ccontrol(*daemon)
    keys.commit(draft, code=20)  # the daemon's signature is none of a root
    keys.ccontrol("verify")
    keys.sign(draft, "root-2")
    keys.commit(draft)
    told = keys.ccontrol("verify", code=21)
    assert f"are doubtful: {name} may have been somebody else's from commit 2 on" in told
    head = refs.read(keys.plant.store, BRANCH)
    assert head is not None
    keys.ccontrol("verify", "--seen", head)  # a mirror saw it all
    other = ("--key", "SHA256:abc", "-o", keys.draft("other.toml"))
    keys.ccontrol("key", "compromised", "north", "--from", "2", *other, code=13)


def test_without_people_a_key_follows_by_the_allowed_signers_alone(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    here, path = ("--config", plant.config), plant.folder / "keys" / "signing-key"
    before = FileSigner.load(path).public_key
    said = run(*here, "key", "next", "north", "-o", tmp_path / "unused.toml")
    assert (said.code, "nobody signs which key was" in said.out) == (0, True), said.err
    assert run(*here, "key", "rotate", "north").code == 0
    assert FileSigner.load(path).public_key != before
    verified = run(*here, "verify")
    assert verified.code == 0
    assert "not checked: people signed no history of the daemon's keys" in verified.out
    assert run(*here, "maintain").code == 0
