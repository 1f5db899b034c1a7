"""The public key of a log, or of who co-signs its checkpoints, as people pass it on.

The form is the verifier key of C2SP signed-note: `name+id+key`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

LOG, COSIGNER = 1, 4
"""What a key signs: notes of its own, or checkpoints of others with the time (cosignature/v1)."""
_PUBLIC_BYTES = 32
_ID_BYTES = 4
_NAME = re.compile(r"[!-*,-~]{1,200}")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """An Ed25519 key that signs notes under a name."""

    name: str
    kind: int
    """LOG or COSIGNER."""
    public: bytes
    """32 bytes."""

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        head = self.name.encode("ascii") + b"\n" + bytes([self.kind])
        return hashlib.sha256(head + self.public).digest()[:_ID_BYTES]

    def text(self) -> str:
        """Return `name+id+key`."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode("ascii")
        return f"{self.name}+{self.id.hex()}+{key}"


def is_note_name(text: str) -> bool:
    """Say whether a key may have this name: printable ASCII without space and plus.

    The format allows more; this is the same on every terminal.
    """
    return _NAME.fullmatch(text) is not None


def read_note_key(text: str) -> NoteKey:
    """Read `name+id+key`. Raises ValueError unless name, id and key belong together."""
    name, _, rest = text.strip().partition("+")
    told_id, _, packed = rest.partition("+")
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the key of a log or cosigner is not base64") from error
    if not is_note_name(name) or len(raw) != 1 + _PUBLIC_BYTES:
        raise ValueError("want a key like name+0123abcd+base64")
    key = NoteKey(name, raw[0], raw[1:])
    if key.kind not in {LOG, COSIGNER} or key.id.hex() != told_id:
        raise ValueError(f"the key of {name} does not have the id {told_id[:20]!a}")
    return key
