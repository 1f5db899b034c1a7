import contextlib
import shutil
import socket
import subprocess  # noqa: TID251 — a real ssh-agent has to be started and ended
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.errors import AlreadyThereError, SigningError
from ccontrol.store import signing, sshwire
from ccontrol.store.agent import AgentSigner, identities
from ccontrol.store.keys import FileSigner, KeyKind, generate, public_line
from tests.unit.store.made_store import ssh_keygen

TEXT = b"what was seen\n"

needs_openssh = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None or shutil.which("ssh-agent") is None,
    reason="OpenSSH, the judge of these signatures, is not installed",
)


@pytest.fixture(params=list(KeyKind))
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> FileSigner:
    return generate(tmp_path / "key", request.param)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "agent.sock"
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not listens(path):
            assert process.poll() is None
        yield path
    finally:
        process.terminate()
        process.wait()


def listens(path: Path) -> bool:
    """Tell whether somebody takes connections there: the file is there a moment before that."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0


def add_to(agent: Path, key: Path) -> None:
    subprocess.run(
        ["ssh-add", "-q", str(key)],
        env={"SSH_AUTH_SOCK": str(agent), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )


def test_a_signature_is_verified_by_its_own_reader(signer: FileSigner) -> None:
    signature = signing.parse(signing.sign(signer, TEXT))
    signing.verify(signature, TEXT)
    assert signature.public_key == signer.public_key


def test_a_signature_does_not_fit_another_text(signer: FileSigner) -> None:
    signature = signing.parse(signing.sign(signer, TEXT))
    with pytest.raises(SigningError, match="does not fit"):
        signing.verify(signature, TEXT + b" ")


def test_a_signature_for_another_purpose_is_refused(signer: FileSigner) -> None:
    signature = signing.parse(signing.sign(signer, TEXT, "ccontrol-evidence"))
    with pytest.raises(SigningError, match="not for 'git'"):
        signing.verify(signature, TEXT)


def test_a_signature_by_another_key_is_refused(signer: FileSigner, tmp_path: Path) -> None:
    other = generate(tmp_path / "other")
    claimed = signing.parse(signing.sign(signer, TEXT))
    forged = signing.Signature(
        other.public_key,
        claimed.namespace,
        claimed.hash_name,
        claimed.algorithm,
        claimed.value,
    )
    with pytest.raises(SigningError):
        signing.verify(forged, TEXT)


@needs_openssh
def test_openssh_says_that_the_signature_is_good(signer: FileSigner, tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(f"who {public_line(signer.public_key)}\n")
    (tmp_path / "text.sig").write_text(signing.sign(signer, TEXT))
    flags = ("-f", str(tmp_path / "allowed"), "-I", "who", "-n", "git")
    said = ssh_keygen("-Y", "verify", *flags, "-s", str(tmp_path / "text.sig"), said=TEXT)
    assert said.startswith('Good "git" signature for who')


@needs_openssh
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_signature_that_openssh_made_is_good(kind: str, tmp_path: Path) -> None:
    key = tmp_path / "theirs"
    ssh_keygen("-q", "-t", kind, "-N", "", "-f", str(key))
    armor = ssh_keygen("-Y", "sign", "-q", "-n", "git", "-f", str(key), said=TEXT)
    signing.verify(signing.parse(armor), TEXT)


@needs_openssh
def test_a_key_that_openssh_made_signs(tmp_path: Path) -> None:
    key = tmp_path / "theirs"
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", str(key))
    signer = FileSigner.load(key)
    assert (tmp_path / "theirs.pub").read_text().startswith(public_line(signer.public_key))
    signing.verify(signing.parse(signing.sign(signer, TEXT)), TEXT)


@needs_openssh
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_an_agent_signs_without_showing_its_key(kind: str, agent: Path, tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", kind, "-N", "", "-f", str(tmp_path / "held"))
    add_to(agent, tmp_path / "held")
    (public_key,) = identities(agent)
    signer = AgentSigner.find(sshwire.fingerprint(public_key), agent)
    signing.verify(signing.parse(signing.sign(signer, TEXT)), TEXT)


@needs_openssh
def test_an_agent_without_the_key_says_what_it_holds(agent: Path) -> None:
    with pytest.raises(SigningError, match="it holds no key at all"):
        AgentSigner.find("SHA256:nobody", agent)


@needs_openssh
def test_an_agent_that_lost_the_key_refuses(agent: Path, tmp_path: Path) -> None:
    gone = generate(tmp_path / "gone")
    with pytest.raises(SigningError, match="refused"):
        AgentSigner(gone.public_key, agent).sign(TEXT)


def test_no_agent_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="does not answer"):
        identities(tmp_path / "nothing.sock")


def test_an_agent_that_hangs_up_is_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / "rude.sock"
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as rude:
        rude.bind(str(path))
        rude.listen()
        rude.setblocking(False)
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
            probe.connect(str(path))
        rude.shutdown(socket.SHUT_RDWR)
        with pytest.raises(SigningError):
            identities(path)


def test_a_made_key_is_readable_by_nobody_else_and_loads_again(tmp_path: Path) -> None:
    made = generate(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert FileSigner.load(tmp_path / "key").public_key == made.public_key


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    generate(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(AlreadyThereError):
        generate(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    generate(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(SigningError, match="0640"):
        FileSigner.load(tmp_path / "key")


def test_a_missing_key_and_one_that_is_none_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="cannot be read"):
        FileSigner.load(tmp_path / "key")
    (tmp_path / "key").write_text("hello")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(SigningError, match="not an OpenSSH private key"):
        FileSigner.load(tmp_path / "key")


@needs_openssh
def test_a_key_with_a_passphrase_is_refused_with_advice(tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-N", "secret", "-f", str(tmp_path / "key"))
    with pytest.raises(SigningError) as caught:
        FileSigner.load(tmp_path / "key")
    assert "ssh-agent" in caught.value.hint


@needs_openssh
def test_a_kind_of_key_that_does_not_sign_from_a_file_is_refused(tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", "rsa", "-N", "", "-f", str(tmp_path / "key"))
    with pytest.raises(SigningError, match="do not sign from a file"):
        FileSigner.load(tmp_path / "key")
