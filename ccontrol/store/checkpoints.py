"""Checkpoints of a log (C2SP tlog-checkpoint) and what others sign below them (cosignature/v1).

A checkpoint says how long a log is and which hash stands for all of it. Pure; where they are kept
is ref_log's business.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ccontrol.errors import SigningError
from ccontrol.model.note_key import NoteKey
from ccontrol.store import notes
from ccontrol.store.merkle import HASH_BYTES
from ccontrol.store.notes import Note, NoteSignature
from ccontrol.store.signing import Signer

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_TIME = struct.Struct(">Q")
_LATEST_S = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long a log is, and its root. `origin` names the log, for ever."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """That a cosigner saw a checkpoint, and when."""

    by: str
    at: datetime


def encoded(value: bytes) -> str:
    """Return a hash as checkpoints and proofs write it."""
    return base64.b64encode(value).decode("ascii")


def decoded(text: str) -> bytes:
    """Read a hash. Raises SigningError unless it is one, written in the one way."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SigningError("a hash is not base64") from error
    if len(raw) != HASH_BYTES or encoded(raw) != text:
        raise SigningError(f"a hash is not {HASH_BYTES} bytes")
    return raw


def size_of(text: str) -> int:
    """Read the size of a log. Raises SigningError unless it is a number without leading zeros."""
    if _SIZE.fullmatch(text) is None:
        raise SigningError("the size of a log is not a plain number")
    return int(text)


def parse(note: Note) -> Checkpoint:
    """Read what a note says of a log; lines beyond the third are others' business."""
    lines = note.body.split("\n")
    if len(lines) < 4 or not lines[0]:  # noqa: PLR2004 — three lines, each with its end
        raise SigningError("a checkpoint has at least three lines")
    return Checkpoint(lines[0], size_of(lines[1]), decoded(lines[2]))


def signed(checkpoint: Checkpoint, signer: Signer, key: NoteKey) -> Note:
    """Return a checkpoint as a note that the log's key signed."""
    body = checkpoint.body()
    return Note(body, (notes.sign(signer, key, body.encode()),))


def cosign(note: Note, signer: Signer, key: NoteKey, when: datetime) -> NoteSignature:
    """Return the line with which a cosigner vouches for a checkpoint at a time."""
    at_s = int(when.timestamp())
    return notes.sign(signer, key, _statement(note, at_s), _TIME.pack(at_s))


def cosigned(note: Note, key: NoteKey) -> Cosigned | None:
    """Return when a cosigner signed this checkpoint; None when it did not."""
    for value in note.by(key):
        if len(value) < _TIME.size:
            continue
        (at_s,) = _TIME.unpack_from(value)
        fits = at_s <= _LATEST_S and notes.verifies(
            key, value[_TIME.size :], _statement(note, at_s)
        )
        if fits:
            return Cosigned(key.name, datetime.fromtimestamp(at_s, UTC))
    return None


def joined(note: Note, more: Iterable[NoteSignature]) -> Note:
    """Return a note with further signatures; the newer one of a key stands."""
    fresh = tuple(more)
    replaced = {(each.name, each.key_id) for each in fresh}
    kept = (each for each in note.signatures if (each.name, each.key_id) not in replaced)
    return Note(note.body, (*kept, *fresh))


def _statement(note: Note, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{note.body}".encode()
