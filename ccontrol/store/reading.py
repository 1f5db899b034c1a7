"""Reading objects and history through GitPython; its types and exceptions stop here.

One reader belongs to one thread: it talks to one `git cat-file --batch` that lives as long as it.
"""

import os
from pathlib import Path

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else a missing git is an ImportError

import git
from git.exc import (
    CommandError,
    GitCommandNotFound,
    InvalidGitRepositoryError,
    NoSuchPathError,
)

from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.store.git_process import environment, missing
from ccontrol.store.objects import Kind, sha1_id

NO_STORE = (
    "Name the folder that it is in, or bring it back from a mirror; "
    "`ccontrol init NEW_FOLDER --site NAME` makes a new one."
)


class ObjectReader:
    """The objects of one store. Whatever it returns has the id that it was asked for."""

    def __init__(self, git_dir: Path) -> None:
        self._git_dir = git_dir
        try:
            self._repo = git.Repo(git_dir, search_parent_directories=False)
        except (InvalidGitRepositoryError, NoSuchPathError) as error:
            raise StoreError(f"{git_dir} is not a store", hint=NO_STORE) from error
        self._git = self._repo.git
        self._git.update_environment(**environment(git_dir))

    def content(self, sha1: bytes, kind: Kind) -> bytes:
        """Return an object. Raises StoreError when it is missing or unreadable."""
        name = sha1.hex()
        try:
            _id, _kind, _size, content = self._git.get_object_data(name)
        except GitCommandNotFound as error:
            raise missing() from error
        except ValueError as error:
            self._git.clear_cache()
            raise StoreError(f"{name} is missing in {self._git_dir} or cannot be read") from error
        except OSError as error:
            self._git.clear_cache()
            raise StoreError(f"git stopped while it read {name}: {error}") from error
        if sha1_id(kind, content) != sha1:  # the kind is part of what is hashed
            raise StoreTamperedError(
                f"{name} in {self._git_dir} does not have the content it names"
            )
        return content

    def list_commits(self, start: str, path: str, limit: int | None) -> tuple[str, ...]:
        """Return the ids of the commits that changed `path`, newest first; "" means all."""
        options = ["--first-parent"] + ([] if limit is None else [f"--max-count={limit}"])
        where = ["--", path] if path else ["--"]
        return tuple(self._ask("rev_list", *options, start, *where).split())

    def changed_paths(self, before: str, after: str, path: str) -> tuple[str, ...]:
        """Return the files that differ between two commits or trees."""
        where = ["--", path] if path else ["--"]
        text = self._ask("diff_tree", "-r", "-z", "--name-only", before, after, *where)
        return tuple(name for name in text.split("\0") if name)

    def patch(self, before: str, after: str, path: str) -> str:
        """Return what `git diff` prints between two commits or trees."""
        where = ["--", path] if path else ["--"]
        plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
        return self._ask("diff_tree", "-p", *plain, before, after, *where)

    def close(self) -> None:
        """End the git process."""
        self._repo.close()

    def _ask(self, command: str, *arguments: str) -> str:
        try:
            return str(getattr(self._git, command)(*arguments, strip_newline_in_stdout=False))
        except GitCommandNotFound as error:
            raise missing() from error
        except CommandError as error:
            words = str(error.stderr).strip()
            raise StoreError(f"git {command.replace('_', '-')}: {words}") from error
