"""`ccontrol bundle`: history over a diode or on a stick, judged on the other side."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, say
from ccontrol.cli.plant import configured, site_named
from ccontrol.store import bundled_log, mirror

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_bundles() -> None:
    """Carry a history to where no network goes.

    \b
    Example:
      ccontrol bundle export north -o /mnt/stick/north-1.bundle
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("export")
def export(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="SITE")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the bundle goes.")
    ],
    after: Annotated[
        Path | None,
        typer.Option(
            metavar="BUNDLE", help="Only what is newer than this one, which the other side has."
        ),
    ] = None,
) -> None:
    """Write both branches into one file of git's, whole or from an earlier one on.

    Beside it, in FILE.log, goes the log of ref updates with its checkpoints.

    \b
    Example:
      ccontrol bundle export north -o /mnt/stick/north-1.bundle
      ccontrol bundle export north -o /mnt/stick/north-2.bundle --after north-1.bundle
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    site = site_named(configured(here), name)
    for line in mirror.export_bundle(site.store.path, output, after):
        say(line)
    log = bundled_log.beside(output)
    if not log.is_file():
        say("no log of ref updates is here yet: the other side cannot check it", Tone.CAUTION)
    else:
        say(f"{log}: the log of ref updates, its checkpoints and who cosigned them", Tone.GOOD)
    audit(site, here.clock, Ran("exported a bundle", _sha256(output)))
    say(f"{output}: written", Tone.GOOD)


@group.command("import")
def bring_in(
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="MIRROR", help="Made by `ccontrol mirror init`.")
    ],
    file: Annotated[Path, typer.Argument(metavar="BUNDLE")],
) -> None:
    """Take a bundle into a mirror: every signature is judged before a branch moves.

    Ends with code 29 or 50, and nothing moved, for a bundle that is cut short, lacks what came
    before it, holds other branches or tags, or a rewritten or older history. May be done again. The
    log beside it (FILE.log) has to be its own, and to continue what is here.

    \b
    Example:
      ccontrol bundle import /srv/mirror/north.git /mnt/stick/north-1.bundle
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    for line in mirror.import_bundle(folder, file) or ("nothing new",):
        say(line)
    if not bundled_log.beside(file).is_file():
        say("no log of ref updates came with it: `verify` cannot check it", Tone.CAUTION)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}"
