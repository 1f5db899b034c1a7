"""Differences of programs as files to look at: a page, or one picture. Written where it was asked.

A file that is there is replaced whole, or not at all.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ccontrol.cli.output import say
from ccontrol.diff.programs.changes import ProjectDiff
from ccontrol.errors import BadFileError
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where to write them; None: not wanted."""

    html: Path | None = None
    svg: Path | None = None

    def __bool__(self) -> bool:
        return self.html is not None or self.svg is not None

    def write(self, diff: ProjectDiff, before_title: str, after_title: str) -> None:
        """Write what is wanted and say so. Raises BadFileError where that cannot be done."""
        if self.html is not None:
            _write(self.html, page(diff, before_title, after_title))
        if self.svg is not None:
            _write(self.svg, svg(diff, before_title, after_title))
        count = len(diff.changes)
        for file in (self.html, self.svg):
            if file is not None:
                say(f"{file}: {count} change{'' if count == 1 else 's'}, drawn")


def _write(file: Path, text: str) -> None:
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
            Path(beside).replace(file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadFileError(
            f"{file} cannot be written: {error.strerror}", hint="Name a file in a folder of yours."
        ) from error
