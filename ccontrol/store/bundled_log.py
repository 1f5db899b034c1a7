"""The log of ref updates beside a bundle: its lines, its checkpoint, and who cosigned that.

A file of its own, since a bundle is git's: `FILE.log` names the bundle by its SHA-256, so that the
two cannot be mixed up. Nothing in it is believed here: what is taken in has to continue the log
that is there and to be what its checkpoint says; whose checkpoint it is, `ccontrol verify` judges.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ccontrol.errors import BadFileError, MirrorError, SigningError
from ccontrol.store import checkpoints, durable, log_keeping, notes, ref_log, ref_updates
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import log_folder
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog

_FORM = b"ccontrol/bundle-log/1\n"
_FIELD = re.compile(rb"([a-z]{1,20}) ([\x21-\x7e][\x20-\x7e]{0,800})\n")
_COSIGNED = re.compile(r"([0-9a-f]{8}) ([1-9][0-9]{0,5})")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_COSIGNERS_AT_MOST = 64
_AT_ONCE = 500
_PIECE = 1 << 20
_HINT = "Copy both files again: they belong together."


@dataclass(frozen=True, slots=True)
class CarriedHead:
    """What stands before the lines of a carried log."""

    bundle_sha256: str
    key_line: str
    """Of the log's key, as key.pub has it; empty: it was not there."""
    checkpoint: Note
    cosigned: tuple[tuple[str, Note], ...]
    """With the key's id in hex, as the log's folder names the files."""
    first: int
    """Number of the first line."""

    @property
    def end(self) -> Checkpoint:
        """How long the log is, and its root."""
        return checkpoints.parse(self.checkpoint)


def beside(bundle: Path) -> Path:
    """Return where the log of a bundle lies."""
    return bundle.with_name(f"{bundle.name}.log")


def newest(git_dir: Path) -> Note | None:
    """Return the checkpoint up to which a log would be carried; None when there is none."""
    return log_keeping.newest(log_folder(git_dir))


def write(git_dir: Path, bundle: Path, note: Note, first: int) -> int:
    """Write the log beside a bundle, from an entry on; return how many lines it holds."""
    folder, size = log_folder(git_dir), checkpoints.parse(note).size
    with durable.growing(beside(bundle)) as out:
        out.write(_FORM + b"bundle %b\n" % _sha256(bundle).encode())
        if (public := log_keeping.public_key_path(folder)).is_file():
            out.write(b"key " + public.read_bytes().splitlines()[0] + b"\n")
        out.write(_framed("checkpoint", note))
        for path in sorted(log_keeping.cosigned_folder(folder).glob("*")):
            vouched = log_keeping.kept_note(path)
            if vouched is not None and checkpoints.parse(vouched).size <= size:
                out.write(_framed(f"cosigned {path.name}", vouched))
        out.write(b"updates %d\n" % first)
        for line in itertools.islice(ref_log.lines(folder), first, size):
            out.write(line)
    return max(size - first, 0)


def head_of(path: Path) -> CarriedHead:
    """Read what stands before the lines. Raises BadFileError when it is no such file."""
    with named_failures(path), path.open("rb") as file:
        return _head(path, file)


def require_of(path: Path, bundle: Path) -> CarriedHead:
    """Read the same, and raise BadFileError when it lies beside another bundle than its own."""
    head = head_of(path)
    if head.bundle_sha256 != _sha256(bundle):
        raise BadFileError(f"{path}: belongs to another bundle than {bundle}", hint=_HINT)
    return head


def take(git_dir: Path, bundle: Path) -> int:
    """Continue a mirror's log by the one beside a bundle; return how many lines are new.

    Raises BadFileError for a file that is damaged or another bundle's, and MirrorError when it does
    not continue what is there; then nothing was changed.
    """
    path, folder = beside(bundle), log_folder(git_dir)
    require_of(path, bundle)
    with named_failures(path), path.open("rb") as file:
        head = _head(path, file)
        with RefLog(folder) as log:
            _require_same_log(path, folder, head, log.size)
            overlap = itertools.islice(ref_log.lines(folder), head.first, None)
            fresh = list(_fresh(path, file, head, overlap, log.size))
            _require_root(path, folder, head, fresh)
            updates = [ref_updates.parse(line) for line in fresh]
            for start in range(0, len(updates), _AT_ONCE):
                log.append(updates[start : start + _AT_ONCE])
        _keep(folder, head)
    return len(fresh)


def _require_same_log(path: Path, folder: Path, head: CarriedHead, size: int) -> None:
    before = log_keeping.newest(folder)
    if before is not None and checkpoints.parse(before).origin != head.end.origin:
        raise MirrorError(f"{path}: is the log {head.end.origin}, not the one that is here")
    if head.end.size < size:
        raise MirrorError(
            f"{path}: has {head.end.size} entries, and {size} are here: it is older, or was cut"
        )
    if head.first > size:
        raise MirrorError(
            f"{path}: begins with entry {head.first}, and only {size} are here",
            hint="Import the bundles in between first.",
        )


def _fresh(
    path: Path, file: IO[bytes], head: CarriedHead, overlap: Iterator[bytes], size: int
) -> Iterator[bytes]:
    """Yield the lines that are not here yet; those that are have to be equal."""
    for number in range(head.first, head.end.size):
        line = file.readline(ref_updates.LONGEST + 1)
        if not line.endswith(b"\n"):
            raise BadFileError(f"{path}: is cut short at entry {number}", hint=_HINT)
        if number >= size:
            if ref_updates.parse(line).sequence != number:
                raise BadFileError(f"{path}: entry {number} calls itself otherwise", hint=_HINT)
            yield line
        elif line != next(overlap, None):
            raise MirrorError(f"{path}: entry {number} is another one than here: rewritten")
    if file.read(1):
        raise BadFileError(f"{path}: goes on behind its last entry", hint=_HINT)


def _require_root(path: Path, folder: Path, head: CarriedHead, fresh: list[bytes]) -> None:
    sizes = {head.end.size, *(checkpoints.parse(note).size for _, note in head.cosigned)}
    found = ref_log.roots_of(itertools.chain(ref_log.lines(folder), fresh), sizes)
    told = (head.end, *(checkpoints.parse(note) for _, note in head.cosigned))
    for one in told:
        if one.origin != head.end.origin or found.get(one.size) != one.root:
            raise MirrorError(f"{path}: its entries are not what a checkpoint over them says")


def _keep(folder: Path, head: CarriedHead) -> None:
    for name, note in head.cosigned:
        path = log_keeping.cosigned_folder(folder) / name
        known = log_keeping.kept_note(path)
        if known is None or checkpoints.parse(known).size <= checkpoints.parse(note).size:
            durable.make_folder(path.parent)
            durable.write_whole(path, note.text().encode())
    public = log_keeping.public_key_path(folder)
    if head.key_line and not public.exists():
        durable.write_whole(public, f"{head.key_line}\n".encode("ascii"))
    durable.write_whole(log_keeping.checkpoint_path(folder), head.checkpoint.text().encode())


@dataclass(slots=True)
class _Fields:
    """What was read of a head so far."""

    plain: dict[str, str] = field(default_factory=dict)
    cosigned: dict[str, Note] = field(default_factory=dict)
    checkpoint: Note | None = None

    def take(self, name: str, value: str, file: IO[bytes]) -> None:
        """Take in a field, and the note that follows it."""
        if name == "checkpoint":
            self.checkpoint = _note(file, value)
        elif name == "cosigned" and (found := _COSIGNED.fullmatch(value)):
            self.cosigned[found[1]] = _note(file, found[2])
        else:
            self.plain[name] = value

    def head(self) -> CarriedHead:
        """Return what they say together. Raises SigningError when something is missing."""
        if self.checkpoint is None or not _NUMBER.fullmatch(self.plain["updates"]):
            raise SigningError("a log without a checkpoint, or without a number")
        for note in (self.checkpoint, *self.cosigned.values()):
            checkpoints.parse(note)
        return CarriedHead(
            self.plain.get("bundle", ""),
            self.plain.get("key", ""),
            self.checkpoint,
            tuple(self.cosigned.items()),
            int(self.plain["updates"]),
        )


def _head(path: Path, file: IO[bytes]) -> CarriedHead:
    if file.readline(len(_FORM)) != _FORM:
        raise BadFileError(f"{path}: is no log of a bundle", hint=_HINT)
    found = _Fields()
    try:
        while "updates" not in found.plain:
            match = _FIELD.fullmatch(file.readline(1_000))
            if match is None or len(found.cosigned) > _COSIGNERS_AT_MOST:
                raise BadFileError(f"{path}: is damaged or cut short", hint=_HINT)
            found.take(match[1].decode("ascii"), match[2].decode("ascii"), file)
        return found.head()
    except (SigningError, UnicodeDecodeError) as error:
        raise BadFileError(f"{path}: {error}", hint=_HINT) from error


def _note(file: IO[bytes], length: str) -> Note:
    if not _NUMBER.fullmatch(length) or int(length) > notes.LARGEST:
        raise SigningError("a signed note is longer than any")
    return notes.parse_note(file.read(int(length)).decode())


def _framed(name: str, note: Note) -> bytes:
    content = note.text().encode()
    return f"{name} {len(content)}\n".encode("ascii") + content


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with named_failures(path), path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
