"""The vault: exact answers of controllers, encrypted to the site's recipient, named by content.

The daemon can put things in and cannot read them again: it holds the recipient, never the
identity. What it puts in is read piece by piece, never held whole. Format: zlib inside age
(https://age-encryption.org/v1); file <aa>/<sha256>.age, the hash being that of the plaintext.
Only here and in `age` is pyrage imported.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import pyrage

from ccontrol.errors import BadFileError, StoreError, StoreTamperedError
from ccontrol.model.secret import Secret
from ccontrol.store import durable
from ccontrol.store.age import recipient_of
from ccontrol.store.disk import named_failures

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = ".age"
_LEVEL = 6
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """A key pair of the vault. The secret half belongs to people, off this host."""

    secret: Secret
    """"AGE-SECRET-KEY-1…"."""
    recipient: str
    """"age1…"."""


@dataclass(frozen=True, slots=True)
class Expired:
    """An artefact that the vault no longer keeps."""

    sha256: str
    kept_since: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """An artefact that the vault keeps, as its file tells: nobody opened it."""

    sha256: str
    kept_since: datetime
    size: int
    """Bytes of the file, compressed and encrypted."""


class Vault:
    """One site's vault. Equal plaintexts are kept once."""

    def __init__(self, folder: Path, recipient: str) -> None:
        self._recipient = recipient_of(recipient)
        self._folder = durable.make_folder(folder)
        self._writing = Lock()

    def put(self, plaintext: BinaryIO) -> str:
        """Keep a file; return the SHA-256 (hex) that names it, once it is durable.

        What is there already is not written again; its time of keeping begins anew.
        """
        digest = hashlib.sha256()
        while piece := plaintext.read(_PIECE_BYTES):
            digest.update(piece)
        sha256 = digest.hexdigest()
        path = self._path(sha256)
        if path.is_file():
            with named_failures(path):
                path.touch()
            return sha256
        durable.make_folder(path.parent)
        plaintext.seek(0)
        with self._writing, durable.growing(path) as file:
            self._seal(_Squeezed(plaintext), _Sealed(file))
        return sha256

    def _seal(self, squeezed: "_Squeezed", sealed: "_Sealed") -> None:
        try:
            pyrage.encrypt_io(squeezed, sealed, [self._recipient])
        except pyrage.EncryptError as error:
            raise sealed.failure or squeezed.failure or error from error
        if sealed.failure is not None:  # pyrage 1.4 says nothing when its last write fails
            raise sealed.failure

    def get(self, sha256: str, identity: Secret) -> bytes:
        """Return an artefact's plaintext.

        Raises StoreError when it is not kept (any more) or the identity does not open it,
        StoreTamperedError when it is not what its name says.
        """
        path = self._path(sha256)
        if not path.is_file():
            raise StoreError(f"{sha256}: the vault does not keep this artefact (any more)")
        with named_failures(path):
            sealed = path.read_bytes()
        try:
            plaintext = zlib.decompress(pyrage.decrypt(sealed, [_opener(identity)]))
        except (pyrage.DecryptError, zlib.error) as error:
            raise StoreError(
                f"{path}: cannot be opened ({error})",
                hint="Use the identity whose recipient the configuration named at that time.",
            ) from error
        if hashlib.sha256(plaintext).hexdigest() != sha256:
            raise StoreTamperedError(f"{path}: its content is not what its name says")
        return plaintext

    def expire(self, retention_days: int, now: datetime) -> tuple[Expired, ...]:
        """Remove what has been kept longer than that; return what went, oldest first.

        For the one process that puts: what it left half written when it died goes, too.
        """
        with self._writing:
            durable.sweep(self._folder)
        limit = now - timedelta(days=retention_days)
        kept = sorted((_kept_since(path), path) for path in self._folder.glob(f"??/*{_SUFFIX}"))
        old = [(since, path) for since, path in kept if since < limit]
        for _, path in old:
            durable.remove(path)
        return tuple(Expired(path.stem, since) for since, path in old)

    def _path(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:
            raise BadFileError(f"{sha256!r} is no SHA-256 of 64 small hex digits", hint="Copy it.")
        return self._folder / sha256[:2] / f"{sha256}{_SUFFIX}"


class _Squeezed:
    """A file that is compressed while it is read; pyrage tells of an error without its number."""

    def __init__(self, plaintext: BinaryIO) -> None:
        self._plaintext = plaintext
        self._squeeze = zlib.compressobj(_LEVEL)
        self._ready = b""
        self._ended = False
        self.failure: OSError | None = None

    def read(self, size: int) -> bytes:
        """Return the next bytes, b"" at the end."""
        while not (self._ready or self._ended):
            self._go_on()
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece

    def _go_on(self) -> None:
        try:
            plain = self._plaintext.read(_PIECE_BYTES)
        except OSError as error:
            self.failure = error
            raise
        self._ended = not plain
        self._ready = self._squeeze.compress(plain) if plain else self._squeeze.flush()


class _Sealed:
    """The file that grows."""

    def __init__(self, file: durable.Growing) -> None:
        self._file = file
        self.failure: OSError | None = None

    def write(self, piece: bytes) -> int:
        """Add to it."""
        try:
            return self._file.write(piece)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        """Nothing is held back."""


def kept_in(folder: Path) -> tuple[Kept, ...]:
    """Return what a vault keeps, the oldest first; nothing where there is none."""
    with named_failures(folder):
        found = [
            Kept(path.stem, _kept_since(path), path.stat().st_size)
            for path in folder.glob(f"??/*{_SUFFIX}")
        ]
    return tuple(sorted(found, key=lambda one: (one.kept_since, one.sha256)))


def new_identity() -> Identity:
    """Make a key pair. The secret half is for people to keep; nothing here stores it."""
    pair = pyrage.x25519.Identity.generate()
    return Identity(Secret(str(pair)), str(pair.to_public()))


def _opener(identity: Secret) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(identity.reveal().strip())
    except pyrage.IdentityError as error:
        raise StoreError(
            "that is no age identity", hint="Use the line that starts with AGE-SECRET-KEY-1."
        ) from error


def _kept_since(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
