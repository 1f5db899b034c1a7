"""Keys of people: certificates that OpenSSH issued, tokens, agents; ssh-keygen judges beside us."""

import hashlib
import os
import subprocess  # noqa: TID251 — OpenSSH's agent holds the keys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from ccontrol.errors import SigningError
from ccontrol.store import signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners, parse
from ccontrol.store.keys import FileSigner, public_line
from ccontrol.store.people_keys import signer_in
from tests.unit.store.made_store import ssh_keygen

WHEN = datetime(2031, 5, 6, tzinfo=UTC)
ADA = "ada@plant"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Ada's key, and an authority's that vouched for it until the end of 2031."""
    for name in ("ada", "ca", "other-ca"):
        path = str(tmp_path / name)
        ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path)
    validity = ("-V", "20310101000000Z:20320101000000Z")
    ssh_keygen("-q", "-s", str(tmp_path / "ca"), "-I", "ada", "-n", ADA, *validity, _pub(tmp_path))
    return tmp_path


def _pub(folder: Path) -> str:
    return str(folder / "ada.pub")


def authority(folder: Path, name: str = "ca") -> AllowedSigners:
    key = FileSigner.load(folder / name).public_key
    return AllowedSigners((AllowedSigner((ADA,), key, ("git",), is_authority=True),))


def judge(folder: Path, allowed: AllowedSigners, armor: str, code: int = 0) -> None:
    """Let ssh-keygen judge."""
    (folder / "allowed").write_text(allowed.text())
    (folder / "sig").write_text(armor)
    flags = ("-f", str(folder / "allowed"), "-I", ADA, "-n", "git", "-Overify-time=20310506Z")
    ssh_keygen("-Y", "verify", *flags, "-s", str(folder / "sig"), said=b"text", code=code)


def test_a_certificate_counts_for_the_name_in_it_while_it_holds(keys: Path) -> None:
    signer = signer_in(keys / "ada-cert.pub")
    armor = signing.sign(signer, b"text")
    signature = signing.parse(armor)
    signing.verify(signature, b"text")
    allowed = authority(keys)
    assert allowed.allow(ADA, signature.public_key, "git", WHEN)
    assert not allowed.allow(ADA, signature.public_key, "git", WHEN.replace(year=2032))
    assert not allowed.allow("bob@plant", signature.public_key, "git", WHEN)
    judge(keys, allowed, armor)


def test_another_authority_vouches_for_nobody(keys: Path) -> None:
    armor = signing.sign(signer_in(keys / "ada-cert.pub"), b"text")
    allowed = authority(keys, "other-ca")
    assert not allowed.allow(ADA, signing.parse(armor).public_key, "git", WHEN)
    judge(keys, allowed, armor, code=255)


def test_a_certificate_that_was_edited_is_refused(keys: Path) -> None:
    signature = signing.parse(signing.sign(signer_in(keys / "ada-cert.pub"), b"text"))
    edited = signature.public_key.replace(b"ada@plant", b"bob@plant")
    assert edited != signature.public_key
    forged = signing.Signature(
        edited, signature.namespace, signature.hash_name, signature.algorithm, signature.value
    )
    with pytest.raises(SigningError, match="not signed by the authority"):
        signing.verify(forged, b"text")


def test_the_line_of_an_authority_is_read_back(keys: Path) -> None:
    assert parse(authority(keys).text()) == authority(keys)


class Token:
    """What a FIDO2 token does, by OpenSSH's PROTOCOL.u2f, with a key that we hold."""

    application = b"ssh:"

    def __init__(self, flags: int = 1) -> None:
        self._key = ed25519.Ed25519PrivateKey.generate()
        self._flags = bytes([flags])
        raw = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        parts = (b"sk-ssh-ed25519@openssh.com", raw, self.application)
        self.public_key = b"".join(map(sshwire.string, parts))

    def sign(self, content: bytes) -> bytes:
        tail = self._flags + (7).to_bytes(4, "big")
        hashed = hashlib.sha256(self.application).digest(), hashlib.sha256(content).digest()
        value = self._key.sign(hashed[0] + tail + hashed[1])
        name = sshwire.string(b"sk-ssh-ed25519@openssh.com")
        return name + sshwire.string(value) + tail


def test_a_token_signs_and_openssh_agrees(tmp_path: Path) -> None:
    token = Token()
    armor = signing.sign(token, b"text")
    signing.verify(signing.parse(armor), b"text")
    allowed = AllowedSigners((AllowedSigner((ADA,), token.public_key, ("git",)),))
    judge(tmp_path, allowed, armor)
    with pytest.raises(SigningError, match="does not fit"):
        signing.verify(signing.parse(armor), b"other text")


def test_a_token_that_nobody_touched_counts_for_nothing() -> None:
    armor = signing.sign(Token(flags=0), b"text")
    with pytest.raises(SigningError, match="without anybody touching it"):
        signing.verify(signing.parse(armor), b"text")


@pytest.fixture
def agent(keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent that holds Ada's key, which lies nowhere else."""
    path = keys / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert process.poll() is None
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        (keys / "ada-cert.pub").unlink()  # ssh-add would take it along, as a second identity
        added = ["ssh-add", "-q", str(keys / "ada")]
        subprocess.run(added, check=True, env=os.environ, capture_output=True)
        (keys / "ada").unlink()
        yield keys
    finally:
        process.terminate()
        process.wait()


def test_the_only_key_of_an_agent_needs_no_name(agent: Path) -> None:
    wanted = " ".join((agent / "ada.pub").read_text().split()[:2])
    assert public_line(signer_in(None).public_key) == wanted
    signer = signer_in(agent / "ada.pub")
    signing.verify(signing.parse(signing.sign(signer, b"text")), b"text")


def test_a_key_with_a_passphrase_is_sent_to_ssh_add(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    ssh_keygen("-q", "-t", "ed25519", "-N", "secret", "-f", str(path))
    with pytest.raises(SigningError) as caught:
        signer_in(path)
    assert "ssh-add" in caught.value.hint
