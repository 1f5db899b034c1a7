import errno
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import pyrage
import pytest

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
