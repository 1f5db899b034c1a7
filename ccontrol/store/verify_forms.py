"""Whether commits that raised a form did nothing else: what they wrote is computed once more.

The class `rendering` says that no fact changed. Where a form was raised anybody can check that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ccontrol.canonical.home import homes
from ccontrol.canonical.layout import PLANT, STATE, Home
from ccontrol.canonical.upgrades import forms_of, upgraded
from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.store.commits import Commit
from ccontrol.store.repository import Repository

CLASS = "rendering"


@dataclass(frozen=True, slots=True)
class Raised:
    """What is to be said of one commit that raised a form."""

    commit: str
    what: str
    is_fault: bool
    """Else nobody can tell here."""


def raised_forms(git_dir: Path, commits: Iterable[Commit]) -> Iterator[Raised]:
    """Yield what does not hold, or cannot be checked, of commits of the class `rendering`."""
    with Repository.open(git_dir) as repository:
        for commit in commits:
            try:
                yield from _raised(repository, commit)
            except (StoreError, UnreadableStateError) as error:
                yield Raised(commit.id, f"what it wrote anew cannot be read: {error}", True)


def _raised(repository: Repository, commit: Commit) -> Iterator[Raised]:
    for home in _touched(repository, commit):
        before, after = (
            repository.read(home.folder(PLANT), one) | repository.read(home.folder(STATE), one)
            for one in (commit.parents[0], commit.id)
        )
        if forms_of(before) == forms_of(after):
            continue  # a newer interpretation or seal: only who reads the capture can tell
        try:
            wanted = upgraded(before, forms_of(after))
        except UnreadableStateError as error:
            what = f"{commit.id[:12]} wrote {home.controller_id} in another form: {error}"
            yield Raised(commit.id, what, is_fault=False)
            continue
        if dict(wanted) != after:
            what = f"it raised a form, and changed more than that of {home.controller_id}"
            yield Raised(commit.id, what, is_fault=True)


def _touched(repository: Repository, commit: Commit) -> Iterator[Home]:
    """Yield the controllers that were there before, and of which a commit changed something."""
    for home, _family in homes(repository, commit.parents[0]) if commit.parents else ():
        ids = (
            [repository.entry(home.folder(root), one) for root in (PLANT, STATE)]
            for one in (commit.parents[0], commit.id)
        )
        before, after = ids
        if before != after:
            yield home
