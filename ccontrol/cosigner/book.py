"""A cosigner's book: the last checkpoint of every log that it was told to watch, and the rule.

The rule: a log only grows. Whoever holds the log's genuine key cannot make the book forget. What
the answers mean is C2SP tlog-witness' add-checkpoint; how they travel is server's business.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.errors import AlreadyThereError, SigningError, StoreError, UnknownNameError
from ccontrol.model import note_key
from ccontrol.model.note_key import NoteKey
from ccontrol.store import checkpoints, durable, keys, merkle, notes, submission
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.disk import named_failures
from ccontrol.store.notes import Note
from ccontrol.store.submission import Submission

PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
_HINT = "Make one with `ccontrol witness init FOLDER --name NAME`."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a log is told: a status of HTTP, and a text."""

    status: HTTPStatus
    text: str
    kind: str = PLAIN

    @property
    def is_cosigned(self) -> bool:
        """Whether the text is the cosignature."""
        return self.status is HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Watched:
    """A log in the book."""

    key: NoteKey
    seen: Checkpoint | None
    """What was cosigned last; None: nothing yet."""


class Book:
    """A folder: the cosigner's key, and for each log its key and the last checkpoint."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open a book. Raises StoreError when there is none."""
        if not (folder / "name").is_file():
            raise StoreError(f"{folder} is no book of a checkpoint witness", hint=_HINT)
        self._folder, self._clock = folder, clock
        self._signer = keys.FileSigner.load(folder / "key")
        name = (folder / "name").read_text("ascii", "replace").strip()
        self.key = notes.key_of(name, note_key.COSIGNER, self._signer)

    @classmethod
    def make(cls, folder: Path, name: str, clock: Clock) -> "Book":
        """Begin a book with a new key. Raises AlreadyThereError when there is one."""
        if (folder / "name").exists():
            raise AlreadyThereError(f"{folder} is a book already")
        durable.make_folder(folder / "logs")
        notes.key_of(name, note_key.COSIGNER, keys.generate(folder / "key", comment=name))
        durable.write_whole(folder / "name", f"{name}\n".encode())
        return cls(folder, clock)

    def trust(self, key: NoteKey) -> None:
        """Watch a log from now on. Its key is never exchanged for another one here."""
        if key.kind != note_key.LOG:
            raise SigningError(
                f"{key.name}: this is the key of a cosigner, not of a log",
                hint="`ccontrol checkpoint show SITE` on the log's host prints the log's key.",
            )
        place = self._place(key.name)
        if (place / "key").exists():
            raise AlreadyThereError(f"{key.name} is watched already")
        durable.make_folder(place)
        durable.write_whole(place / "key", f"{key.text()}\n".encode())

    def watched(self) -> tuple[Watched, ...]:
        """Return every log in the book, by name. Raises StoreError when one cannot be read."""
        with named_failures(self._folder):
            places = sorted((self._folder / "logs").iterdir())
        found = [Watched(_key_in(place), self._seen(place)) for place in places]
        return tuple(sorted(found, key=lambda each: each.key.name))

    def seen_note(self, origin: str) -> Note:
        """Return the last checkpoint of a log with our signature, for who wants to check by it."""
        path = self._place(origin) / "checkpoint"
        if not path.is_file():
            raise UnknownNameError(
                f"nothing of {origin} was cosigned here",
                hint="`ccontrol witness list BOOK` lists the logs that are watched.",
            )
        return notes.parse_note(path.read_text("utf-8"))

    def take(self, body: bytes) -> Answer:
        """Judge what a log hands in. A cosignature is given once it is written down durably."""
        try:
            asked = submission.parse(body)
            checkpoint = checkpoints.parse(asked.note)
        except SigningError as error:
            return _no(HTTPStatus.BAD_REQUEST, str(error))
        place = self._place(checkpoint.origin)
        if not (place / "key").is_file():
            return _no(HTTPStatus.NOT_FOUND, "a log of this origin is not watched here")
        if not notes.is_signed(asked.note, _key_in(place)):
            return _no(HTTPStatus.FORBIDDEN, "the log's own key did not sign this checkpoint")
        with _alone(place / "lock"):
            refused = _refusal(asked, checkpoint, self._seen(place))
            return refused or self._cosign(place, asked.note)

    def _cosign(self, place: Path, note: Note) -> Answer:
        line = checkpoints.cosign(note, self._signer, self.key, self._clock.now())
        whole = checkpoints.joined(note, [line])
        durable.write_whole(place / "checkpoint", whole.text().encode())
        return Answer(HTTPStatus.OK, line.line())

    def _seen(self, place: Path) -> Checkpoint | None:
        path = place / "checkpoint"
        with named_failures(path):
            if not path.is_file():
                return None
            return checkpoints.parse(notes.parse_note(path.read_text("utf-8")))

    def _place(self, origin: str) -> Path:
        return self._folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()[:32]


def _refusal(asked: Submission, told: Checkpoint, seen: Checkpoint | None) -> Answer | None:
    """Return why a checkpoint is not cosigned, in the order that the protocol asks for."""
    size, known = (seen.size, seen.root) if seen else (0, merkle.EMPTY)
    if asked.old > told.size:
        return _no(HTTPStatus.BAD_REQUEST, "the log is shorter than what it says it was")
    if asked.old != size:
        return Answer(HTTPStatus.CONFLICT, f"{size}\n", SIZE)
    if size == told.size and seen is not None and known != told.root:
        return _no(HTTPStatus.CONFLICT, "another history of the same length was cosigned")
    if not merkle.is_consistent(size, told.size, known, told.root, asked.proof):
        return _no(HTTPStatus.UNPROCESSABLE_ENTITY, "the history was rewritten")
    return None


def _no(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, f"{why}\n")


def _key_in(place: Path) -> NoteKey:
    path = place / "key"
    with named_failures(path):
        return notes.parse_key(path.read_text("ascii", "replace"))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let no other process compare and write in between."""
    with named_failures(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
