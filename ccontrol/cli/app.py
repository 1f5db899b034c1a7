"""The program itself: its own options, its commands, and how each call ends.

An error that we raise on purpose is printed with its next step and ends with its own exit code; any
other is a defect, printed whole so that it can be reported. No command prints errors itself.
"""

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
from ccontrol.errors import CcontrolError, StoreError

_NOT_OURS = "Run it as the user whom this belongs to, e.g. `sudo -u ccontrol ccontrol …`."
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
    except (CcontrolError, PermissionError) as error:
        return _failed(error)
    except TyperException as error:
        return _misused(error)
    except typer.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception:  # noqa: BLE001 — supervised border: the last one, nothing is swallowed
        complain(traceback.format_exc().rstrip())
        complain(f"  → {CcontrolError.hint}")
        return DEFECT
    return code if isinstance(code, int) else 0


def _failed(error: CcontrolError | PermissionError) -> int:
    if isinstance(error, PermissionError):
        closed = f"{error.filename or 'a file'}: {error.strerror}"
        return _failed(StoreError(closed, hint=_NOT_OURS))
    complain(f"ccontrol: {error}", Tone.BAD)
    complain(f"  → {error.hint}")
    return error.exit_code


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
