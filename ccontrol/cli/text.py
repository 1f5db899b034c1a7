"""`ccontrol text`: what a project file says as text: for people, for git, as a tree of files."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.part_files import part_files
from ccontrol.cli.output import Tone, emit, print_raw, say
from ccontrol.cli.project_files import SealsInOneCall, read_project, title_of
from ccontrol.errors import AlreadyThereError, BadFileError
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.store.message import visible


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A project file; - for a pipe.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Write one file per part into this folder, which must be new or empty.",
        ),
    ] = None,
    without_values: Annotated[
        bool, typer.Option("--without-values", help="Leave out what tags and data hold.")
    ] = False,
    german: Annotated[
        bool,
        typer.Option("--german", help="Write the code of S7 blocks in German mnemonics."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what a project file says as text: routines, types, tags, settings.

    The same program always gives the same text: dates, owners, ids and coordinates are left out.
    What cannot be read stands in place, and is named at the end. Of a file of an unknown kind it
    tells size, type and hash. Needs no store and no configuration; secrets are never printed.

    \b
    Example:
      ccontrol text Press3.L5X
      ccontrol text Press3.L5X -o press3/
      ccontrol text OB1.mc7 --german
      git config diff.plc.textconv "ccontrol text --without-values"
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    project = read_project(file, SealsInOneCall(), german=german)
    parts = tuple(
        part for part in project.parts if not (without_values and part.aspect is Aspect.VALUES)
    )
    if folder is not None:
        _write(folder, parts)
        say(f"{folder}: {len(parts)} files of {title_of(file)}", Tone.GOOD)
        _tell_problems(project)
    elif as_json:
        emit("ccontrol/text/1", _as_json(project, parts))
    else:
        print_raw(visible(_as_text(project, parts)))


def _as_text(project: Project, parts: tuple[Part, ...]) -> str:
    """Return one text of all parts that are read by people: not where a chart's boxes stand."""
    blocks = [
        f"=== {part.name} ({part.language.value}){_opaque(part)}\n{part.text}"
        for part in parts
        if part.language is not Language.LAYOUT
    ]
    if project.problems:
        blocks.append("".join(("=== not read\n", *(f"{each}\n" for each in project.problems))))
    return "\n".join(blocks)


def _opaque(part: Part) -> str:
    return f", opaque: {part.opaque}" if part.opaque else ""


def _as_json(project: Project, parts: tuple[Part, ...]) -> dict[str, object]:
    return {
        "format": project.format,
        "title": project.title,
        "facts": dict(project.facts),
        "comparable": project.comparable,
        "problems": project.problems,
        "parts": parts,
    }


def _tell_problems(project: Project) -> None:
    for problem in project.problems:
        say(f"not read: {problem}", Tone.CAUTION)


def _write(folder: Path, parts: tuple[Part, ...]) -> None:
    """Write one file per part. Raises AlreadyThereError for a folder that holds something."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise AlreadyThereError(f"{folder} is not empty")
        for name, part in part_files(parts).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as out:
                out.write(part.text)
    except (FileExistsError, NotADirectoryError) as error:
        raise AlreadyThereError(f"{error.filename} exists already") from error
    except OSError as error:
        raise BadFileError(
            f"{error.filename or folder}: {error.strerror}", hint="Choose another folder."
        ) from error
