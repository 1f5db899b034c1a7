"""The daemon's own memory of the last commit it made, against which a branch is held.

It tells a rewritten, extended or rolled back branch from one that a crash left a step ahead.
"""

import re
from pathlib import Path

from ccontrol.errors import StoreForeignError
from ccontrol.store.commits import Commit
from ccontrol.store.disk import Disk, named_failures
from ccontrol.store.layout import known_head_path, lock_path
from ccontrol.store.repository import Repository
from ccontrol.store.verify_commit import Trust, chain_faults, signature_fault

_RECORD = re.compile(rb"([0-9a-f]{40})\n")


def remembered(git_dir: Path) -> str | None:
    """Return the last commit that was remembered; None when there is no readable memory."""
    path = known_head_path(git_dir)
    with named_failures(path):
        try:
            match = _RECORD.fullmatch(path.read_bytes())
        except FileNotFoundError:
            return None
    return match[1].decode("ascii") if match else None


def is_lost(git_dir: Path) -> bool:
    """Say whether a daemon wrote here whose memory is gone; a clone never had one."""
    return lock_path(git_dir).exists() and remembered(git_dir) is None


def remember(git_dir: Path, commit_id: str, disk: Disk) -> None:
    """Write the last commit down, durably."""
    path = known_head_path(git_dir)
    with named_failures(path):
        disk.overwrite(path, f"{commit_id}\n".encode("ascii"))


def require_own(repository: Repository, head: Commit, trust: Trust, accepted: str | None) -> None:
    """Raise StoreForeignError unless the branch stands where the daemon left it.

    A crash may have left it one signed commit ahead of the memory. `accepted` is a head that the
    operator vouched for by name, after restoring a branch from a mirror.
    """
    fault = signature_fault(head, trust)
    if fault is not None:
        raise StoreForeignError(f"the newest commit {head.id} is not this daemon's: {fault}")
    known = remembered(repository.git_dir)
    if head.id in {known, accepted}:
        return
    if known is None:
        raise StoreForeignError(
            f"the memory of the last commit is gone from {known_head_path(repository.git_dir)}: "
            f"nobody here knows whether {head.id} is the newest",
            hint="Compare with a mirror, then run `ccontrol maintain SITE --accept-head COMMIT`.",
        )
    if head.parents == (known,):
        faults = chain_faults(head, repository.commit(head.parents[0]))
        if not faults:
            return
        raise StoreForeignError(f"the newest commit {head.id} does not fit: {'; '.join(faults)}")
    raise StoreForeignError(
        f"the branch stands at {head.id}, but the last commit of this daemon was {known}: "
        "its history was rewritten or rolled back",
    )
