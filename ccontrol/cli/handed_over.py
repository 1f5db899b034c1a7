"""Files that a log and its checkpoint witness hand to each other, on a stick or as options."""

from pathlib import Path

from ccontrol.errors import BadFileError


def content_of(path: Path, most: int, hint: str) -> bytes:
    """Return what a file holds, up to one byte more than `most`. Raises BadFileError."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint=hint) from error
