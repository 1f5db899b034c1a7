"""Doubting a store: every signature, every hash, the order of every commit. Reads, never repairs.

One walk in process: git streams each object once, its id is computed again, and the shadow ids of
all trees are built bottom-up. Neither the shadow cache nor git's commit-graph is believed.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain, starmap
from pathlib import Path

from ccontrol.canonical.approvals import SIGHTINGS
from ccontrol.errors import StoreError, StoreForeignError, StoreTamperedError
from ccontrol.store import commits, gate, git_process, known_head, objects, refs, surroundings
from ccontrol.store.bulk import content_of, stream_objects
from ccontrol.store.commits import Commit
from ccontrol.store.key_history import KeySpan, Succession
from ccontrol.store.layout import ATTRIBUTES, ATTRIBUTES_PATH, BRANCH
from ccontrol.store.objects import Kind
from ccontrol.store.repository import require_store
from ccontrol.store.translator import Translator
from ccontrol.store.verify_commit import Trust, chain_faults, tree_fault
from ccontrol.store.verify_forms import CLASS, raised_forms
from ccontrol.store.verify_journal import TRAILER, Journaled, journaled
from ccontrol.store.verify_log import Findings, Known, LogTrust, log_findings, look
from ccontrol.store.verify_signatures import SignatureJudge
from ccontrol.store.verify_stamps import (
    Brought,
    StampedDay,
    StampFindings,
    StampTrust,
    brought_by,
    stamp_findings,
)
from ccontrol.store.verify_witnesses import witness_faults

_NO_LOG_TRUST = LogTrust()
_NO_STAMP_TRUST = StampTrust()
_PROGRESS_STEP = 500
_LAST = sys.maxsize
_ATTRIBUTES_ENTRY = b"100644 %b\0%b" % (
    ATTRIBUTES_PATH.encode("ascii"),
    objects.sha1_id("blob", ATTRIBUTES),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold; `commit` is None when it concerns the whole store."""

    commit: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `tree_sha256` was computed from the files at the head."""

    head: str | None
    commits: int
    tree_sha256: str | None
    faults: tuple[Fault, ...]
    unchecked: tuple[str, ...] = ()
    """What nobody could check here, each in a sentence; no fault, and no proof either."""
    notes: tuple[str, ...] = ()
    """What happened and is no fault, each in a sentence."""
    stamps: tuple[StampedDay, ...] = ()
    """The days that an authority outside has stamped, oldest first."""

    def require_sound(self) -> None:
        """Raise StoreTamperedError when anything does not hold."""
        if self.faults:
            first = self.faults[0]
            where = "the store" if first.commit is None else f"commit {first.commit}"
            raise StoreTamperedError(f"{len(self.faults)} faults; the first: {where}: {first.what}")


def verify(
    git_dir: Path,
    trust: Trust,
    *,
    witnesses: Collection[str] = (),
    log: LogTrust = _NO_LOG_TRUST,
    stamps: StampTrust = _NO_STAMP_TRUST,
    progress: Callable[[int], None] = lambda _commits: None,
) -> Report:
    """Check the whole of `observed`.

    `witnesses` are commits that somebody outside has seen (a mirror, a log host): the history has
    to contain them. `log` says whose checkpoints count, `stamps` whose time stamps. `progress` is
    told every so often how many commits were read.
    Raises StoreError when there is no store.
    """
    try:
        require_store(git_dir)
        refs.packed(git_dir)
        # Before the head: a daemon that is running remembers and journals what it has committed.
        remembered, journal = known_head.remembered(git_dir), journaled(git_dir)
        sight = look(git_dir, log)
        head = refs.read(git_dir, BRANCH)
    except (StoreTamperedError, StoreForeignError) as error:
        # Git itself would be misled or misused: it is not started at all.
        return Report(None, 0, None, (Fault(None, f"nothing was read, for {error}"),))
    with SignatureJudge(trust) as signatures:
        walk = _Walk(signatures, log.spans, progress)
        if head is None:
            walk.fault(f"there is no branch {BRANCH}")
        else:
            walk.run(git_dir, head)
        walk.faults.extend(starmap(Fault, signatures.faults()))
    for witness in {*witnesses, *filter(None, [remembered])} - walk.seen.keys():
        walk.fault(f"{witness} was the head once, but the history does not contain it")
    findings = Findings()
    if head is not None:
        known = Known(
            trees=walk.trees_of,
            counted=_seen_on_approved(git_dir, head),
            doubtful=walk.succession.doubtful(),
            seen_outside=max((walk.seen.get(each, -1) + 1 for each in witnesses), default=0),
            several_keys=len({*trust.signers.keys}) > 1,
        )
        findings = log_findings(git_dir, sight, log, known)
    walk.faults.extend(Fault(None, what) for what in findings.faults)
    raised = tuple(raised_forms(git_dir, walk.renderings)) if walk.renderings else ()
    walk.faults.extend(Fault(one.commit, one.what) for one in raised if one.is_fault)
    unchecked = (
        *findings.unchecked,
        *(one.what for one in raised if not one.is_fault),
        *gate.faults(git_dir),
    )
    for what in chain(_memory_faults(git_dir, head, walk, journal), surroundings.faults(git_dir)):
        walk.fault(what)
    stamped = _stamped(git_dir, head, walk, stamps)
    walk.faults.sort(key=lambda fault: walk.seen.get(fault.commit or "", _LAST))
    return Report(
        head=head,
        commits=len(walk.seen),
        tree_sha256=walk.tree_sha256,
        faults=tuple(walk.faults),
        unchecked=(*unchecked, *stamped.unchecked),
        notes=tuple(findings.notes),
        stamps=tuple(stamped.days),
    )


def _stamped(git_dir: Path, head: str | None, walk: "_Walk", trust: StampTrust) -> StampFindings:
    """Judge the time stamps of a history that could be read to its head."""
    if head is None or not walk.reached(head):
        return StampFindings()
    try:
        found = stamp_findings(git_dir, head, walk.seen, walk.brought, trust)
    except StoreError as error:
        walk.fault(f"the time stamps cannot be read: {error}")
        return StampFindings()
    walk.faults.extend(starmap(Fault, found.faults))
    return found


def _seen_on_approved(git_dir: Path, head: str) -> frozenset[str]:
    """Return the commits of which the daemon wrote down that it saw them, and that they counted."""
    done = git_process.attempt(git_dir, ["ls-tree", "-r", "--name-only", head, f"{SIGHTINGS}/"])
    paths = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(Path(path).stem for path in paths)


def _memory_faults(
    git_dir: Path, head: str | None, walk: "_Walk", journal: Journaled
) -> Iterator[str]:
    """Say what the daemon, where it runs here, remembers otherwise than the history."""
    if known_head.is_lost(git_dir):
        yield "the daemon's memory of its last commit is gone: a rollback would not be noticed"
    if head is not None and walk.reached(head):
        yield from journal.faults(git_dir, head, walk.changes)
        yield from witness_faults(git_dir, head)


class _Walk:
    """One pass over the history, oldest commit first; each object comes after its first user."""

    def __init__(
        self,
        signatures: SignatureJudge,
        spans: tuple[KeySpan, ...],
        progress: Callable[[int], None],
    ) -> None:
        self._signatures = signatures
        self._progress = progress
        self._shadows: dict[bytes, bytes] = {}
        self._trees: dict[bytes, bytes] = {}
        self._translator = Translator(self._shadow)
        self._current: Commit | None = None
        self._parent: Commit | None = None
        self.seen: dict[str, int] = {}
        self.trees_of: dict[str, str] = {}
        """Tree-SHA256 as computed, by commit, oldest first."""
        self.changes: set[str] = set()
        self.renderings: list[Commit] = []
        """Those that say that they changed no fact."""
        self.brought: list[Brought] = []
        """Time stamps, as the commits that brought them name them."""
        self.faults: list[Fault] = []
        self.tree_sha256: str | None = None
        self.succession = Succession(spans)

    def run(self, git_dir: Path, head: str) -> None:
        listing = ["-c", "core.commitGraph=false", "rev-list", "--objects", "--in-commit-order"]
        try:
            with git_process.pipe(
                git_dir,
                [*listing, "--no-object-names", "--reverse", head],
                ["cat-file", "--batch", "--buffer"],
            ) as stream:
                for name, kind, framed in stream_objects(stream):
                    self._take(name, kind, framed)
        except StoreError as error:
            self.fault(f"the history cannot be read to its end: {error}")
        self._finish()
        if not self.reached(head):
            self.fault(f"the head {head} was not reached")

    def reached(self, head: str) -> bool:
        """Say whether the history was read up to its head."""
        return self._parent is not None and self._parent.id == head

    def fault(self, what: str) -> None:
        """Note something that concerns the whole store."""
        self.faults.append(Fault(None, what))

    def _take(self, name: str, kind: Kind, framed: bytes) -> None:
        sha1 = objects.sha1_of(framed)
        if sha1.hex() != name:
            self._doubt(f"the {kind} {name} does not have the content it names")
        elif kind == "blob":
            self._shadows[sha1] = objects.sha256_of(framed)
        elif kind == "tree":
            self._trees[sha1] = framed
        else:
            self._finish()
            self._begin(name, content_of(framed))

    def _begin(self, name: str, content: bytes) -> None:
        try:
            self._current = commits.parse(name, content)
        except StoreTamperedError as error:
            self.faults.append(Fault(name, str(error)))
            return
        self.seen[name] = len(self.seen)
        if len(self.seen) % _PROGRESS_STEP == 0:
            self._progress(len(self.seen))

    def _finish(self) -> None:
        """Judge the commit whose objects have all been read."""
        commit = self._current
        if commit is None:
            return
        self._signatures.take(commit)
        out_of_place = self.succession.fault(commit, len(self.seen))
        for what in (*chain_faults(commit, self._parent), *filter(None, [out_of_place])):
            self._doubt(what)
        self._judge_tree(commit)
        self.changes.update(value for name, value in commit.trailers if name == TRAILER)
        if commit.trailer("Class") == CLASS:
            self.renderings.append(commit)
        self.brought.extend(filter(None, [brought_by(commit)]))
        self._parent, self._current = commit, None

    def _judge_tree(self, commit: Commit) -> None:
        root = bytes.fromhex(commit.tree)
        if root in self._trees and _ATTRIBUTES_ENTRY not in self._trees[root]:
            self._doubt(f"{ATTRIBUTES_PATH} is missing or was changed")
        try:
            shadow = self._shadow(root)
        except KeyError as error:
            self._doubt(f"the object {error.args[0].hex()} is missing or damaged")
        except StoreTamperedError as error:
            self._doubt(str(error))
        except RecursionError:
            self._doubt("its folders are nested deeper than any that ccontrol writes")
        else:
            self.tree_sha256 = self.trees_of[commit.id] = shadow.hex()
            what = tree_fault(commit, shadow)
            if what is not None:
                self._doubt(what)

    def _shadow(self, sha1: bytes) -> bytes:
        """Return an object's shadow id; a tree's is computed once, when it is first needed."""
        known = self._shadows.get(sha1)
        if known is None:
            content = self._translator.translate(content_of(self._trees[sha1]))
            known = self._shadows[sha1] = objects.sha256_id("tree", content)
            del self._trees[sha1]
        return known

    def _doubt(self, what: str) -> None:
        self.faults.append(Fault(None if self._current is None else self._current.id, what))
