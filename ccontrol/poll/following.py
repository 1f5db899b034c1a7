"""Following a site's history: which records came since the last look. Reads git, writes one mark.

So a change is told whoever committed it and whenever this process was killed: the history is asked,
and nothing that a crash could forget.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ccontrol.canonical.records import parse_record, record_path
from ccontrol.canonical.window_ends import TRAILER, parse_end
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import WindowEnded
from ccontrol.model.record import Record
from ccontrol.poll.catching_up import back_from, record_in
from ccontrol.poll.judgements import Judgement
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
    told: tuple[Judgement, ...] = ()
    """Oldest first."""
    ended: tuple[WindowEnded, ...] = ()
    """Change windows, in the order in which their ends were written."""
    whole: bool = True
    """False: the mark was not found, the history was rewritten or has grown too much."""


class Following:
    """What of one history has been told."""

    def __init__(self, git_dir: Path, mark: Path) -> None:
        self._git_dir = git_dir
        self._path = mark
        self._mark: str | None = None
        self._kept = False
        """Whether the mark outlives this process."""

    def stand_by(self) -> None:
        """Nobody is to be told yet: whatever the history holds now counts as told.

        A mark that lies there already holds. Raises StoreError.
        """
        if not self._kept:
            with named_failures(self._path):
                self._kept = self._path.is_file()
                if self._kept:
                    self._mark = self._path.read_text("ascii", "replace").strip()
            if not self._kept:
                self._mark = self.head()

    def begin(self) -> None:
        """Keep where the telling begins: where it stood by, or now. Raises StoreError.

        Call it before anybody adds to the history; see `is_known`.
        """
        if self._mark is None:
            self.stand_by()
        if not self._kept and self._mark is not None:
            self.told(self._mark)

    @property
    def is_known(self) -> bool:
        """Whether it is known what of the history was told, be it by this process alone."""
        return self._mark is not None

    @property
    def has_begun(self) -> bool:
        """Whether the mark is known and outlives this process."""
        return self._kept

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
            found = [_judged(one, repository) for one in reversed(commits)]
            ended = [each for one in reversed(commits) for each in _ended(one, repository)]
        told = tuple(one for one in found if one is not None)
        return News(head, told, tuple(ended), whole=whole)

    def told(self, commit: str) -> None:
        """Move the mark: everything up to this commit was told. Raises StoreError."""
        self._mark = commit
        durable.make_folder(self._path.parent)
        durable.write_whole(self._path, f"{commit}\n".encode())
        self._kept = True


def _judged(commit: Commit, repository: Repository) -> Judgement | None:
    try:
        record = record_in(commit, repository, "Record", "Judgement")
    except UnreadableStateError as error:  # the others are still to be told
        _log.error("a change cannot be told commit=%s: %s", commit.id, error)
        return None
    return None if record is None else Judgement(commit.id, record, _before(record, repository))


def _ended(commit: Commit, repository: Repository) -> Iterator[WindowEnded]:
    for path in (value for name, value in commit.trailers if name == TRAILER):
        content = repository.read(path, commit.id).get(path, b"")
        try:
            yield parse_end(content)
        except UnreadableStateError as error:  # the others are still to be told
            _log.error("the end of a change window cannot be told path=%s: %s", path, error)


def _before(record: Record, repository: Repository) -> Record | None:
    """Return the judgement before this one. All of them stay in the tree."""
    if record.number == 1:
        return None
    path = record_path(replace(record, number=record.number - 1))
    content = repository.read(path).get(path)
    try:
        return None if content is None else parse_record(content)
    except UnreadableStateError as error:  # the new one is told all the same
        _log.error("a judgement cannot be read path=%s: %s", path, error)
        return None
