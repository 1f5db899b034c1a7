"""Signatures of tokens and cards that OpenSSH's own programs made, and what we say of them.

The vectors are ssh-keygen's (9.2), with the software token of OpenSSH's regression tests
(sk-dummy) in place of a device: Ed25519 and P-256, one with a PIN, one that nobody has to touch.
"""

import os
import shutil
import subprocess  # noqa: TID251 — OpenSSH's agent and SoftHSM's tool play the card
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.errors import SigningError
from ccontrol.store import signing
from ccontrol.store.people import key_of
from ccontrol.store.people_keys import signer_in
from tests.unit.store.made_store import ssh_keygen

ED25519 = (
    (
        "sk-ssh-ed25519@openssh.com "
        "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIE/uU+AC++QNKbjvc91Zz2DDgQjL0Ce258tT"
        "CJ6+wmmnAAAABHNzaDo="
    ),
    """U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgT+5T4A
L75A0puO9z3VnPYMOBCMvQJ7bny1MInr7CaacAAAAEc3NoOgAAAANnaXQAAAAAAAAABnNo
YTUxMgAAAGcAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAABAeQIOPEI+Uj9VCa
A6Vj2IGiuyy8HKNEGWR2RsZLv8PDXJblLFiXo+i1m1pCS76CoURz1xz13sF3z+XWiYdWSg
DAESNFZ4""",
)
P256 = (
    (
        "sk-ecdsa-sha2-nistp256@openssh.com "
        "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBBQ39ey8"
        "mxvOFHMd62/Lrfyxn5KE+C/Goxj9bNUjB7PW3wh8uMbtDejVz4TzlVhzHvDMxw9JOeE9p2So9BFRfJEA"
        "AAAEc3NoOg=="
    ),
    """U1NIU0lHAAAAAQAAAH8AAAAic2stZWNkc2Etc2hhMi1uaXN0cDI1NkBvcGVuc3NoLmNvbQ
AAAAhuaXN0cDI1NgAAAEEEFDf17LybG84Ucx3rb8ut/LGfkoT4L8ajGP1s1SMHs9bfCHy4
xu0N6NXPhPOVWHMe8MzHD0k54T2nZKj0EVF8kQAAAARzc2g6AAAAA2dpdAAAAAAAAAAGc2
hhNTEyAAAAeAAAACJzay1lY2RzYS1zaGEyLW5pc3RwMjU2QG9wZW5zc2guY29tAAAASQAA
ACEAjwWMJIzieU/7bQs9rOOLMQj7hZWlvCHeyU6b+5BRi9YAAAAgR0XbhbWp4PBQVfgP7+
qF5JriYKeiIml5h7yljnoBAWEBEjRWeA==""",
)
VERIFIED = (
    (
        "sk-ssh-ed25519@openssh.com "
        "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIC10S0xjeB5vu/P9JihwXPn9c/QfG4YrgaaG"
        "Lmv6g8FhAAAABHNzaDo="
    ),
    """U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgLXRLTG
N4Hm+78/0mKHBc+f1z9B8bhiuBpoYua/qDwWEAAAAEc3NoOgAAAANnaXQAAAAAAAAABnNo
YTUxMgAAAGcAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAABAHVDA7+Lq1HvlGN
DEJ9IkSoCHbiK+5lghGR07wdbvoHOdpvnsUZzsM9hoZENcriKAdzoCC6s5mm6MJUAw1NSU
DAUSNFZ4""",
)
UNTOUCHED = (
    (
        "sk-ssh-ed25519@openssh.com "
        "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIDak8GZiMrO2Rig+8jDScW18mnpN9haa3RFM"
        "h03hnlASAAAABHNzaDo="
    ),
    """U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgNqTwZm
Iys7ZGKD7yMNJxbXyaek32FprdEUyHTeGeUBIAAAAEc3NoOgAAAANnaXQAAAAAAAAABnNo
YTUxMgAAAGcAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAABAaOFCHT0IkJ1cD8
O3wSJ+SBWFyUy0uKYc3+l3C15wRjUx365npk0szxHelisWoFU/atNlGNAFQJTAQDEirp2S
BwASNFZ4""",
)
SOFTHSM = "libsofthsm2.so"


def armored(body: str) -> str:
    return f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n"


@pytest.mark.parametrize(
    ("vector", "flags"), [(ED25519, 1), (P256, 1), (VERIFIED, 5)], ids=["ed25519", "p256", "pin"]
)
def test_what_openssh_had_a_token_sign_holds(
    vector: tuple[str, str], flags: int, tmp_path: Path
) -> None:
    line, body = vector
    signature = signing.parse(armored(body))
    signing.verify(signature, b"text")
    assert signature.public_key == key_of(line)
    assert signature.tail[0] == flags
    (tmp_path / "allowed").write_text(f"ada@plant {line}\n")
    (tmp_path / "sig").write_text(armored(body))
    who = ("-f", str(tmp_path / "allowed"), "-I", "ada@plant", "-n", "git")
    ssh_keygen("-Y", "verify", *who, "-s", str(tmp_path / "sig"), said=b"text")


def test_what_nobody_touched_is_refused() -> None:
    with pytest.raises(SigningError, match="without anybody touching it"):
        signing.verify(signing.parse(armored(UNTOUCHED[1])), b"text")


@pytest.mark.parametrize("at", range(5))
def test_flags_and_counter_of_a_token_are_signed_too(at: int) -> None:
    signature = signing.parse(armored(P256[1]))
    tail = bytearray(signature.tail)
    tail[at] ^= 0x40
    with pytest.raises(SigningError, match="does not fit"):
        signing.verify(replace(signature, tail=bytes(tail)), b"text")


def test_a_token_made_for_another_application_is_another_key() -> None:
    signature = signing.parse(armored(ED25519[1]))
    elsewhere = signature.public_key.replace(b"ssh:", b"web:")
    with pytest.raises(SigningError, match="does not fit"):
        signing.verify(replace(signature, public_key=elsewhere), b"text")


def softhsm() -> Path | None:
    places = Path("/usr/lib").glob(f"**/softhsm/{SOFTHSM}")
    return next((path.resolve() for path in places), None) if _has_tools() else None


def _has_tools() -> bool:
    return all(map(shutil.which, ("softhsm2-util", "openssl", "ssh-agent", "ssh-add")))


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An ssh-agent with a PKCS#11 card in it, made of software; return the card's public key."""
    library = softhsm()
    if library is None:
        pytest.skip("SoftHSM, the card made of software, is not installed")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    pem = str(tmp_path / "key.pem")
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pem)
    tool = ("softhsm2-util", "--module", str(library), "--pin", "1234")
    label = ("--label", "card")
    quietly("openssl", "genpkey", *curve)
    quietly(*tool, "--init-token", "--free", *label, "--so-pin", "5678")
    quietly(*tool, "--import", pem, "--token", "card", "--label", "ada", "--id", "01")
    askpass = tmp_path / "askpass"
    askpass.write_text("#!/bin/sh\necho 1234\n")
    askpass.chmod(0o700)
    with agent(tmp_path / "agent", library) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        monkeypatch.setenv("SSH_ASKPASS", str(askpass))
        monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
        quietly("ssh-add", "-s", str(library))
        public = tmp_path / "card.pub"
        public.write_bytes(quietly("ssh-add", "-L"))
        yield public


def quietly(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout


@contextmanager
def agent(path: Path, library: Path) -> Iterator[Path]:
    started = ["ssh-agent", "-D", "-a", str(path), "-P", str(library)]
    process = subprocess.Popen(started, stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert process.poll() is None
        yield path
    finally:
        process.terminate()
        process.wait()


def test_a_pkcs11_card_signs_through_the_agent(card: Path, tmp_path: Path) -> None:
    armor = signing.sign(signer_in(card), b"text")
    signing.verify(signing.parse(armor), b"text")
    (tmp_path / "allowed").write_text(f"ada@plant {card.read_text()}")
    (tmp_path / "sig").write_text(armor)
    who = ("-f", str(tmp_path / "allowed"), "-I", "ada@plant", "-n", "git")
    ssh_keygen("-Y", "verify", *who, "-s", str(tmp_path / "sig"), said=b"text")
