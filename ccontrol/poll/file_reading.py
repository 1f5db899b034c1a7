"""Reading one project file with all that can be had of it: what we read, what others derive.

For a process that is bounded itself. An ACD is derived in another one: acd-tools is young, knows no
bounds, and works on files.
"""

import os
import subprocess  # noqa: TID251 — the door to the process that derives an L5X of an ACD
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ccontrol.drivers.projectfile.regular import open_regular
from ccontrol.errors import BadFileError
from ccontrol.logic import acd, formats
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.l5x.reader import FORMAT as L5X
from ccontrol.logic.printable import printable, shortened
from ccontrol.logic.project import Project
from ccontrol.poll.acd_tools import FAULT, GIVEN, MADE
from ccontrol.poll.bounds import ended_by, project_time_s

_TOOL = "acd-tools"
_SHARE = 0.6
"""Of the time that a file has: what was derived has to be read and compared, too."""
_FAULT_BYTES = 400
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
"""Of the environment; passwords may stand in the rest."""
_MORE = "databases: `pip install 'ccontrol[acd]'` has a part of the program derived from them"


def read_file(file: ProjectFile, seal: SealText, *, german: bool = False) -> Project:
    """Return what a file says, with what can be derived of it. Raises as `formats.read` does."""
    project = formats.read(file, seal, german=german)
    if project.format != f"{acd.FORMAT.name}/{acd.FORMAT.version}":
        return project
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 — slow to load

    try:
        tool = f"{_TOOL} {version(_TOOL)}"
    except PackageNotFoundError:
        return replace(project, problems=(*project.problems, _MORE))
    try:
        return acd.derived(project, _derived(file, seal), tool)
    except (BadFileError, OSError) as error:
        fault = f"databases: {tool} derives nothing from them: {error}"
        return replace(project, problems=(*project.problems, fault))


def _derived(file: ProjectFile, seal: SealText) -> Project:
    """Return what acd-tools makes of an ACD. Raises BadFileError when that is nothing."""
    with TemporaryDirectory(prefix="ccontrol-acd-") as name:
        folder = Path(name)
        (folder / GIVEN).write_bytes(acd.container(file))
        _run(folder, project_time_s(file.size) * _SHARE)
        try:
            with open_regular(folder / MADE) as made:
                size = os.fstat(made.fileno()).st_size
                return L5X.read(ProjectFile(MADE.name, size, made, file.limits), seal)
        except FileNotFoundError as error:
            raise BadFileError(_fault(folder)) from error


def _run(folder: Path, limit_s: float) -> None:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command = [sys.executable, "-P", "-m", "ccontrol.poll.acd_tools", str(limit_s)]
    with suppress(subprocess.TimeoutExpired):  # it was killed; what is missing is told
        subprocess.run(  # noqa: S603 — our own module
            command,
            cwd=folder,
            env={**kept, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ended_by(limit_s),
            check=False,
        )


def _fault(folder: Path) -> str:
    try:
        with open_regular(folder / FAULT) as fault:
            said = fault.read(_FAULT_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return "it ended without an answer, out of time or memory"
    return shortened(printable(" ".join(said.split())), 200)
