"""What lies around the history and could make git show something else than what was signed.

Signatures do not stop a replace ref, a graft or a borrowed object store; `git fsck` says nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from ccontrol.store import git_process, refs, settings
from ccontrol.store.layout import APPROVED, BRANCH

_LIARS = (
    ("info/grafts", "grafts give commits other parents"),
    ("shallow", "a shallow boundary hides older commits"),
    ("objects/info/alternates", "objects are borrowed from another store"),
    ("objects/info/http-alternates", "objects are borrowed from another store"),
    ("info/attributes", "local attributes change how files are shown"),
)
_TRIES = 3
"""A daemon may commit between two looks."""
_BRANCHES = frozenset({BRANCH, APPROVED})


def faults(git_dir: Path) -> tuple[str, ...]:
    """Return one sentence for everything in the repository that can misrepresent the history."""
    return tuple(_faults(git_dir))


def _faults(git_dir: Path) -> Iterator[str]:
    for path, what in _LIARS:
        if (git_dir / path).exists():
            yield f"{path}: {what}"
    for name in refs.names(git_dir, "refs/"):
        if name.startswith("refs/replace/"):
            yield f"{name}: git would show another object in its place"
        elif name not in _BRANCHES:
            yield f"{name}: ccontrol makes no such branch or tag; a short name could mean it"
    yield from _disagreement(git_dir)
    head = (git_dir / "HEAD").read_text("utf-8", "replace").strip()
    if head != f"ref: {BRANCH}":
        yield f"HEAD: is {head!r}, so that a clone would not show {BRANCH}"
    if settings.read(git_dir).get("core.usereplacerefs") != "false":
        yield "config: core.useReplaceRefs is not false"


def _disagreement(git_dir: Path) -> Iterator[str]:
    read = found = None
    for _ in range(_TRIES):
        read = refs.read(git_dir, BRANCH)
        done = git_process.attempt(git_dir, ["rev-parse", "--verify", "--quiet", BRANCH])
        found = done.stdout.decode("ascii", "replace").strip() or None
        if found == read:
            return
    yield f"{BRANCH}: stands at {read or 'nothing'}, but git says {found or 'nothing'}"
