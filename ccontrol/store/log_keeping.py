"""Keeping the log of ref updates: what moved since the last entry, and a checkpoint over it.

Who calls this and when is the engine's business. Reads the history; writes the log's folder only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.errors import SigningError, StoreTamperedError
from ccontrol.model import note_key
from ccontrol.model.note_key import NoteKey
from ccontrol.store import (
    allowed_signers,
    checkpoints,
    durable,
    git_process,
    keys,
    notes,
    refs,
    signing,
)
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import APPROVED, BRANCH, log_folder
from ccontrol.store.message import TREE_TRAILER
from ccontrol.store.notes import Note
from ccontrol.store.objects import Entry
from ccontrol.store.ref_log import RefLog
from ccontrol.store.ref_updates import NOTHING, RefUpdate
from ccontrol.store.repository import Repository
from ccontrol.store.verify_commit import Trust, signature_fault

BRANCHES = (BRANCH, APPROVED)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Who a log is: its name for ever, and what signs its checkpoints."""

    origin: str
    signer: signing.Signer

    @property
    def key(self) -> NoteKey:
        """The public key of the log. Raises SigningError when no checkpoint can be signed so."""
        return notes.key_of(self.origin, note_key.LOG, self.signer)


def checkpoint_path(folder: Path) -> Path:
    """Return where the newest checkpoint of a log lies."""
    return folder / "checkpoint"


def public_key_path(folder: Path) -> Path:
    """Return where the public key lies that a log made for itself."""
    return folder / "key.pub"


def cosigned_folder(folder: Path) -> Path:
    """Return where the last checkpoint of each cosigner lies, by the id of its key in hex."""
    return folder / "cosigned"


def own_key(folder: Path) -> signing.Signer:
    """Return the key that a log made for itself; it is made when it is not there."""
    path = durable.make_folder(folder) / "key"
    return keys.FileSigner.load(path) if path.exists() else keys.generate(path, comment="log")


def newest(folder: Path) -> Note | None:
    """Return the newest checkpoint as it stands there, unchecked; None when there is none.

    Raises StoreTamperedError when it cannot be read.
    """
    path = checkpoint_path(folder)
    with named_failures(path):
        if not path.is_file():
            return None
        with path.open("rb") as file:
            content = file.read(notes.LARGEST + 1)
    try:
        return notes.parse_note(content.decode())
    except (SigningError, UnicodeDecodeError) as error:
        raise StoreTamperedError(f"{path}: {error}") from error


def cosigned_path(folder: Path, key: NoteKey) -> Path:
    """Return where the last checkpoint that a cosigner signed lies, below a log's folder."""
    return cosigned_folder(folder) / key.id.hex()


def last_cosigned(folder: Path, key: NoteKey) -> Note | None:
    """Return the last checkpoint that a cosigner signed; None when there is none that holds."""
    note = kept_note(cosigned_path(folder, key))
    return note if note is not None and checkpoints.cosigned(note, key) else None


def kept_note(path: Path) -> Note | None:
    """Return what a cosigner signed as a log keeps it; None when there is none that can be read."""
    with named_failures(path):
        if not path.is_file():
            return None
        text = path.read_text("utf-8", "replace")
    try:
        return notes.parse_note(text)
    except SigningError:
        return None  # damaged: the cosigner itself says what it saw last


def key_beside(folder: Path, origin: str) -> NoteKey | None:
    """Return the public key that a log made for itself; None when there is none to be read."""
    path = public_key_path(folder)
    with named_failures(path):
        if not path.is_file():
            return None
        line = path.read_text("ascii", "replace")
    try:
        (signer,) = allowed_signers.parse(f"log {line}").lines
        return notes.public_key_of(origin, note_key.LOG, signer.public_key)
    except (SigningError, ValueError):
        return None


Counting = Callable[[Repository, str], str | None]
"""Of a branch that stands at a commit: up to which commit of it is to be written down."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Who says of each branch how far it counts: nothing else is written down, and signed."""

    observed: Counting
    approved: Counting | None = None
    """None: there is nobody to judge it, and nothing of it is written down."""

    def of(self, ref: str) -> Counting | None:
        """Return who judges a branch."""
        return self.observed if ref == BRANCH else self.approved


def signed_by_daemon(trust: Trust) -> Counting:
    """Return the judge of `observed`: up to the newest commit that the daemon signed.

    A history that was rewritten with its genuine key passes: others are to see that it was.
    """

    def newest_own(repository: Repository, head: str) -> str | None:
        name: str | None = head
        while name is not None:
            commit = repository.commit(name)
            if signature_fault(commit, trust) is None:
                return name
            name = next(iter(commit.parents), None)
        return None

    return newest_own


def keep(
    git_dir: Path, log: RefLog, identity: LogIdentity, judges: Judges, now: datetime
) -> Note | None:
    """Write down what moved, as far as it counts, and sign the new length; None: nothing is new.

    Raises StoreTamperedError when the log is shorter than what was signed.
    """
    folder = log_folder(git_dir)
    before = newest(folder)
    if before is not None:
        _require_grown(checkpoints.parse(before), log)
    with Repository.open(git_dir) as repository:
        for ref in BRANCHES:
            _write_down(repository, log, ref, judges.of(ref), now)
    checkpoint = Checkpoint(identity.origin, log.size, log.root())
    if before is not None and _says(before, checkpoint, identity.key):
        return None
    note = checkpoints.signed(checkpoint, identity.signer, identity.key)
    durable.write_whole(checkpoint_path(folder), note.text().encode())
    return note


def _says(note: Note, checkpoint: Checkpoint, key: NoteKey) -> bool:
    return checkpoints.parse(note) == checkpoint and notes.is_signed(note, key)


def _require_grown(signed: Checkpoint, log: RefLog) -> None:
    if signed.size > log.size:
        raise StoreTamperedError(
            f"the log of ref updates has {log.size} entries; a checkpoint over {signed.size} "
            "was signed: it was cut"
        )


def _write_down(
    repository: Repository, log: RefLog, ref: str, judge: Counting | None, now: datetime
) -> None:
    stands = refs.read(repository.git_dir, ref)
    known = log.heads[ref].new if ref in log.heads else NOTHING
    if judge is None or stands is None or stands == known:
        return
    head = judge(repository, stands)
    if head is None or head == known or _is_behind(repository.git_dir, head, known, stands):
        return
    fresh: list[RefUpdate] = []
    for old, new in _steps(repository.git_dir, known, head):
        at = now if log.last is None else max(now, log.last.at)
        number = log.size + len(fresh)
        tree = _tree_sha256(repository, ref, new)
        fresh.append(RefUpdate(number, at.replace(microsecond=0), ref, old, new, tree))
        if len(fresh) == _AT_ONCE:
            log.append(fresh)
            fresh = []
    if fresh:
        log.append(fresh)


def _steps(git_dir: Path, known: str, head: str) -> Iterator[tuple[str, str]]:
    """Yield each commit after its parent; one leap when the branch did not grow from `known`."""
    reach = [head] if known == NOTHING else [f"{known}..{head}"]
    if known != NOTHING and not _descends(git_dir, known, head):
        yield known, head
        return
    listing = git_process.run(git_dir, ["rev-list", "--first-parent", "--reverse", *reach, "--"])
    old = known
    for new in listing.decode("ascii").split():
        yield old, new
        old = new


def _is_behind(git_dir: Path, head: str, known: str, stands: str) -> bool:
    """Say whether less counts than was written down although the branch has not gone back."""
    return _descends(git_dir, head, known) and _descends(git_dir, known, stands)


def _descends(git_dir: Path, older: str, newer: str) -> bool:
    """Say whether a branch grew; not so, too, when the older commit is not even there any more."""
    return not git_process.attempt(
        git_dir, ["merge-base", "--is-ancestor", older, newer]
    ).returncode


def _tree_sha256(repository: Repository, ref: str, commit_id: str) -> str:
    """Return the shadow id of a commit's files; people's commits do not have to name it."""
    commit = repository.commit(commit_id)
    named = commit.trailer(TREE_TRAILER) if ref == BRANCH else None
    if named is not None:
        return named
    tree = Entry(is_folder=True, sha1=bytes.fromhex(commit.tree))
    return repository.shadows.of([tree])[tree.sha1].hex()
