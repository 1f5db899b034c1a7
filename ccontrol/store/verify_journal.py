"""The journal as a witness: what it says was committed has to be in the history.

It stands beside the repository and is not signed: it convicts who rolls the branch back alone, not
who rewrites the journal, too. Only the days that are kept are asked.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ccontrol.canonical.journal import LONGEST_LINE, journal_path, parse_line
from ccontrol.errors import BadFileError
from ccontrol.store.commits import Commit
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import OWN_FOLDER
from ccontrol.store.repository import Repository

TRAILER = "Change-Id"
"""Which change a commit is of."""
_MARK = b'"change_id"'
_DAYS = 2
_SLACK = timedelta(days=2)
"""A commit bears the date of what it took in, its line in the journal that of its end."""


@dataclass(frozen=True, slots=True)
class Journaled:
    """What the journal said before the history was read: a commit comes before its line."""

    changes: frozenset[str]
    """Ids of the changes in days that are not folded; those of older days stand in the folds."""
    folds: tuple[tuple[date, str], ...]
    """Days that were folded, with the SHA-256 (hex) that the fold has to name."""

    def faults(self, git_dir: Path, head: str, changes: Collection[str]) -> Iterator[str]:
        """Return what the history lacks; `changes` are those that it has."""
        for change in sorted(self.changes.difference(changes)):
            yield f"the journal names the change {change}, but the history does not contain it"
        with Repository.open(git_dir) as history:
            for day, sha256 in self.folds:
                path = journal_path(day)
                if sha256.encode() not in history.read(path, head).get(path, b""):
                    yield f"{path} is missing or another one: the day was committed once"


def lately_lost(repository: Repository, head: Commit) -> tuple[str, ...]:
    """Return what the history lacks of what the last two days of the journal say was committed.

    For a daemon that starts: it looks back no further than those days, verification does.
    """
    found = journaled(repository.git_dir, _DAYS)
    stems = (path.stem for path in _days(repository.git_dir)[-_DAYS:])
    since = min(stems, default=f"{head.when:%Y-%m-%d}")
    changes: set[str] = set()
    for commit in _back_from(repository, head):
        if found.changes <= changes or f"{commit.when + _SLACK:%Y-%m-%d}" < since:
            break
        changes.update(value for name, value in commit.trailers if name == TRAILER)
    return tuple(found.faults(repository.git_dir, head.id, changes))


def _back_from(repository: Repository, head: Commit) -> Iterator[Commit]:
    yield head
    while head.parents:
        head = repository.commit(head.parents[0])
        yield head


def _days(git_dir: Path) -> list[Path]:
    return sorted((git_dir / OWN_FOLDER / "journal").glob("????-??-??.jsonl"))


def journaled(git_dir: Path, last_days: int = 0) -> Journaled:
    """Read what the journal of a store has to say; nothing in a clone, which has none.

    `last_days` takes so many days from its end; 0 takes all.
    """
    changes: set[str] = set()
    folds: list[tuple[date, str]] = []
    with named_failures(git_dir):
        for path in _days(git_dir)[-last_days:]:
            mark = _mark(path)
            if mark is None:
                changes.update(_changes(path))
            else:
                folds.append((date.fromisoformat(path.stem), mark))
    return Journaled(frozenset(changes), tuple(folds))


def _mark(path: Path) -> str | None:
    """Return the hash under which the day, as it is, was folded; None when it was not."""
    try:
        mark = json.loads(path.with_suffix(".folded").read_bytes())
        date.fromisoformat(path.stem)
        return str(mark["sha256"]) if mark["size"] == path.stat().st_size else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _changes(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        while text := file.readline(LONGEST_LINE + 1):
            if _MARK not in text:
                continue
            try:
                yield parse_line(text).change_id
            except BadFileError:
                continue  # damaged: the fold counts it, here it says nothing
