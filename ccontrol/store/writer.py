"""The one writer of a store: signed commits that are on the disk before anybody is told so."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.errors import StoreError, StoreForeignError, StoreTamperedError
from ccontrol.model.record import Receipt
from ccontrol.store import (
    allowed_signers,
    commits,
    known_head,
    locks,
    modes,
    refs,
    shadow,
    signing,
    verify_journal,
)
from ccontrol.store.closing import Closing
from ccontrol.store.commits import Commit
from ccontrol.store.disk import Disk, named_failures
from ccontrol.store.layout import (
    ATTRIBUTES,
    ATTRIBUTES_PATH,
    BRANCH,
    lock_path,
    reflog_path,
    shadow_path,
)
from ccontrol.store.loose import DAEMONS_OWN, LooseWriter
from ccontrol.store.message import PARENT_TRAILER, TREE_TRAILER, Message, compose
from ccontrol.store.objects import Entry, Ids, format_translated, sha1_id, sha256_id
from ccontrol.store.repository import Repository, require_store
from ccontrol.store.trees import Edits, Together, TreeBuilder, plan
from ccontrol.store.verify_commit import Trust, parent_shadow

_log = logging.getLogger(__name__)
_NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True)
class Daemon:
    """Who writes: the site's name, the key, and every key whose older commits count as ours."""

    site: str
    signer: signing.Signer
    trusted: allowed_signers.AllowedSigners | None = None

    @property
    def identity(self) -> str:
        """The author of its commits."""
        return commits.identity(self.site)

    @property
    def trust(self) -> Trust:
        """Whose signatures it accepts on its own branch."""
        principal = commits.principal(self.site)
        own = allowed_signers.only(principal, self.signer.public_key)
        return Trust(principal, self.trusted or own)


class Writer(Closing):
    """A store opened under its exclusive lock. Belongs to one thread; close it, or use `with`.

    `cleared` names the leftovers of a killed writer that were removed when it opened;
    `repository` reads what it writes.
    """

    def __init__(
        self,
        git_dir: Path,
        daemon: Daemon,
        clock: Clock,
        *,
        accepted_head: str | None = None,
        disk: Disk | None = None,
    ) -> None:
        """Open a store for writing.

        Raises StoreLockedError when another process writes it, and StoreForeignError when the
        branch is not as this daemon left it; `accepted_head` is a head that the operator vouched
        for by name.
        """
        require_store(git_dir)
        self._git_dir = git_dir
        self._daemon = daemon
        self._disk = disk or Disk()
        self._loose = LooseWriter(git_dir / "objects", self._disk, DAEMONS_OWN)
        self._head: Commit | None = None
        self._unsettled: Commit | None = None
        with ExitStack() as opened:
            self._lock = locks.WriterLock(lock_path(git_dir))
            opened.callback(self._lock.close)
            modes.tighten(git_dir)
            self.cleared = locks.clear_stale(git_dir, BRANCH, clock.now())
            self.repository = Repository(git_dir, shadow.writable(shadow_path(git_dir)))
            opened.callback(self.repository.close)
            self._adopt_head(accepted_head)
            self._closing = opened.pop_all()

    @property
    def lock_handle(self) -> int:
        """The open handle of the lock; maintenance lets its processes inherit it."""
        return self._lock.handle

    @property
    def trust(self) -> Trust:
        """Whose signatures it accepts on its own branch."""
        return self._daemon.trust

    @property
    def own_keys(self) -> frozenset[bytes]:
        """Every key with which this daemon signs, or signed, in SSH's binary form."""
        lines = self._daemon.trust.signers.lines
        return frozenset({self._daemon.signer.public_key, *(one.public_key for one in lines)})

    def differs(self, folder: str, files: dict[str, bytes]) -> bool:
        """Say whether a folder at the head holds anything but exactly these files.

        Paths are full paths. Compares by SHA-256 and writes nothing.
        """
        if not all(path.startswith(f"{folder}/") for path in files):
            raise ValueError(f"not every file lies in {folder}")
        if self.repository.entries(folder).keys() != files.keys():
            return True
        standing = self.repository.entry(folder)
        if standing is None:
            return False
        found = self.repository.shadows.of([standing])[standing.sha1]
        return self._shadow_with(folder, standing, files) != found

    def commit(
        self,
        edits: Edits,
        *,
        message: Message,
        when: datetime,
        replace: tuple[str, ...] = (),
    ) -> Receipt | None:
        """Append one signed commit and return once it would outlive a power cut.

        `edits` maps paths to contents, None removes; each folder in `replace` holds afterwards
        only what `edits` puts there. None is returned when that changes nothing, also because an
        earlier call that failed late had made the commit after all. The date is `when`, or the
        parent's if the clock was set back.
        """
        self._require_own_head()
        try:
            return self._commit(edits, replace, message, when)
        finally:
            self._loose.discard()

    def close(self) -> None:
        """Let the next writer in."""
        self._closing.close()

    def _shadow_with(self, path: str, folder: Entry, files: dict[str, bytes]) -> bytes:
        """Return the shadow id of a folder whose files of the same names held these contents."""
        shadows: list[tuple[str, Entry, bytes]] = []
        for name, entry in self.repository.folder(folder.sha1).items():
            where = f"{path}/{name}"
            if entry.is_folder:
                shadows.append((name, entry, self._shadow_with(where, entry, files)))
            else:
                shadows.append((name, entry, sha256_id("blob", files[where])))
        return sha256_id("tree", format_translated(shadows))

    def _commit(
        self,
        edits: Edits,
        replace: tuple[str, ...],
        message: Message,
        when: datetime,
    ) -> Receipt | None:
        first = {ATTRIBUTES_PATH: ATTRIBUTES} if self._head is None else {}
        ids, fresh = self._build(Together(edits, first), replace)
        if ids == self._head_tree():
            return None
        commit = self._sign(ids, message, when)
        self._refuse_collisions(ids, fresh)
        self.repository.shadows.keep(fresh)
        self._loose.put("commit", commit.raw)
        self._loose.flush()
        self._publish(commit)
        return Receipt(commit.id, ids.sha256.hex(), commit.when)

    def _build(
        self,
        edits: Edits,
        replace: tuple[str, ...],
    ) -> tuple[Ids, dict[bytes, bytes]]:
        known = self.repository.shadows.of
        builder = TreeBuilder(self.repository.folder, known, self._loose.put)
        before = self._head_tree()
        base, proven = (None, None) if before is None else before
        ids = builder.build(base, plan(edits, replace), proven)
        if ids is None:
            raise ValueError("an edit may not empty the whole store")
        return ids, builder.fresh

    def _sign(self, tree: Ids, message: Message, when: datetime) -> Commit:
        parent = self._head
        own = [(TREE_TRAILER, tree.sha256.hex())]
        when_s = int(when.timestamp())
        if parent is not None:
            own.append((PARENT_TRAILER, parent_shadow(parent)))
            when_s = max(when_s, parent.committed_s)
        text = compose(message, tuple(own))
        parent_id = None if parent is None else parent.id
        identity = self._daemon.identity
        payload = commits.unsigned(tree.sha1.hex(), parent_id, identity, when_s, text)
        raw = commits.signed(payload, signing.sign(self._daemon.signer, payload))
        return commits.parse(sha1_id("commit", raw).hex(), raw)

    def _publish(self, commit: Commit) -> None:
        """Make a commit count. If this is interrupted, the next commit finishes it first."""
        old = None if self._head is None else self._head.id
        self._lock.require_held()
        self._unsettled = commit
        refs.compare_and_swap(self._git_dir, BRANCH, old, commit.id, self._disk)
        self._settle(commit, old)

    def _settle(self, commit: Commit, old: str | None) -> None:
        known_head.remember(self._git_dir, commit.id, self._disk)
        self._head, self._unsettled = commit, None
        line = f"{old or _NO_COMMIT} {commit.id} {commit.committer} {commit.committed_s} +0000"
        text = f"{line}\tcommit: {commit.subject}\n"
        try:
            with named_failures(self._git_dir):
                self._disk.append(reflog_path(self._git_dir), text.encode())
        except StoreError as error:  # the commit counts without it: a convenience of git's
            _log.warning("the reflog lacks a line commit=%s: %s", commit.id, error)

    def _require_own_head(self) -> None:
        self._lock.require_held()
        found = refs.read(self._git_dir, BRANCH)
        expected = None if self._head is None else self._head.id
        if found == expected:
            return
        late = self._unsettled
        if late is None or found != late.id:
            raise StoreForeignError(f"the branch moved to {found} while this daemon was running")
        with named_failures(self._git_dir):
            self._disk.sync((self._git_dir / BRANCH).parent)
        self._settle(late, expected)

    def _adopt_head(self, accepted: str | None) -> None:
        found = refs.read(self._git_dir, BRANCH)
        known = known_head.remembered(self._git_dir)
        if found is None:
            if known is not None:
                raise StoreForeignError(f"the branch is gone; its last commit was {known}")
            return
        head = self.repository.commit(found)
        known_head.require_own(self.repository, head, self._daemon.trust, accepted)
        if known != found:
            _log.warning("head adopted from the branch known=%s head=%s", known, found)
            known_head.remember(self._git_dir, found, self._disk)
        for what in verify_journal.lately_lost(self.repository, head):
            # No refusal: whoever restored from a mirror and vouched for it has lost changes, too.
            _log.error("%s; run `ccontrol verify` store=%s", what, self._git_dir)
        self._head = head

    def _head_tree(self) -> Ids | None:
        if self._head is None:
            return None
        shadow_id = self._head.trailer(TREE_TRAILER)
        if shadow_id is None:
            raise StoreForeignError(f"{self._head.id} has no trailer {TREE_TRAILER}")
        return Ids(bytes.fromhex(self._head.tree), bytes.fromhex(shadow_id))

    def _refuse_collisions(self, tree: Ids, fresh: dict[bytes, bytes]) -> None:
        known = self.repository.shadows.known(fresh)
        known |= {ids.sha1: ids.sha256 for ids in (self._head_tree(),) if ids is not None}
        for sha1, sha256 in {**fresh, tree.sha1: tree.sha256}.items():
            if known.get(sha1, sha256) != sha256:
                raise StoreTamperedError(f"two contents share the SHA-1 {sha1.hex()}: a forgery")
