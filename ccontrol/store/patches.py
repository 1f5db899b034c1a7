"""What many commits changed, as `git diff` prints it, from one call of git."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccontrol.store import git_process

_AT_ONCE = 5_000
"""So many ids fit into the arguments of a call."""
_COMMIT = re.compile(rb"[0-9a-f]{40}\n")
_DIFF = ("diff-tree", "--stdin", "-p", "-r", "--no-color", "--no-ext-diff", "--no-textconv")


def read_patches(git_dir: Path, commits: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each commit with what it changed against its parent, in the order given.

    A commit that changed nothing is left out. Raises StoreError.
    """
    for start in range(0, len(commits), _AT_ONCE):
        listing = ("rev-list", "--no-walk=unsorted", *commits[start : start + _AT_ONCE])
        with git_process.pipe(git_dir, listing, (*_DIFF, "--no-renames")) as out:
            commit, lines = "", list[bytes]()
            for line in out:  # within a patch every line has a mark before it
                if _COMMIT.fullmatch(line) is None:
                    lines.append(line)
                    continue
                if commit:
                    yield commit, _text(lines)
                commit, lines = line.decode("ascii").strip(), []
            if commit:
                yield commit, _text(lines)


def _text(lines: list[bytes]) -> str:
    return b"".join(lines).decode("utf-8", "replace").lstrip("\n")
