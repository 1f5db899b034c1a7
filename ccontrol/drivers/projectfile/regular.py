"""The one way to open a file that somebody else may have put there: never a link, never a pipe."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from ccontrol.errors import BadFileError

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: Path, folder: int | None = None) -> BinaryIO:
    """Open it unbuffered, to be read; in the folder of that handle, where one is given.

    Raises BadFileError for what is no regular file, OSError for one that cannot be opened, links
    included.
    """
    handle = os.open(path, _FLAGS, dir_fd=folder)
    source = open(handle, "rb", buffering=0)  # noqa: PTH123, SIM115 — a handle, handed on
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        source.close()
        raise BadFileError("it is no regular file", hint="Drop the file itself.")
    return source
