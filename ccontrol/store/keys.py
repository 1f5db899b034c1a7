"""Private keys in files: making, reading and signing with them (Ed25519 and ECDSA P-256).

Keys that live in an agent, a TPM or a token are reached through agent.
"""

import base64
import os
from enum import Enum
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from ccontrol.errors import AlreadyThereError, SigningError
from ccontrol.store import sshwire

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class KeyKind(Enum):
    """The kinds of key that ccontrol makes."""

    ED25519 = "ed25519"
    P256 = "p256"


class FileSigner:
    """Signs with a private key that was read from a file and stays in this process."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self._public_key = public_blob(key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an OpenSSH private key. Raises SigningError when it is missing, open or locked."""
        try:
            status = path.stat()
            content = path.read_bytes()
        except OSError as error:
            raise SigningError(
                f"{path}: the signing key cannot be read ({error.strerror})"
            ) from error
        _refuse_open_mode(path, status)
        return cls(_parse(path, content))

    @property
    def public_key(self) -> bytes:
        """The public key in SSH's own binary form."""
        return self._public_key

    def sign(self, content: bytes) -> bytes:
        """Return an SSH signature: the algorithm's name and the signature, as two strings."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return sshwire.string(b"ssh-ed25519") + sshwire.string(self._key.sign(content))
        r, s = utils.decode_dss_signature(self._key.sign(content, ec.ECDSA(hashes.SHA256())))
        value = sshwire.number(r) + sshwire.number(s)
        return sshwire.string(b"ecdsa-sha2-nistp256") + sshwire.string(value)


def generate(path: Path, kind: KeyKind = KeyKind.ED25519, comment: str = "ccontrol") -> FileSigner:
    """Make a key pair: `path` (mode 0600) and `path`.pub. Never overwrites either."""
    public_path = path.with_name(path.name + ".pub")
    for taken in (path, public_path):
        if taken.exists():
            raise AlreadyThereError(f"{taken} exists already; a key is never overwritten")
    key: PrivateKey = (
        ed25519.Ed25519PrivateKey.generate()
        if kind is KeyKind.ED25519
        else ec.generate_private_key(ec.SECP256R1())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    signer = FileSigner(key)
    _write_new(path, private, 0o600)
    _write_new(public_path, f"{public_line(signer.public_key)} {comment}\n".encode(), 0o644)
    return signer


def public_blob(key: PrivateKey) -> bytes:
    """Return the public half of a private key in SSH's own binary form."""
    line = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH,
        serialization.PublicFormat.OpenSSH,
    )
    return base64.b64decode(line.split()[1])


def public_line(public_key: bytes) -> str:
    """Return `ssh-ed25519 AAAA…`, as .pub files and allowed-signers files write a key."""
    name = sshwire.Reader(public_key).text()
    return f"{name} {base64.b64encode(public_key).decode('ascii')}"


def _parse(path: Path, content: bytes) -> PrivateKey:
    try:
        key = serialization.load_ssh_private_key(content, None)
    except TypeError as error:
        hint = "Use a key without a passphrase (a systemd credential keeps it safe), or ssh-agent."
        raise SigningError(f"{path}: the key is locked by a passphrase", hint=hint) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningError(f"{path}: this is not an OpenSSH private key") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    hint = "Make an Ed25519 or ECDSA P-256 key, or put this one into ssh-agent."
    raise SigningError(f"{path}: keys of this kind do not sign from a file", hint=hint)


def _refuse_open_mode(path: Path, status: os.stat_result) -> None:
    # The group counts only for our own files, as in OpenSSH: systemd hands out credentials that
    # root owns, with an access list whose mask shows as group bits.
    forbidden = 0o077 if status.st_uid == os.getuid() else 0o007
    if status.st_mode & forbidden:
        mode = status.st_mode & 0o777
        raise SigningError(f"{path}: the signing key is open to others (mode {mode:04o})")


def _write_new(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
