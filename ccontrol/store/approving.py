"""Writing `approved` with a person's key: one signed commit, judged before it is shown.

Works in a store and in anybody's clone. `observed` is read, never written. The branch moves only
when the new commit counts by the same rules as everybody else reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.approval.rights import Signing, requester_fault, right_fault
from ccontrol.errors import StoreError, StoreForeignError, UnreadableStateError
from ccontrol.model.approval import Approvals, ChangeWindow, Decision, DecisionKind
from ccontrol.store import commits, refs, shadow, signing
from ccontrol.store.approved import (
    Judging,
    Survey,
    Written,
    asked_for_by,
    require_counting,
    survey,
    written_in,
)
from ccontrol.store.disk import Disk
from ccontrol.store.layout import APPROVED, ATTRIBUTES, ATTRIBUTES_PATH, BRANCH, shadow_path
from ccontrol.store.loose import LooseWriter, of_nobody_else
from ccontrol.store.message import PARENT_TRAILER, Message, compose
from ccontrol.store.objects import Entry, format_tree
from ccontrol.store.people import owner_of
from ccontrol.store.repository import Repository, require_store
from ccontrol.store.trees import split
from ccontrol.store.verify_commit import parent_shadow

_REMOTE = "refs/remotes/origin/"
_WHO_MAY = "Nothing was changed. `ccontrol people show` tells who may do what."
_ANOTHER = "Nothing was changed. Let another approver sign it; `ccontrol people show` lists them."
_MEND = "Nothing was changed. Mend what it names, and sign again; see docs/approvals.md."
Content = bytes | Entry | None
"""What is to stand at a path: bytes, what is stored already, or nothing."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes: a person's name and mail-like principal, and the key."""

    name: str
    principal: str
    signer: signing.Signer

    @property
    def identity(self) -> str:
        """The author of the commit."""
        cleaned = "".join(sign for sign in self.name if sign.isprintable() and sign not in "<>")
        return f"{cleaned.strip() or self.principal} <{self.principal}>"


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the two branches stand in a repository; in a clone perhaps only as its origin's."""

    observed: str | None
    approved: str | None
    own_approved: str | None
    """Of this repository itself: what a new commit has to be swapped for."""


def git_dir_of(folder: Path) -> Path:
    """Return the git directory of a store, or of a clone with its files."""
    inner = folder / ".git"
    return inner if inner.is_dir() else folder


def open_any(folder: Path) -> Repository:
    """Open a store or a clone. Raises StoreError when it is none.

    A clone is its owner's: what its configuration makes git do is theirs to answer for.
    """
    git_dir = git_dir_of(folder)
    if git_dir == folder:
        require_store(git_dir)
    return Repository(git_dir, shadow.readable(shadow_path(git_dir)))


def heads_of(repository: Repository) -> Heads:
    """Return where the branches stand; in a clone whichever is further, its own or its origin's.

    A fetch moves only the origin's: who signs by the clone's own would take what is old.
    """
    return Heads(
        observed=_newest(repository, BRANCH),
        approved=_newest(repository, APPROVED),
        own_approved=refs.read(repository.git_dir, APPROVED),
    )


def approve(
    repository: Repository,
    pen: Pen,
    edits: Mapping[str, Content],
    message: Message,
    judging: Judging,
) -> Survey:
    """Append one signed commit to `approved`, durably; return what the branch holds then.

    Raises StoreError when the commit would not count, or changes nothing: the branch then stands
    as it did. Whoever has no right to it is told before anything is signed.
    """
    _require_free(repository.git_dir)
    heads = heads_of(repository)
    if heads.approved is not None:
        before = survey(repository, judging, heads.approved)
        require_counting(before)
        _require_right(before.approvals, pen, edits, message, judging)
    loose = LooseWriter(repository.git_dir / "objects", Disk(), of_nobody_else())
    parent = None if heads.approved is None else repository.commit(heads.approved)
    first: Mapping[str, Content] = {ATTRIBUTES_PATH: ATTRIBUTES} if parent is None else {}
    tree = _tree(repository, loose, parent, {**first, **edits})
    if parent is not None and tree.hex() == parent.tree:
        raise StoreError("nothing would change", hint="It is approved as it is already.")
    raw = _signed(pen, tree, parent, message, judging.now)
    name = loose.put("commit", raw).hex()
    loose.flush()
    found = survey(repository, judging, name)
    if found.faults:
        raise _would_not_count(found.faults[0][1], _MEND)
    refs.compare_and_swap(repository.git_dir, APPROVED, heads.own_approved, name, Disk())
    return found


def _require_right(
    given: Approvals,
    pen: Pen,
    edits: Mapping[str, Content],
    message: Message,
    judging: Judging,
) -> None:
    """Say what the survey would say, while nobody has touched a token yet. Raises StoreError."""
    people = given.people
    if people is None:
        return
    principal = owner_of(pen.signer.public_key, people, judging.now)
    written = {path: _written(path, content) for path, content in edits.items()}
    for path, one in written.items():
        fault = right_fault(people, principal, path, _kind(one))
        if fault is not None:
            raise _would_not_count(fault, _WHO_MAY)
    signing_ = Signing(
        principal,
        tuple(edits),
        tuple(one for one in written.values() if isinstance(one, ChangeWindow)),
        tuple(one for one in written.values() if isinstance(one, Decision)),
        asked_for_by(message.trailers),
        judging.now,
    )
    fault = requester_fault(judging.anchor, people, signing_, given.windows, given.commits)
    if fault is not None:
        raise _would_not_count(fault, _ANOTHER)


def _written(path: str, content: Content) -> Written:
    try:
        return written_in(path, content) if isinstance(content, bytes) else None
    except UnreadableStateError as error:
        raise _would_not_count(str(error), _MEND) from error


def _kind(written: Written) -> DecisionKind | None:
    if isinstance(written, DecisionKind):
        return written
    return written.kind if isinstance(written, Decision) else None


def _would_not_count(what: str, hint: str) -> StoreError:
    return StoreError(f"this commit would not count: {what}", hint=hint)


def _newest(repository: Repository, branch: str) -> str | None:
    own, origin = refs.read(repository.git_dir, branch), _origin(repository, branch)
    if own is None or origin is None or own == origin:
        return own or origin
    return origin if own in repository.objects.list_commits(origin, "", None) else own


def _origin(repository: Repository, branch: str) -> str | None:
    return refs.read(repository.git_dir, _REMOTE + branch.removeprefix("refs/heads/"))


def _require_free(git_dir: Path) -> None:
    """Refuse to move a branch under somebody's feet."""
    is_clone = git_dir.name == ".git"
    if is_clone and (git_dir / "HEAD").read_text("utf-8", "replace").strip() == f"ref: {APPROVED}":
        raise StoreForeignError(
            "approved is checked out in this clone, so its files would no longer fit it",
            hint="Commit there with git (docs/approvals.md), or `git switch --detach` first.",
        )


def _signed(
    pen: Pen, tree: bytes, parent: commits.Commit | None, message: Message, now: datetime
) -> bytes:
    own = () if parent is None else ((PARENT_TRAILER, parent_shadow(parent)),)
    when_s = int(now.timestamp())
    if parent is not None:
        when_s = max(when_s, parent.committed_s)
    text = compose(message, own)
    parent_id = None if parent is None else parent.id
    payload = commits.unsigned(tree.hex(), parent_id, pen.identity, when_s, text)
    return commits.signed(payload, signing.sign(pen.signer, payload))


def _tree(
    repository: Repository,
    loose: LooseWriter,
    parent: commits.Commit | None,
    edits: Mapping[str, Content],
) -> bytes:
    base = None if parent is None else Entry(is_folder=True, sha1=bytes.fromhex(parent.tree))
    grafting = _Grafting(repository, loose)
    for path, content in edits.items():
        wanted = content
        if isinstance(content, bytes):
            wanted = Entry(is_folder=False, sha1=loose.put("blob", content))
        base = grafting.put(base, split(path), wanted)
    if base is None:
        raise ValueError("an edit may not empty the whole branch")
    return base.sha1


class _Grafting:
    """Puts files and folders into a tree; the folders on the way are written anew."""

    def __init__(self, repository: Repository, loose: LooseWriter) -> None:
        self._repository = repository
        self._loose = loose
        self._fresh: dict[bytes, Mapping[str, Entry]] = {}
        """Trees that are not on the disk yet."""

    def put(self, base: Entry | None, parts: list[str], wanted: Content) -> Entry | None:
        """Return the folder with it; None when nothing is left in it."""
        entries = dict(self._entries(base))
        name, *rest = parts
        new = self.put(entries.get(name), rest, wanted) if rest else wanted
        entries.pop(name, None)
        if isinstance(new, Entry):
            entries[name] = new
        if not entries:
            return None
        sha1 = self._loose.put("tree", format_tree(entries))
        self._fresh[sha1] = entries
        return Entry(is_folder=True, sha1=sha1)

    def _entries(self, base: Entry | None) -> Mapping[str, Entry]:
        if base is None or not base.is_folder:
            return {}
        return self._fresh.get(base.sha1) or self._repository.folder(base.sha1)
