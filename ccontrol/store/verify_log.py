"""The log of ref updates held against the history, its checkpoints, and what others signed of them.

Everything is hashed anew from the log's lines; its file of hashes is not believed. What could not
be checked is said as well: silence would pass for proof.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.model.note_key import NoteKey
from ccontrol.store import checkpoints, git_process, log_keeping, notes, ref_log, refs
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.key_history import Doubtful, KeySpan
from ccontrol.store.layout import APPROVED, BRANCH, log_folder
from ccontrol.store.notes import Note
from ccontrol.store.ref_updates import RefUpdate
from ccontrol.store.verify_moves import Followed


@dataclass(frozen=True, slots=True)
class LogTrust:
    """By which keys a log is judged, and what others have seen of it."""

    key: NoteKey | None = None
    """The log's own; None: the one that lies beside it, which proves nothing by itself: anybody
    who can write there can sign with another. A cosigner that vouches for it makes up for that.
    """
    cosigners: tuple[NoteKey, ...] = ()
    outside: tuple[Note, ...] = ()
    """Checkpoints that somebody kept elsewhere."""
    spans: tuple[KeySpan, ...] = ()
    """Which key was the daemon's for which commits; empty: nobody has said."""


@dataclass(slots=True)
class Findings:
    """What does not hold, and what nobody could check."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What happened and is no fault."""
    unchecked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What the walk over `observed` found, as far as the log is held against it."""

    trees: Mapping[str, str]
    """Its commits, oldest first, with their Tree-SHA256."""
    counted: Collection[str] = ()
    """The commits of `approved` that the daemon saw, and that counted then."""
    doubtful: tuple[Doubtful, ...] = ()
    seen_outside: int = 0
    """Number of the newest commit that somebody outside has seen."""
    several_keys: bool = False
    """More than one key counts for the daemon's."""


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


def log_findings(git_dir: Path, sight: LogSight, trust: LogTrust, known: Known) -> Findings:
    """Judge the log, and what only others can vouch for."""
    found = Findings()
    if known.several_keys and not trust.spans:
        found.unchecked.append(
            "people signed no history of the daemon's keys: a retired key that signs an old date "
            "passes"
        )
    covered = max(known.seen_outside, _judge_log(found, git_dir, sight, trust, known))
    found.faults += _doubts(known.doubtful, covered)
    return found


def _judge_log(
    found: Findings, git_dir: Path, sight: LogSight, trust: LogTrust, known: Known
) -> int:
    """Judge the log; return the number of the newest commit that a cosigner vouches for."""
    if sight.trouble:
        found.faults.append(sight.trouble)
    if sight.newest is None:
        found.unchecked.append("there is no log of ref updates here with a checkpoint")
        _say_unasked(found, trust)
        return 0
    newest = checkpoints.parse(sight.newest)
    _judge_signature(found, git_dir, sight, newest, trust)
    try:
        vouched = _judge_roots(found, git_dir, newest, tuple(_seen(found, sight, trust)))
        entries = _Entries(vouched)
        found.faults += entries.faults(git_dir, newest.size, known)
        found.notes += entries.notes
    except StoreError as error:
        found.faults.append(str(error))
        return 0
    return entries.vouched_commits


def _doubts(doubtful: tuple[Doubtful, ...], covered: int) -> Iterator[str]:
    for one in doubtful:
        first = max(one.first, covered + 1)
        if first <= one.last:
            yield (
                f"commits {first} to {one.last} are doubtful: {one.fingerprint} may have been "
                f"somebody else's from commit {one.first} on, and nobody outside vouches for them"
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
    found: Findings, git_dir: Path, sight: LogSight, newest: Checkpoint, trust: LogTrust
) -> None:
    key = trust.key or log_keeping.key_beside(log_folder(git_dir), newest.origin)
    if key is None:
        found.unchecked.append("the log's own signature: its public key is not here")
    elif not (sight.newest and notes.is_signed(sight.newest, key)):
        found.faults.append(f"the newest checkpoint is not signed by the log's key {key.text()}")
    elif trust.key is None and not _is_vouched_for(key, sight, trust):
        found.unchecked.append(
            f"whose key {key.text()} is: it lies in the store itself, where somebody can have put "
            "another (pin it with public_key in [site.log], or with --log-key)"
        )
    if not trust.cosigners:
        _say_unasked(found, LogTrust())


def _is_vouched_for(key: NoteKey, sight: LogSight, trust: LogTrust) -> bool:
    """Say whether a cosigner took a checkpoint of this key: it was told by people whose it is."""
    vouched = [note for _, note in sight.cosigned if note is not None]
    vouched += [
        note
        for note in trust.outside
        if any(checkpoints.cosigned(note, k) for k in trust.cosigners)
    ]
    return any(notes.is_signed(note, key) for note in vouched)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A checkpoint that somebody else kept."""

    by: str
    checkpoint: Checkpoint
    is_signed: bool = True
    """By a key that is known here."""


def _seen(found: Findings, sight: LogSight, trust: LogTrust) -> Iterator[_Seen]:
    """Yield what others vouch for, with whose word it is."""
    for key, note in sight.cosigned:
        if note is None:
            found.unchecked.append(f"nothing that {key.name} cosigned lies here")
        else:
            yield _Seen(key.name, checkpoints.parse(note))
    for note in trust.outside:
        signers = [key.name for key in trust.cosigners if checkpoints.cosigned(note, key)]
        is_signed = bool(signers or (trust.key and notes.is_signed(note, trust.key)))
        if not is_signed:
            found.unchecked.append("a checkpoint from elsewhere is signed by no key known here")
        yield _Seen(signers[0] if signers else "elsewhere", checkpoints.parse(note), is_signed)


def _judge_roots(
    found: Findings, git_dir: Path, newest: Checkpoint, seen: tuple[_Seen, ...]
) -> int:
    """Hold every checkpoint against the log; return the longest that others vouch for."""
    told = [("the newest checkpoint", newest)]
    told += [(f"what {each.by} saw", each.checkpoint) for each in seen]
    roots = ref_log.roots(log_folder(git_dir), {one.size for _, one in told})
    for what, one in told:
        if one.origin != newest.origin:
            found.faults.append(f"{what} is about the log {one.origin}, not {newest.origin}")
        elif one.size not in roots:
            found.faults.append(f"{what} has {one.size} entries; the log is shorter: it was cut")
        elif roots[one.size] != one.root:
            found.faults.append(f"{what} ({one.size} entries) is another history than this one")
    fits = (
        each.checkpoint
        for each in seen
        if each.is_signed and each.checkpoint.origin == newest.origin
    )
    return max((one.size for one in fits if roots.get(one.size) == one.root), default=0)


class _Entries:
    """One pass over the log's entries, beside the branches."""

    def __init__(self, vouched: int) -> None:
        self._vouched = vouched
        self.vouched_commits = 0
        """So many commits of `observed` are among the entries that others vouch for."""
        self.notes: tuple[str, ...] = ()
        """What the log tells and what is no fault, a sentence each."""

    def faults(self, git_dir: Path, size: int, known: Known) -> Iterator[str]:
        """Say where entries and branches differ. The newest commits may not be logged yet."""
        trees = known.trees
        follow = {
            BRANCH: Followed(BRANCH, tuple(trees)),
            APPROVED: Followed(APPROVED, _approved(git_dir), known.counted),
        }
        before: RefUpdate | None = None
        for update in ref_log.updates(log_folder(git_dir)):
            if update.sequence >= size:
                return
            where = f"entry {update.sequence} of the log of ref updates"
            branch = follow.get(update.ref)
            if branch is None or update.old != branch.stands:
                yield f"{where} moves {update.ref} from {update.old}, where it did not stand"
                return
            fault = branch.take(update.new)
            if fault:
                yield f"{where} {fault}"
                return
            if update.ref == BRANCH and trees[update.new] != update.tree_sha256:
                yield f"{where} names other files than {update.new} holds"
            if before is not None and update.at < before.at:
                yield f"{where} is older than the entry before it"
            if update.ref == BRANCH and update.sequence < self._vouched:
                self.vouched_commits += 1
            before = update
        self.notes = follow[APPROVED].notes


def _approved(git_dir: Path) -> tuple[str, ...]:
    head = refs.read(git_dir, APPROVED)
    if head is None:
        return ()
    listing = git_process.run(git_dir, ["rev-list", "--first-parent", "--reverse", head, "--"])
    return tuple(listing.decode("ascii").split())
