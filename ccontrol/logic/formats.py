"""Every format of project files that is read, and which of them a file is."""

from dataclasses import replace

from ccontrol.errors import BadFileError
from ccontrol.logic import (
    acd,
    archives,
    control_expert,
    rss,
    simatic_sd,
    simaticml,
    smc2,
    sources,
    twincat,
    unknown,
)
from ccontrol.logic.code_secrets import sealed_project
from ccontrol.logic.file import HEAD_BYTES, Format, ProjectFile, SealText
from ccontrol.logic.l5x import reader as l5x
from ccontrol.logic.mc7 import format as mc7
from ccontrol.logic.plcopen import reader as plcopen
from ccontrol.logic.project import Project

FORMATS: tuple[Format, ...] = (
    mc7.FORMAT,
    l5x.FORMAT,
    plcopen.FORMAT,
    simaticml.FORMAT,
    twincat.FORMAT,
    simatic_sd.FORMAT,
    control_expert.FORMAT,
    smc2.FORMAT,
    acd.FORMAT,
    rss.FORMAT,
    archives.FORMAT,
    sources.FORMAT,
)
"""One line each. The first that knows a file reads it: what goes by content stands before what goes
by the name alone."""
_SUFFIXES = tuple(suffix for each in FORMATS for suffix in each.suffixes)


def read(file: ProjectFile, seal: SealText, *, german: bool = False) -> Project:
    """Return what a file says, read by the first format that knows it; else its size and hash.

    `german`: a block that has no mnemonics of its own is written in the German ones of S7.
    Raises BadFileError for a file larger than its limits allow, and what the reader raises: a file
    of a known format that is damaged is told, never listed as unknown.
    """
    if file.size > file.limits.file:
        raise BadFileError(
            f"{file.name}: {file.size} bytes are more than the {file.limits.file} that are read",
            hint="Export a part of the project, e.g. one program or one controller.",
        )
    found = format_of(file)
    reader = mc7.GERMAN if german and found is mc7.FORMAT else found
    project = sealed_project(reader.read(file, seal), seal)
    return project if project.parts else _by_hash(project, file, seal)


def _by_hash(project: Project, file: ProjectFile, seal: SealText) -> Project:
    """Tell a file in which nothing known stands by its hash: two such must not look alike."""
    told = "nothing that is known stands in it: only its size, type and hash are told"
    parts = unknown.FORMAT.read(file, seal).parts
    return replace(project, parts=parts, problems=(*project.problems, told))


def is_by_name(name: str) -> bool:
    """Tell whether the ending of a name, in small letters, is one that a reader looks for."""
    return name.endswith(_SUFFIXES)


def format_of(file: ProjectFile) -> Format:
    """Return the format of a file; `logic.unknown` where no other knows it. Leaves it at 0."""
    file.stream.seek(0)
    head = file.stream.read(HEAD_BYTES)
    file.stream.seek(0)
    known = (each for each in FORMATS if each.knows(file.name, head))
    return next(known, unknown.FORMAT)
