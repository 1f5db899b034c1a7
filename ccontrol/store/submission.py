"""What a log hands to a cosigner: how long it was, a proof of growth, a checkpoint. Pure.

The body of C2SP tlog-witness' add-checkpoint; the same bytes go over HTTP and on a stick.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ccontrol.errors import SigningError
from ccontrol.store import checkpoints, notes
from ccontrol.store.notes import Note

LARGEST = notes.LARGEST + 8 * 1024
"""Most bytes of a body."""
PROOF_AT_MOST = 63


@dataclass(frozen=True, slots=True)
class Submission:
    """One question to a cosigner."""

    old: int
    """The size that it cosigned last, as far as the log knows."""
    proof: tuple[bytes, ...]
    note: Note

    def body(self) -> bytes:
        """Return it as it is sent."""
        proof = "".join(f"{checkpoints.encoded(each)}\n" for each in self.proof)
        return f"old {self.old}\n{proof}\n{self.note.text()}".encode()


def parse(body: bytes) -> Submission:
    """Read a body without judging it. Raises SigningError when it is none."""
    if len(body) > LARGEST:
        raise SigningError("a submission is longer than any")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise SigningError("a submission is not UTF-8") from error
    head, _, note = text.partition("\n\n")
    first, *proof = head.split("\n")
    word, _, old = first.partition(" ")
    if word != "old" or len(proof) > PROOF_AT_MOST:
        raise SigningError("a submission begins with `old SIZE` and at most 63 lines of proof")
    return Submission(checkpoints.size_of(old), _hashes(proof), notes.parse_note(note))


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(checkpoints.decoded(line) for line in lines)
