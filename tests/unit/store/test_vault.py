import errno
import os
import tracemalloc
import zlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import pyrage
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ccontrol.errors import BadFileError, StoreError, StoreFullError, StoreTamperedError
from ccontrol.model.secret import DOTS, Secret
from ccontrol.store import durable
from ccontrol.store.vault import Identity, Vault, new_identity

ANSWERS = b"exact answers of a CPU, with a password in a block header: SECRET12" * 50


@pytest.fixture
def identity() -> Identity:
    return new_identity()


@pytest.fixture
def vault(tmp_path: Path, identity: Identity) -> Vault:
    return Vault(tmp_path / "vault", identity.recipient)


def file_of(tmp_path: Path, name: str) -> Path:
    return tmp_path / "vault" / name[:2] / f"{name}.age"


def test_what_is_put_is_named_by_its_hash_and_comes_back_to_the_identity(
    vault: Vault, identity: Identity
) -> None:
    name = vault.put(BytesIO(ANSWERS))
    assert name == sha256(ANSWERS).hexdigest()
    assert vault.get(name, identity.secret) == ANSWERS


def test_on_disk_lies_small_ciphertext_only(vault: Vault, tmp_path: Path) -> None:
    path = file_of(tmp_path, vault.put(BytesIO(ANSWERS)))
    sealed = path.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert b"SECRET12" not in sealed
    assert len(sealed) < len(ANSWERS)
    assert path.stat().st_mode & 0o777 == 0o600


def test_equal_answers_are_kept_once(vault: Vault, tmp_path: Path) -> None:
    path = file_of(tmp_path, vault.put(BytesIO(ANSWERS)))
    before = path.read_bytes()
    vault.put(BytesIO(ANSWERS))
    assert path.read_bytes() == before
    assert sum(1 for each in (tmp_path / "vault").rglob("*.age") if each.is_file()) == 1


def test_another_identity_opens_nothing(vault: Vault) -> None:
    name = vault.put(BytesIO(ANSWERS))
    with pytest.raises(StoreError, match="cannot be opened"):
        vault.get(name, new_identity().secret)


def test_a_recipient_is_no_identity(vault: Vault, identity: Identity) -> None:
    name = vault.put(BytesIO(ANSWERS))
    with pytest.raises(StoreError, match="no age identity") as caught:
        vault.get(name, Secret(identity.recipient))
    assert identity.recipient not in str(caught.value)


def test_an_artefact_under_a_wrong_name_is_tampering(
    vault: Vault, identity: Identity, tmp_path: Path
) -> None:
    name, other = vault.put(BytesIO(ANSWERS)), vault.put(BytesIO(b"others"))
    file_of(tmp_path, name).write_bytes(file_of(tmp_path, other).read_bytes())
    with pytest.raises(StoreTamperedError):
        vault.get(name, identity.secret)


@pytest.mark.parametrize("place", [0, 30, 150, -1])
def test_a_flipped_byte_is_an_error_not_other_answers(
    vault: Vault, identity: Identity, tmp_path: Path, place: int
) -> None:
    name = vault.put(BytesIO(ANSWERS))
    path = file_of(tmp_path, name)
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(StoreError):
        vault.get(name, identity.secret)


def test_a_file_that_is_age_and_not_ours_is_an_error(
    vault: Vault, identity: Identity, tmp_path: Path
) -> None:
    name = vault.put(BytesIO(ANSWERS))
    recipient = pyrage.x25519.Recipient.from_str(identity.recipient)
    file_of(tmp_path, name).write_bytes(pyrage.encrypt(b"not compressed", [recipient]))
    with pytest.raises(StoreError, match="cannot be opened"):
        vault.get(name, identity.secret)


def test_what_is_kept_longer_than_its_retention_goes_and_is_named(
    vault: Vault, identity: Identity, tmp_path: Path
) -> None:
    now = datetime(2031, 5, 6, tzinfo=UTC)
    ages = {vault.put(BytesIO(f"{days}".encode())): days for days in (1_096, 2_000, 1_094, 0)}
    for name, days in ages.items():
        kept_since = (now - timedelta(days=days)).timestamp()
        os.utime(file_of(tmp_path, name), (kept_since, kept_since))
    gone = vault.expire(1_095, now)
    assert [ages[each.sha256] for each in gone] == [2_000, 1_096]
    assert gone[0].kept_since == now - timedelta(days=2_000)
    with pytest.raises(StoreError, match="any more"):
        vault.get(gone[0].sha256, identity.secret)
    assert vault.expire(1_095, now) == ()


def test_half_written_artefacts_go_with_the_expired_ones_not_at_a_readers_start(
    vault: Vault, identity: Identity, tmp_path: Path
) -> None:
    vault.put(BytesIO(ANSWERS))
    half = tmp_path / "vault" / "aa" / ".x.age.77-0.tmp"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    Vault(tmp_path / "vault", identity.recipient)
    assert half.exists()
    assert vault.expire(1_095, datetime(2000, 1, 1, tzinfo=UTC)) == ()
    assert not half.exists()


def test_what_is_put_again_is_kept_from_then_on(vault: Vault, tmp_path: Path) -> None:
    name = vault.put(BytesIO(ANSWERS))
    os.utime(file_of(tmp_path, name), (0, 0))
    vault.put(BytesIO(ANSWERS))
    assert vault.expire(365, datetime(2000, 1, 1, tzinfo=UTC)) == ()
    assert file_of(tmp_path, name).is_file()


def test_a_wrong_recipient_is_refused_before_anything_is_kept(
    tmp_path: Path, identity: Identity
) -> None:
    mistyped = identity.recipient[:-1] + ("q" if identity.recipient[-1] != "q" else "p")
    for recipient in ("", "age1", mistyped):
        with pytest.raises(StoreError, match="no age recipient"):
            Vault(tmp_path / "vault", recipient)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63])
def test_a_name_that_is_no_hash_is_refused(vault: Vault, identity: Identity, name: str) -> None:
    with pytest.raises(BadFileError):
        vault.get(name, identity.secret)


def test_an_identity_does_not_print_its_secret(identity: Identity) -> None:
    assert DOTS in repr(identity)
    assert "AGE-SECRET-KEY" not in repr(identity)
    assert identity.secret.reveal().startswith("AGE-SECRET-KEY-1")
    assert identity.recipient.startswith("age1")


def test_a_large_artefact_is_never_held_whole(
    vault: Vault, identity: Identity, tmp_path: Path
) -> None:
    large = Random(1).randbytes(4 * 2**20).hex().encode()
    (tmp_path / "large").write_bytes(large)
    tracemalloc.start()
    try:
        with (tmp_path / "large").open("rb") as source:
            name = vault.put(source)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2**20
    assert vault.get(name, identity.secret) == large


def test_a_disk_without_room_is_told_and_leaves_nothing_half_sealed(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable._DISK, "append", full)  # no disk can be filled for a test
    with pytest.raises(StoreFullError):
        vault.put(BytesIO(ANSWERS))
    assert not [path for path in (tmp_path / "vault").rglob("*") if path.is_file()]


def unbech(text: str) -> bytes:
    """The 32 bytes of an age identity (BIP 173), as age's specification writes one."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    number = 0
    values = [letters.index(sign) for sign in text.lower().rpartition("1")[2][:-6]]
    for value in values:
        number = number * 32 + value
    return (number >> (len(values) * 5 - 256)).to_bytes(32, "big")


def unsealed(sealed: bytes, identity: str) -> bytes:
    """What lies in an age file, by age's specification (age-encryption.org/v1) and no age library.

    A judge of its own: what the vault keeps must open in fifty years, with whatever there is then.
    """
    head, _, rest = sealed.partition(b"\n--- ")
    mac, _, payload = rest.partition(b"\n")
    lines = head.decode().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("-> X25519 "))
    share, body = unbase64(lines[at].split()[2]), unbase64(lines[at + 1])
    own = x25519.X25519PrivateKey.from_private_bytes(unbech(identity))
    secret = own.exchange(x25519.X25519PublicKey.from_public_bytes(share))
    salt = share + own.public_key().public_bytes_raw()
    wrap = derived(secret, salt, b"age-encryption.org/v1/X25519")
    file_key = ChaCha20Poly1305(wrap).decrypt(bytes(12), body, None)
    judge = hmac.HMAC(derived(file_key, b"", b"header"), hashes.SHA256())
    judge.update(head + b"\n---")
    judge.verify(unbase64(mac.decode()))
    stream = ChaCha20Poly1305(derived(file_key, payload[:16], b"payload"))
    size = 64 * 1024 + 16
    pieces = [payload[start : start + size] for start in range(16, len(payload), size)]
    return b"".join(
        stream.decrypt(number.to_bytes(11, "big") + bytes([number == len(pieces) - 1]), one, None)
        for number, one in enumerate(pieces)
    )


def unbase64(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4))


def derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


@pytest.mark.parametrize("size", [1, 200_000], ids=["small", "several pieces"])
def test_what_it_keeps_opens_by_ages_specification_alone(
    vault: Vault, identity: Identity, tmp_path: Path, size: int
) -> None:
    content = Random(size).randbytes(size)
    path = file_of(tmp_path, vault.put(BytesIO(content)))
    assert zlib.decompress(unsealed(path.read_bytes(), identity.secret.reveal())) == content
