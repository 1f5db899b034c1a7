"""Files that somebody hands in with a command: checkpoints, drafts, keys, programs."""

import hashlib
from pathlib import Path

from ccontrol.errors import BadFileError


def content_of(path: Path, most: int, hint: str) -> bytes:
    """Return what a file holds, up to one byte more than `most`. Raises BadFileError."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint=hint) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size. Raises BadFileError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint="Name another file.") from error
