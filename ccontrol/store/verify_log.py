"""The log of ref updates held against the history, its checkpoints, and what others signed of them.

Everything is hashed anew from the log's lines; its file of hashes is not believed. What could not
be checked is said as well: silence would pass for proof.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.model.note_key import NoteKey
from ccontrol.store import checkpoints, git_process, log_keeping, notes, ref_log, refs
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.key_history import KeySpan
from ccontrol.store.layout import APPROVED, BRANCH, log_folder
from ccontrol.store.notes import Note
from ccontrol.store.ref_updates import NOTHING, RefUpdate


@dataclass(frozen=True, slots=True)
class LogTrust:
    """By which keys a log is judged, and what others have seen of it."""

    key: NoteKey | None = None
    """The log's own; None: the one that lies beside it, which proves nothing by itself."""
    cosigners: tuple[NoteKey, ...] = ()
    outside: tuple[Note, ...] = ()
    """Checkpoints that somebody kept elsewhere."""
    spans: tuple[KeySpan, ...] = ()
    """Which key was the daemon's for which commits; empty: nobody has said."""


@dataclass(slots=True)
class Findings:
    """What does not hold, and what nobody could check."""

    faults: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LogSight:
    """What stood in the log's folder before the history was read: a running daemon appends."""

    newest: Note | None
    cosigned: tuple[tuple[NoteKey, Note | None], ...]
    trouble: str = ""


def look(git_dir: Path, trust: LogTrust) -> LogSight:
    """Read the checkpoints of a store."""
    folder = log_folder(git_dir)
    try:
        newest = log_keeping.newest(folder)
    except StoreTamperedError as error:
        return LogSight(None, (), str(error))
    kept = tuple((key, log_keeping.last_cosigned(folder, key)) for key in trust.cosigners)
    return LogSight(newest, kept)


def log_findings(
    git_dir: Path, sight: LogSight, trust: LogTrust, trees: Mapping[str, str], *, several_keys: bool
) -> Findings:
    """Judge the log. `trees`: the commits of `observed`, oldest first, with their Tree-SHA256.

    `several_keys`: more than one key counts for the daemon's.
    """
    found = Findings()
    _say_of_keys(found, trust, several=several_keys)
    if sight.trouble:
        found.faults.append(sight.trouble)
    if sight.newest is None:
        found.unchecked.append("there is no log of ref updates here with a checkpoint")
        _say_unasked(found, trust)
        return found
    newest = checkpoints.parse(sight.newest)
    _judge_signature(found, git_dir, sight.newest, newest, trust)
    try:
        _judge_roots(found, git_dir, newest, _seen(found, sight, trust))
        found.faults += _entry_faults(git_dir, newest.size, trees)
    except StoreError as error:
        found.faults.append(str(error))
    return found


def _say_of_keys(found: Findings, trust: LogTrust, *, several: bool) -> None:
    if several and not trust.spans:
        found.unchecked.append(
            "no signed history of keys is here: a retired key that signs an old date passes"
        )
    if any(span.compromised for span in trust.spans) and not trust.cosigners:
        found.unchecked.append(
            "a key of the history was compromised, and no cosigner says what was there before"
        )


def _say_unasked(found: Findings, trust: LogTrust) -> None:
    if trust.cosigners or trust.outside:
        found.faults.append("others have seen a log of ref updates, and there is none here")
    else:
        found.unchecked.append(
            "no cosigner is configured: what the daemon's own key rewrote shows only beside a "
            "mirror or a log host"
        )


def _judge_signature(
    found: Findings, git_dir: Path, note: Note, newest: Checkpoint, trust: LogTrust
) -> None:
    key = trust.key or log_keeping.key_beside(log_folder(git_dir), newest.origin)
    if key is None:
        found.unchecked.append("the log's own signature: its public key is not here")
    elif not notes.is_signed(note, key):
        found.faults.append(f"the newest checkpoint is not signed by the log's key {key.text()}")
    if not trust.cosigners:
        _say_unasked(found, LogTrust())


def _seen(found: Findings, sight: LogSight, trust: LogTrust) -> Iterator[tuple[str, Checkpoint]]:
    """Yield what others vouch for, with whose word it is."""
    for key, note in sight.cosigned:
        if note is None:
            found.unchecked.append(f"nothing that {key.name} cosigned lies here")
        else:
            yield key.name, checkpoints.parse(note)
    for note in trust.outside:
        signers = [key.name for key in trust.cosigners if checkpoints.cosigned(note, key)]
        if not signers and not (trust.key and notes.is_signed(note, trust.key)):
            found.unchecked.append("a checkpoint from elsewhere is signed by no key known here")
        yield (signers[0] if signers else "elsewhere"), checkpoints.parse(note)


def _judge_roots(
    found: Findings,
    git_dir: Path,
    newest: Checkpoint,
    seen: Iterator[tuple[str, Checkpoint]],
) -> None:
    told = [("the newest checkpoint", newest), *((f"what {by} saw", one) for by, one in seen)]
    roots = ref_log.roots(log_folder(git_dir), {one.size for _, one in told})
    for what, one in told:
        if one.origin != newest.origin:
            found.faults.append(f"{what} is about the log {one.origin}, not {newest.origin}")
        elif one.size not in roots:
            found.faults.append(f"{what} has {one.size} entries; the log is shorter: it was cut")
        elif roots[one.size] != one.root:
            found.faults.append(f"{what} ({one.size} entries) is another history than this one")


def _entry_faults(git_dir: Path, size: int, trees: Mapping[str, str]) -> Iterator[str]:
    """Say where entries and branches differ. The newest commits may not be logged yet."""
    expected = {BRANCH: iter(trees), APPROVED: iter(_approved(git_dir))}
    stands = {BRANCH: NOTHING, APPROVED: NOTHING}
    before: RefUpdate | None = None
    for update in ref_log.updates(log_folder(git_dir)):
        if update.sequence >= size:
            return
        where = f"entry {update.sequence} of the log of ref updates"
        if update.ref not in stands or update.old != stands[update.ref]:
            yield f"{where} moves {update.ref} from {update.old}, where it did not stand"
            return
        if update.new != next(expected[update.ref], None):
            yield f"{where} names {update.new}, which {update.ref} does not hold at that place"
            return
        if update.ref == BRANCH and trees[update.new] != update.tree_sha256:
            yield f"{where} names other files than {update.new} holds"
        if before is not None and update.at < before.at:
            yield f"{where} is older than the entry before it"
        stands[update.ref], before = update.new, update


def _approved(git_dir: Path) -> tuple[str, ...]:
    head = refs.read(git_dir, APPROVED)
    if head is None:
        return ()
    listing = git_process.run(git_dir, ["rev-list", "--first-parent", "--reverse", head, "--"])
    return tuple(listing.decode("ascii").split())
