"""The program itself: its own options, its commands, and how each call ends.

An error that we raise on purpose is printed with its next step and ends with its own exit code; any
other is a defect, printed whole so that it can be reported. No command prints errors itself.
"""

import errno
import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.lazily import LazyGroup
from ccontrol.cli.output import Tone, complain
from ccontrol.errors import BadFileError, CcontrolError, StoreError

_NOT_OURS = "Run it as the user whom this belongs to, e.g. `sudo -u ccontrol ccontrol …`."
_OF_A_NAME = frozenset({errno.ELOOP, errno.ENAMETOOLONG})
"""No file of ours has such a name: somebody gave it, and any look at it says so."""
_NAME = "Name another path: that one can be no file or folder here."
USAGE, DEFECT, INTERRUPTED, BROKEN_PIPE = 2, 70, 130, 141

app = typer.Typer(
    name="ccontrol",
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version  # noqa: PLC0415 — slow to load

        typer.echo(f"ccontrol {installed_version('ccontrol')}")
        raise typer.Exit


@app.callback()
def program(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration file. Otherwise $CCONTROL_CONFIG, ./ccontrol.toml or "
            "/etc/ccontrol/ccontrol.toml.",
            metavar="FILE",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 — its callback has acted already
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Change control for industrial controllers: reads them, never writes to them, and keeps a
    signed history that stock git verifies.

    \b
    Begin with:
      ccontrol demo                     see the whole job on four simulated controllers
      ccontrol init /srv/plant --site north
      ccontrol --config /srv/plant/ccontrol.toml status
    """  # noqa: D205, D301 — the text of --help, \b is click's mark for "keep these lines"
    context.obj = Invocation(config)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code."""
    _print_anything()
    try:
        code = app(args=arguments, prog_name="ccontrol", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        return _misused(error)
    except typer.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001 — supervised border: the last one, nothing is swallowed
        return _failed(error)
    return code if isinstance(code, int) else 0


def _failed(error: Exception) -> int:
    known = _known(error)
    if known is None:
        complain(traceback.format_exc().rstrip())
        complain(f"  → {CcontrolError.hint}")
        return DEFECT
    complain(f"ccontrol: {known}", Tone.BAD)
    complain(f"  → {known.hint}")
    return known.exit_code


def _known(error: Exception) -> CcontrolError | None:
    """Return what an operator can act upon; None: it is a defect."""
    if isinstance(error, CcontrolError):
        return error
    if isinstance(error, PermissionError):
        return StoreError(f"{error.filename or 'a file'}: {error.strerror}", hint=_NOT_OURS)
    if isinstance(error, OSError) and error.errno in _OF_A_NAME:
        return BadFileError(f"{error.filename}: {error.strerror}", hint=_NAME)
    return None


def _misused(error: TyperException) -> int:
    message = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    complain(f"ccontrol: {message}", Tone.BAD)
    where = context.command_path if context is not None else "ccontrol"
    complain(f"  → `{where} --help` explains it with an example.")
    return USAGE


def _pipe_closed() -> int:
    """Whoever read us has had enough (`ccontrol changes | head`): no complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _print_anything() -> None:
    """A terminal without UTF-8 shows escapes; it does not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
