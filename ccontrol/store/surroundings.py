"""What lies around the history and could make git show something else than what was signed.

Signatures do not stop a replace ref, a graft or a borrowed object store; `git fsck` says nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from ccontrol.store import git_process, refs
from ccontrol.store.layout import BRANCH

_LIARS = (
    ("info/grafts", "grafts give commits other parents"),
    ("shallow", "a shallow boundary hides older commits"),
    ("objects/info/alternates", "objects are borrowed from another store"),
    ("objects/info/http-alternates", "objects are borrowed from another store"),
    ("info/attributes", "local attributes change how files are shown"),
)


def faults(git_dir: Path) -> tuple[str, ...]:
    """Return one sentence for everything in the repository that can misrepresent the history."""
    return tuple(_faults(git_dir))


def _faults(git_dir: Path) -> Iterator[str]:
    for path, what in _LIARS:
        if (git_dir / path).exists():
            yield f"{path}: {what}"
    for name in refs.names(git_dir, "refs/replace/"):
        yield f"{name}: git would show another object in its place"
    head = (git_dir / "HEAD").read_text("utf-8", "replace").strip()
    if head != f"ref: {BRANCH}":
        yield f"HEAD: is {head!r}, so that a clone would not show {BRANCH}"
    settings = git_process.run(git_dir, ["config", "--local", "--list"]).decode("utf-8", "replace")
    if "core.usereplacerefs=false" not in settings.splitlines():
        yield "config: core.useReplaceRefs is not false"
