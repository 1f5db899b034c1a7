"""A folder inside a watched folder, opened step by step: no link on the way is ever followed.

A name can be swapped for a link between two looks; what was opened cannot.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

Inside: TypeAlias = tuple[str, ...]
"""The steps from the watched folder to a folder or file inside it; none of them is ".." or has a
"/"."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def opened(root: Path, inside: Inside) -> Iterator[int]:
    """Open a folder; `root` itself may be a link, as the configuration names it.

    Raises OSError: NotADirectoryError where a step is a link.
    """
    handle = os.open(root, _FOLDER)
    try:
        for step in inside:
            inner = os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)
