"""A git bundle of certain commits: what stock git clones, checks and fetches from, in one file.

`git bundle create` takes what a branch points at while it runs; this takes the commits that it is
told, and the same ones each time.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from ccontrol.store import git_process

_HEAD = b"# v2 git bundle\n"
_PIECE = 1 << 20
_PACK = ("-c", "pack.threads=1", "-c", "pack.windowMemory=32m", "pack-objects", "-q", "--stdout")


def write_bundle(git_dir: Path, commits: Mapping[str, str], out: IO[bytes]) -> None:
    """Write a bundle in which each branch stands at its commit, with everything before it.

    Raises StoreError. Format: gitformat-bundle(5), version 2, without prerequisites.
    """
    out.write(_HEAD)
    for name, commit in sorted(commits.items()):
        out.write(f"{commit} {name}\n".encode("ascii"))
    out.write(b"\n")
    listing = ("rev-list", "--objects", *sorted(set(commits.values())))
    with git_process.pipe(git_dir, listing, (*_PACK, "--delta-base-offset")) as pack:
        shutil.copyfileobj(pack, out, _PIECE)
