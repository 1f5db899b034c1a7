"""Project files as they are handed to a command: opened, kept, read; without store or keys."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from ccontrol.cli.bounded import within_bounds
from ccontrol.drivers.projectfile.regular import open_regular
from ccontrol.errors import BadFileError
from ccontrol.logic.file import Limits, ProjectFile, SealText
from ccontrol.logic.project import Project
from ccontrol.poll.bounds import Bounds, project_time_s
from ccontrol.poll.file_reading import read_file

STDIN = "-"
_CHUNK_BYTES = 1 << 20
_MOST_IN_MEMORY = 16 << 20
_BESIDE = {".s7dcl": ".s7res"}
"""By its ending, the ending of what belongs to a file and bears its name."""
_NAMES = "Name one project file, or - for standard input."


class SealsInOneCall:
    """Words for secrets that tell equal from changed within one call, and give nothing away.

    Numbers by their first appearance: a hash of a short secret could be guessed.
    """

    def __init__(self) -> None:
        self._met: dict[str, int] = {}

    def __call__(self, secret: str) -> str:
        """Return the words for a secret."""
        return f"(secret {self._met.setdefault(secret, len(self._met) + 1)})"


def read_project(
    name: str, seal: SealText, limits: Limits | None = None, *, german: bool = False
) -> Project:
    """Return what a file says; `name` is its path, or "-" for standard input.

    Raises BadFileError for what is no file, cannot be read, is empty or too large, for a file that
    is damaged, and for one that needs more time or memory than a file may.
    """
    with opened(name, limits) as file:
        return within_bounds(
            lambda: read_file(file, seal, german=german),
            Project,
            title_of(name),
            Bounds(project_time_s(file.size)),
        )


def title_of(name: str) -> str:
    """Return what a file is called in a sentence."""
    return "standard input" if name == STDIN else name


@contextmanager
def opened(name: str, limits: Limits | None = None) -> Iterator[ProjectFile]:
    """Open a file that is to be read; what cannot be read twice is kept for as long.

    Raises BadFileError for what is no file, cannot be opened, or is empty or, from a pipe, too
    large.
    """
    with ExitStack() as stack:
        file = stack.enter_context(_opened(name, limits or Limits()))
        if not file.size:
            raise BadFileError(f"{title_of(name)} is empty", hint="Export the project anew.")
        path = Path(name)
        if path.suffix in _BESIDE:
            beside = _open_beside(path.with_suffix(_BESIDE[path.suffix]), file.limits)
            if beside is not None:
                stack.enter_context(beside.stream)
                file = replace(file, beside=beside)
        yield file


def _open_beside(path: Path, limits: Limits) -> ProjectFile | None:
    """Open what the same export wrote beside a file; None where no plain file of ours lies."""
    try:
        stream = open_regular(path)
    except (OSError, BadFileError):
        return None  # the file is read without it, as the reference says
    return ProjectFile(path.name, os.fstat(stream.fileno()).st_size, stream, limits)


@contextmanager
def _opened(name: str, limits: Limits) -> Iterator[ProjectFile]:
    if name == STDIN:
        with _kept(sys.stdin.buffer, name, limits) as kept:
            yield kept
        return
    path = Path(name)
    try:
        source = path.open("rb")
    except IsADirectoryError as error:
        raise BadFileError(f"{name} is a folder", hint=_NAMES) from error
    except OSError as error:
        raise BadFileError(f"{name}: {error.strerror}", hint=_NAMES) from error
    with source:
        found = os.fstat(source.fileno())
        if stat.S_ISREG(found.st_mode):
            yield ProjectFile(path.name, found.st_size, source, limits)
            return
        with _kept(source, path.name, limits) as kept:
            yield kept


@contextmanager
def _kept(source: BinaryIO, name: str, limits: Limits) -> Iterator[ProjectFile]:
    """Keep what cannot be read twice (a pipe) for the time of the call."""
    with SpooledTemporaryFile(max_size=_MOST_IN_MEMORY) as kept:
        size = 0
        while chunk := source.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > limits.file:
                raise BadFileError(
                    f"{title_of(name)}: more than {limits.file} bytes",
                    hint="Hand in a smaller file.",
                )
            kept.write(chunk)
        kept.seek(0)
        yield ProjectFile(name, size, cast(BinaryIO, kept), limits)
