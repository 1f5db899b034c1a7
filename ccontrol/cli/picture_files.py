"""Differences of programs as files to look at: a page, or one picture. Never over another file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from ccontrol.diff.programs.changes import ProjectDiff
from ccontrol.errors import AlreadyThereError, BadFileError
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg

HtmlFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Draw what changed, before and after, as a page for a browser; never overwritten.",
        dir_okay=False,
    ),
]
SvgFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        metavar="FILE",
        help="Draw the changed rungs and charts alone; never overwritten.",
        dir_okay=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is to stand in the files; nothing for one that is not wanted."""

    html: str
    svg: str


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where to write them; None: not wanted."""

    html: Path | None = None
    svg: Path | None = None

    @property
    def wanted(self) -> tuple[Path, ...]:
        """Return the files that are wanted."""
        return tuple(file for file in (self.html, self.svg) if file is not None)

    def draw(self, diff: ProjectDiff, before_title: str, after_title: str) -> Drawn:
        """Return what is wanted, drawn."""
        return Drawn(
            "" if self.html is None else page(diff, before_title, after_title),
            "" if self.svg is None else svg(diff, before_title, after_title),
        )

    def write(self, drawn: Drawn) -> None:
        """Write what is wanted. Raises AlreadyThereError, or BadFileError where it cannot be."""
        if self.html is not None:
            write_new(self.html, drawn.html)
        if self.svg is not None:
            write_new(self.svg, drawn.svg)


def write_new(path: Path, text: str) -> None:
    """Write a page. Raises AlreadyThereError, or BadFileError where it cannot be."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError as error:
        raise AlreadyThereError(f"{path} exists already") from error
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint="Choose another file.") from error
