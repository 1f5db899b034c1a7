"""Making a new store: a bare repository of a fixed format, with its first signed commit."""

import tempfile
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.errors import AlreadyThereError
from ccontrol.model.record import Receipt
from ccontrol.store import git_process
from ccontrol.store.disk import Disk, named_failures, sync_below
from ccontrol.store.layout import BRANCH, OWN_FOLDER, SETTINGS
from ccontrol.store.message import Message
from ccontrol.store.writer import Daemon, Writer

_REF_FORMAT_SINCE = (2, 45)
"""The git that learned --ref-format; older ones know files only."""


def create(git_dir: Path, daemon: Daemon, clock: Clock) -> Receipt:
    """Make a store with one commit. Nothing is at `git_dir` before all of it is on the disk.

    Raises AlreadyThereError when the name is taken, even by an empty folder.
    """
    if git_dir.exists():
        raise AlreadyThereError(f"{git_dir} exists already")
    with named_failures(git_dir):
        git_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{git_dir.name}.", dir=git_dir.parent))
    initialise(growing)
    with Writer(growing, daemon, clock) as writer:
        message = Message(f"Begin the history of {daemon.site}")
        receipt = writer.commit({}, message=message, when=clock.now())
    if receipt is None:  # never: a first commit always brings the attributes
        raise AlreadyThereError(f"{growing} was not empty")
    with named_failures(git_dir):
        sync_below(Disk(), growing)
        growing.rename(git_dir)
        Disk().sync(git_dir.parent)
    return receipt


def initialise(git_dir: Path) -> None:
    """Make an empty bare repository of our format. Raises StoreError."""
    new = ["--ref-format=files"] if git_process.version() >= _REF_FORMAT_SINCE else []
    branch = BRANCH.removeprefix("refs/heads/")
    fixed = ["--bare", "--quiet", "--template=", "--object-format=sha1", *new]
    git_process.run(None, ["init", *fixed, f"--initial-branch={branch}", str(git_dir)])
    with named_failures(git_dir):
        with (git_dir / "config").open("a", encoding="ascii") as config:
            config.write(SETTINGS)
        for folder in (OWN_FOLDER, "logs", "logs/refs", "logs/refs/heads"):
            (git_dir / folder).mkdir(mode=0o700)
        (git_dir / "config").chmod(0o600)
