"""Signed notes (C2SP signed-note) with Ed25519: a text, and under it lines of signatures.

A note is read from anybody, so its size is bounded. What its text means is checkpoints' business.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from ccontrol.errors import SigningError
from ccontrol.model.note_key import NoteKey, is_note_name, read_note_key
from ccontrol.store import sshwire
from ccontrol.store.signing import Signer

LARGEST = 64 * 1024
"""Most bytes of a note."""
SIGNATURES_AT_MOST = 64
_ID_BYTES = 4
_SIGNATURE_LINE = re.compile(r"\u2014 ([^\s+]{1,200}) ([A-Za-z0-9+/=]{8,8192})")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line below a note, unchecked."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """Return the line, with its end."""
        packed = base64.b64encode(self.key_id + self.value).decode("ascii")
        return f"\u2014 {self.name} {packed}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and whoever claims to have signed it."""

    body: str
    signatures: tuple[NoteSignature, ...]

    def text(self) -> str:
        """Return the note as a file holds it."""
        return self.body + "\n" + "".join(each.line() for each in self.signatures)

    def by(self, key: NoteKey) -> tuple[bytes, ...]:
        """Return what a key is said to have signed with, unchecked; most often one value."""
        return tuple(
            each.value
            for each in self.signatures
            if each.name == key.name and each.key_id == key.id
        )


def key_of(name: str, kind: int, signer: Signer) -> NoteKey:
    """Return the public half of a signer as a note's key. Raises SigningError: Ed25519 only."""
    if not is_note_name(name):
        raise SigningError(f"{name[:80]!a} cannot sign notes: want ASCII without space and '+'")
    return public_key_of(name, kind, signer.public_key)


def public_key_of(name: str, kind: int, public_key: bytes) -> NoteKey:
    """Return a public key in SSH's binary form as a note's key. Raises SigningError."""
    reader = sshwire.Reader(public_key)
    if reader.string() != b"ssh-ed25519":
        raise SigningError("only Ed25519 keys sign checkpoints")
    return NoteKey(name, kind, reader.string())


def parse_key(text: str) -> NoteKey:
    """Read `name+id+key`. Raises SigningError unless name, id and key belong together."""
    try:
        return read_note_key(text)
    except ValueError as error:
        raise SigningError(str(error)) from error


def parse_note(text: str) -> Note:
    """Read a note without checking signatures. Raises SigningError when it is none."""
    head, gap, tail = text.rpartition("\n\n")
    if not gap or len(text) > LARGEST or not text.endswith("\n"):
        raise SigningError("this is not a signed note")
    if any(not each.isprintable() and each != "\n" for each in text):
        raise SigningError("a signed note holds control characters")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_AT_MOST:
        raise SigningError(f"a note with more than {SIGNATURES_AT_MOST} signatures is not read")
    return Note(head + "\n", tuple(map(parse_signature, lines)))


def parse_signature(line: str) -> NoteSignature:
    """Read one line of a signature, without its end. Raises SigningError."""
    match = _SIGNATURE_LINE.fullmatch(line)
    try:
        raw = base64.b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        raw = b""
    if match is None or len(raw) <= _ID_BYTES:
        raise SigningError("a line below a note is not a signature")
    return NoteSignature(match[1], raw[:_ID_BYTES], raw[_ID_BYTES:])


def sign(signer: Signer, key: NoteKey, content: bytes, before: bytes = b"") -> NoteSignature:
    """Return a signature over bytes; `before` precedes it in the line (a cosignature's time)."""
    reader = sshwire.Reader(signer.sign(content))
    reader.string()
    return NoteSignature(key.name, key.id, before + reader.string())


def is_signed(note: Note, key: NoteKey) -> bool:
    """Say whether a key signed the text of a note."""
    return any(verifies(key, value, note.body.encode()) for value in note.by(key))


def verifies(key: NoteKey, value: bytes, content: bytes) -> bool:
    """Say whether an Ed25519 signature by this key fits the bytes."""
    try:
        _public(key.public)(value, content)
    except InvalidSignature:
        return False
    return True


def _public(raw: bytes) -> Callable[[bytes, bytes], None]:
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw).verify
    except ValueError as error:
        raise SigningError("this is no Ed25519 public key") from error
