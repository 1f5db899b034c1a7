"""Where things lie in a store, and what its git configuration says. No content, no keys."""

from pathlib import Path

BRANCH = "refs/heads/observed"
"""What the pollers saw; appended by the daemon alone."""

APPROVED = "refs/heads/approved"
"""What people have approved, pushed by them; the daemon does not write it."""

OWN_FOLDER = "ccontrol"
"""The daemon's own files inside the repository; git ignores it."""

ATTRIBUTES_PATH = ".gitattributes"
ATTRIBUTES = b"* -text\n"
"""No git on any system may change line ends of what is hashed and signed."""

SETTINGS = """\
[core]
	useReplaceRefs = false
	fsync = all
	logAllRefUpdates = true
	sharedRepository = 0600
[gc]
	auto = 0
	pruneExpire = never
	reflogExpire = never
	reflogExpireUnreachable = never
[maintenance]
	auto = false
[receive]
	denyDeletes = true
	denyNonFastForwards = true
	fsckObjects = true
"""
"""Why each: the threat model; that the syncing holds: tests/soak."""


def lock_path(git_dir: Path) -> Path:
    """Whoever holds a lock on this file is the writer."""
    return git_dir / OWN_FOLDER / "lock"


def known_head_path(git_dir: Path) -> Path:
    """The last commit that the daemon made and remembers."""
    return git_dir / OWN_FOLDER / "head"


def witness_folder(git_dir: Path) -> Path:
    """The log of witnesses, a file for each day."""
    return git_dir / OWN_FOLDER / "witness"


def log_folder(git_dir: Path) -> Path:
    """The log of ref updates, its checkpoints and what others signed of them."""
    return git_dir / OWN_FOLDER / "log"


def shadow_path(git_dir: Path) -> Path:
    """The cache of shadow ids."""
    return git_dir / OWN_FOLDER / "shadow.sqlite"


def reflog_path(git_dir: Path) -> Path:
    """Git's own note of every move of the branch."""
    return git_dir / "logs" / BRANCH
