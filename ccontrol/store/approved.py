"""Reading `approved`: what people signed there, commit by commit, as far as it counts.

The first commit that does not hold ends it: nothing after it counts, and that is a fault to tell.
Each commit is judged by who might sign before it. Reads only; writing is approving's.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ccontrol.approval.rights import (
    Signing,
    belongs,
    idle_fault,
    is_append_only,
    requester_fault,
    right_fault,
    root_rule,
    succession_faults,
)
from ccontrol.canonical.approvals import (
    DECISIONS,
    WINDOWS,
    decision_path,
    parse_decision,
    parse_window,
    window_path,
)
from ccontrol.canonical.attestations import (
    folder_of_sayings,
    is_attestation,
    parse_attestation,
)
from ccontrol.canonical.people import (
    ALLOWED_SIGNERS,
    FOLDER,
    PEOPLE,
    parse_people,
    render_people,
)
from ccontrol.errors import (
    CcontrolError,
    SigningError,
    StoreError,
    StoreTamperedError,
    UnreadableStateError,
)
from ccontrol.logic.printable import shortened
from ccontrol.model.approval import (
    Anchor,
    Approvals,
    ChangeWindow,
    Decision,
    DecisionKind,
    GivenDecision,
    People,
    SignedCommit,
    WindowVersion,
)
from ccontrol.store import people as keys
from ccontrol.store import refs
from ccontrol.store.commits import Commit
from ccontrol.store.layout import APPROVED, ATTRIBUTES, ATTRIBUTES_PATH
from ccontrol.store.objects import Entry
from ccontrol.store.repository import Repository
from ccontrol.store.sshwire import fingerprint

_LARGEST = 1_000_000
"""Bytes of a file, or of a commit's text, that people wrote; whatever is larger is not read."""
_LONGEST_SUBJECT = 300
"""Characters of a commit's first line; it goes into the journal, and from there to others."""

Written = ChangeWindow | Decision | DecisionKind | None
"""What somebody wrote into a file: leave, a decision, of an attestation only that it is one, or
nothing of that."""


@dataclass(frozen=True, slots=True)
class Judging:
    """By what a branch is judged."""

    anchor: Anchor
    daemon_keys: frozenset[bytes]
    """In SSH's binary form; they count nowhere."""
    sighted: Mapping[str, datetime]
    """When the daemon saw each commit first."""
    now: datetime
    """For what nobody has seen yet."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a branch holds."""

    head: str | None
    """Where it stands."""
    trusted: str | None
    """The last commit that counts."""
    approvals: Approvals
    faults: tuple[tuple[str, str], ...] = ()
    """Commit and what is wrong with it."""


def survey(repository: Repository, judging: Judging, head: str | None = None) -> Survey:
    """Read the branch up to a commit (default: where `approved` stands). Raises StoreError."""
    start = head or refs.read(repository.git_dir, APPROVED)
    if start is None:
        return Survey(None, None, Approvals())
    walk = _Walk(repository, judging)
    faults: tuple[tuple[str, str], ...] = ()
    for name in reversed(repository.objects.list_commits(start, "", None)):
        found = tuple(walk.take(name))
        if found:
            faults = tuple((name, what) for what in found)
            break
    return Survey(start, walk.trusted, walk.approvals(), faults)


def changed_files(
    repository: Repository, before: Entry | None, after: Entry | None, path: str = ""
) -> Iterator[str]:
    """Yield the files that differ between two folders. Raises StoreError."""
    if before == after:
        return
    old = repository.folder(before.sha1) if before is not None and before.is_folder else {}
    new = repository.folder(after.sha1) if after is not None and after.is_folder else {}
    if any(one is not None and not one.is_folder for one in (before, after)):
        yield path
    for name in sorted({*old, *new}):
        inner = f"{path}/{name}" if path else name
        yield from changed_files(repository, old.get(name), new.get(name), inner)


class _Walk:
    """One pass over the branch, oldest commit first."""

    def __init__(self, repository: Repository, judging: Judging) -> None:
        self._repository = repository
        self._judging = judging
        self._people: People | None = None
        self._last: Commit | None = None
        self._latest: datetime | None = None
        self._commits: list[SignedCommit] = []
        self._windows: list[WindowVersion] = []
        self._decisions: list[GivenDecision] = []

    @property
    def trusted(self) -> str | None:
        """The last commit that counts."""
        return None if self._last is None else self._last.id

    def approvals(self) -> Approvals:
        """Return what was read."""
        return Approvals(
            self._people, tuple(self._commits), tuple(self._windows), tuple(self._decisions)
        )

    def take(self, commit_id: str) -> Iterator[str]:
        """Judge the next commit and take in what it brings; yield what does not hold.

        One that cannot even be read ends the branch like any other: it is not the store's trouble.
        """
        try:
            yield from self._take(self._repository.commit(commit_id))
        except (CcontrolError, RecursionError) as error:
            yield str(error)

    def _take(self, commit: Commit) -> Iterator[str]:
        parents = () if self._last is None else (self._last.id,)
        if commit.parents != parents:
            yield "its parents are not the one commit before it"
            return
        if len(commit.raw) > _LARGEST:
            yield "its text is larger than anything that people write"
            return
        paths = tuple(changed_files(self._repository, self._root(self._last), self._root(commit)))
        strays = [path for path in paths if not belongs(path)]
        if strays:
            yield f"{strays[0]!a} has no place on this branch"
            return
        people, complaints = self._people_of(commit, paths)
        yield from complaints
        if complaints or people is None:
            return
        signed = self._signed(commit, paths, self._people or people)
        windows, decisions = self._windows_in(signed), self._decisions_in(signed)
        faults = tuple(self._right_faults(signed, self._people or people, windows, decisions))
        yield from faults
        if not faults:
            self._adopt(commit, signed, people, windows, decisions)

    def _adopt(
        self,
        commit: Commit,
        signed: SignedCommit,
        people: People,
        windows: tuple[ChangeWindow, ...],
        decisions: tuple[Decision, ...],
    ) -> None:
        self._people, self._last = people, commit
        self._commits.append(signed)
        ended = {*(window.id for window in windows), *_removed_windows(signed, windows)}
        self._windows = [
            replace(one, ended_at=signed.seen_at)
            if one.ended_at is None and one.window.id in ended
            else one
            for one in self._windows
        ]
        self._windows.extend(WindowVersion(window, signed) for window in windows)
        self._decisions.extend(GivenDecision(decision, signed) for decision in decisions)

    def _root(self, commit: Commit | None) -> Entry | None:
        return None if commit is None else Entry(is_folder=True, sha1=bytes.fromhex(commit.tree))

    def _people_of(
        self, commit: Commit, paths: tuple[str, ...]
    ) -> tuple[People | None, tuple[str, ...]]:
        """Return who may sign after a commit, and what is wrong with it."""
        matters = self._last is None or ATTRIBUTES_PATH in paths
        if matters and self._content(commit, ATTRIBUTES_PATH) != ATTRIBUTES:
            return None, (f"{ATTRIBUTES_PATH} is not as ccontrol writes it",)
        if self._people is not None and not any(path.startswith(f"{FOLDER}/") for path in paths):
            return self._people, ()
        files = self._repository.read(FOLDER, commit.id)
        if PEOPLE not in files:
            return None, (f"there is no {PEOPLE}: nobody says who may sign",)
        people = parse_people(files[PEOPLE])
        return people, tuple(self._people_faults(files, people))

    def _people_faults(self, files: Mapping[str, bytes], people: People) -> Iterator[str]:
        anchor, before = self._judging.anchor, self._people
        roots, threshold = root_rule(anchor, before)
        if render_people(people) != files[PEOPLE]:
            yield f"{PEOPLE} is not in the one form in which ccontrol writes it"
        yield from succession_faults(anchor, before, people)
        yield from keys.root_faults(files, roots, threshold)
        if files.get(ALLOWED_SIGNERS) != keys.signers_of(people).text().encode("ascii"):
            yield f"{ALLOWED_SIGNERS} does not follow from {PEOPLE}"
        known = {*people.roots, *(key.line for one in people.persons for key in one.keys)}
        if not self._daemon_keys(people).isdisjoint(map(keys.key_of, known)):
            yield "the daemon's key stands among those of people"
        expected = {PEOPLE, ALLOWED_SIGNERS, *keys.signatures_in(files)}
        if strays := files.keys() - expected:
            yield f"{min(strays)} has no place in {FOLDER}/"

    def _daemon_keys(self, people: People) -> frozenset[bytes]:
        return self._judging.daemon_keys | {keys.key_of(one.line) for one in people.daemon_keys}

    def _signed(self, commit: Commit, paths: tuple[str, ...], people: People) -> SignedCommit:
        """Return the commit with who signed it. Raises SigningError for nobody who may."""
        seen_at = self._judging.sighted.get(commit.id)
        key = keys.signing_key(commit)
        if keys.plain_key(key) in self._daemon_keys(people):
            raise SigningError("the daemon's key signed it, which counts for nothing here")
        principal = keys.owner_of(key, people, seen_at or self._judging.now)
        return SignedCommit(
            id=commit.id,
            parent=self.trusted or "",
            principal=principal,
            fingerprint=fingerprint(key),
            dated=commit.when,
            seen_at=seen_at,
            subject=shortened(commit.subject, _LONGEST_SUBJECT),
            trailers=commit.trailers,
            paths=paths,
        )

    def _right_faults(
        self,
        signed: SignedCommit,
        people: People,
        windows: Collection[ChangeWindow],
        decisions: Collection[Decision],
    ) -> Iterator[str]:
        idle = None if signed.paths else idle_fault(people, signed.principal)
        if idle is not None:
            yield idle
        kinds = {decision_path(one): one.kind for one in decisions}
        kinds |= dict.fromkeys(self._sayings_in(signed), DecisionKind.ATTEST)
        for path in signed.paths:
            fault = right_fault(people, signed.principal, path, kinds.get(path))
            if fault is not None:
                yield fault
                return
            if is_append_only(path) and self._last and self._entry(path, self._last.id):
                yield f"{path} was there before: it may only be added"
        signing = Signing(
            signed.principal,
            signed.paths,
            tuple(windows),
            tuple(decisions),
            asked_for_by(signed.trailers),
            signed.seen_at or self._judging.now,
        )
        anchor = self._judging.anchor
        fault = requester_fault(anchor, people, signing, self._windows, self._commits)
        if fault is not None:
            yield fault

    def _windows_in(self, signed: SignedCommit) -> tuple[ChangeWindow, ...]:
        found = []
        for path, content in self._written(signed, WINDOWS):
            window = parse_window(content)
            if window_path(window.id) != path:
                raise UnreadableStateError(f"{path} holds a window of another name")
            found.append(window)
        return tuple(found)

    def _decisions_in(self, signed: SignedCommit) -> tuple[Decision, ...]:
        found = []
        for path, content in self._written(signed, DECISIONS):
            if is_attestation(path, content):
                continue
            decision = parse_decision(content)
            if decision_path(decision) != path:
                raise UnreadableStateError(f"{path} holds a decision of another name")
            found.append(decision)
        return tuple(found)

    def _sayings_in(self, signed: SignedCommit) -> Iterator[str]:
        """Yield the paths of attestations among the decisions: they decide nothing."""
        for path, content in self._written(signed, DECISIONS):
            if is_attestation(path, content):
                said = parse_attestation(path, content)
                if folder_of_sayings(said) != path.rpartition("/")[0]:
                    raise UnreadableStateError(f"{path} holds an attestation of something else")
                yield path

    def _written(self, signed: SignedCommit, folder: str) -> Iterator[tuple[str, bytes]]:
        """Yield the files below a folder that a commit wrote, with their contents."""
        for path in signed.paths:
            if path.startswith(f"{folder}/") and self._entry(path, signed.id) is not None:
                yield path, self._content(self._repository.commit(signed.id), path)

    def _entry(self, path: str, commit: str) -> Entry | None:
        return self._repository.entry(path, commit)

    def _content(self, commit: Commit, path: str) -> bytes:
        content = self._repository.read(path, commit.id).get(path, b"")
        if len(content) > _LARGEST:
            raise StoreTamperedError(f"{path} is larger than anything that people write")
        return content


def asked_for_by(trailers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return who asked for what a commit does, as it says itself."""
    return tuple(value for name, value in trailers if name == "Requested-By")


def written_in(path: str, content: bytes) -> Written:
    """Return what a file that people write holds. Raises UnreadableStateError."""
    if path.startswith(f"{WINDOWS}/"):
        return parse_window(content)
    if not path.startswith(f"{DECISIONS}/"):
        return None
    return DecisionKind.ATTEST if is_attestation(path, content) else parse_decision(content)


def _removed_windows(signed: SignedCommit, kept: Collection[ChangeWindow]) -> Iterator[str]:
    """Yield the windows that a commit took away."""
    names = {window_path(window.id) for window in kept}
    for path in signed.paths:
        if path.startswith(f"{WINDOWS}/") and path not in names:
            yield path.removeprefix(f"{WINDOWS}/").removesuffix(".toml")


def require_counting(found: Survey) -> str | None:
    """Return the last commit, which is the branch's head. Raises StoreError when it counts not."""
    if found.faults:
        commit, what = found.faults[0]
        raise StoreError(
            f"nothing on approved counts from commit {commit} on: {what}",
            hint="See docs/approvals.md, When something on approved does not count.",
        )
    return found.trusted
