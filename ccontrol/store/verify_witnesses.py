"""The log of witnesses held against the signed summaries of its days.

Only the days that are kept are asked. Evidence that somebody took out of a day, or put into one,
after the day was folded is told; what came on a day that is not over yet is not proved by anything.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ccontrol.canonical.journal import journal_path
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import witness_folder
from ccontrol.store.repository import Repository


def witness_faults(git_dir: Path, head: str) -> Iterator[str]:
    """Say which days of the log are not what the history says they were; nothing in a clone."""
    paths = sorted(witness_folder(git_dir).glob("????-??-??.jsonl"))
    if not paths:
        return
    with Repository.open(git_dir) as history:
        for path in paths:
            fault = _fault(path, history, head)
            if fault:
                yield f"{path.name} of the log of witnesses {fault}"


def _fault(path: Path, history: Repository, head: str) -> str:
    try:
        summary = journal_path(date.fromisoformat(path.stem))
    except ValueError:
        return ""  # not ours
    content = history.read(summary, head).get(summary)
    try:
        told = tomllib.loads((content or b"").decode()).get("witness", {})
        size, sha256 = int(told.get("file_bytes", 0)), str(told.get("file_sha256", ""))
    except (ValueError, TypeError, AttributeError):
        return f"is not proved: {summary} cannot be read"
    if not sha256:
        was_folded = path.with_suffix(".folded").exists()
        return f"was folded once, and {summary} does not name it" if was_folded else ""
    found = _beginning(path, size)
    return "" if found in {sha256, None} else f"is not the file that {summary} names"


def _beginning(path: Path, size: int) -> str | None:
    """Hash so many bytes of a file: it may have grown since. None: it was let go of meanwhile."""
    digest = hashlib.sha256()
    with named_failures(path):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        with file:
            while size > 0 and (piece := file.read(min(size, 1 << 20))):
                digest.update(piece)
                size -= len(piece)
    return digest.hexdigest()
