"""`ccontrol mirror`: a copy of a history on another host, which only ever grows."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.output import Tone, say
from ccontrol.cli.trust import anchor_of
from ccontrol.poll.signers import read_signers
from ccontrol.store import mirror

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
MirrorFolder = Annotated[Path, typer.Argument(metavar="MIRROR", help="The bare repository.")]


@group.callback()
def about_mirrors() -> None:
    """Mirror a history on another host, behind a hook that refuses rewrites and strangers.

    \b
    Example:
      ccontrol mirror pull /srv/mirror/north.git
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("init")
def begin(
    *,
    folder: MirrorFolder,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="URL",
            help="Path, ssh://… or https://… of the store; or any name, where only bundles come.",
        ),
    ],
    site: Annotated[str, typer.Option(help="The site whose daemon writes the history.")],
    daemon_signers: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The allowed_signers that `ccontrol init` wrote."),
    ],
    root: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="A root key of the people, or a file of them: they begin who may approve; without "
            "any, nobody. Once for each.",
        ),
    ] = None,
    threshold: Annotated[
        int, typer.Option(metavar="COUNT", min=1, help="So many roots have to sign.")
    ] = 2,
    requester_approves: Annotated[
        bool, typer.Option("--requester-approves", help="Whoever asked may approve at that site.")
    ] = False,
) -> None:
    """Make an empty mirror that pulls. Whose signatures count is pinned in it.

    \b
    Example:
      ccontrol mirror init /srv/mirror/north.git --from ssh://mirror@jump/var/lib/ccontrol/baselines/north --site north --daemon-signers allowed_signers
    """  # noqa: D301, E501 — \b is click's mark for "keep these lines"; a line to be copied
    people = anchor_of(root or [], threshold, requester_approves=requester_approves)
    mirror.make(folder, source, read_signers(daemon_signers, site), people)
    say(f"{folder}: made; `{folder}/hooks/pull` brings it up to date, with ccontrol or without")
    if people is None:
        say("Nobody may approve through it yet: see docs/mirror.md.", Tone.CAUTION)


@group.command("pull")
def pull(*, folder: MirrorFolder) -> None:
    """Bring a mirror up to date. Ends with code 29 when it refuses what its source holds.

    \b
    Example:
      ccontrol mirror pull /srv/mirror/north.git
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    for line in mirror.pull(folder) or ("nothing new",):
        say(line)
