"""Following a site's history: which records came since the last look. Reads git, writes one mark.

So a change is told whoever committed it and whenever this process was killed: the history is asked,
and nothing that a crash could forget.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from ccontrol.errors import UnreadableStateError
from ccontrol.model.record import Record
from ccontrol.poll.catching_up import back_from, record_in
from ccontrol.store import durable, refs
from ccontrol.store.commits import Commit
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import BRANCH
from ccontrol.store.repository import Repository

MOST_COMMITS = 2_000
"""So far back a mark is looked for."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What a history holds beyond what was told of it."""

    head: str
    records: tuple[tuple[str, Record], ...] = ()
    """Oldest first, each with its commit before it."""
    whole: bool = True
    """False: the mark was not found, the history was rewritten or has grown too much."""


class Following:
    """What of one history has been told."""

    def __init__(self, git_dir: Path, mark: Path) -> None:
        self._git_dir = git_dir
        self._path = mark
        self._mark: str | None = None

    def begin(self) -> None:
        """Find the mark; without one everything up to now counts as told. Raises StoreError."""
        with named_failures(self._path):
            if self._path.is_file():
                self._mark = self._path.read_text("ascii", "replace").strip()
        if self._mark is None:
            self.told(self.head())

    @property
    def has_begun(self) -> bool:
        """Whether the mark is known."""
        return self._mark is not None

    def head(self) -> str:
        """Return the newest commit; "" for none. Raises StoreError."""
        return refs.read(self._git_dir, BRANCH) or ""

    def news(self) -> News:
        """Return what the history holds beyond the mark. Raises StoreError."""
        head = self.head()
        if head == self._mark:
            return News(head)
        with Repository.open(self._git_dir) as repository:
            commits: list[Commit] = []
            whole = not self._mark
            for commit in back_from(head, repository):
                if commit.id == self._mark or len(commits) >= MOST_COMMITS:
                    whole = commit.id == self._mark
                    break
                commits.append(commit)
            found = [(one.id, _record(one, repository)) for one in reversed(commits)]
        told = tuple((name, record) for name, record in found if record is not None)
        return News(head, told, whole=whole)

    def told(self, commit: str) -> None:
        """Move the mark: everything up to this commit was told. Raises StoreError."""
        self._mark = commit
        durable.make_folder(self._path.parent)
        durable.write_whole(self._path, f"{commit}\n".encode())


def _record(commit: Commit, repository: Repository) -> Record | None:
    try:
        return record_in(commit, repository)
    except UnreadableStateError as error:  # the others are still to be told
        _log.error("a change cannot be told commit=%s: %s", commit.id, error)
        return None
