"""`ccontrol resume`: end a pause before its time."""

from typing import Annotated

import typer

from ccontrol.cli.deciding import end_pause, named, target_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, target_named
from ccontrol.cli.times import stamp


def command(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="SITE|CONTROLLER")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="For the journal.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Ask again: end the pause of a controller or of a site.

    A controller whose site is paused stays paused with it.

    \b
    Example:
      ccontrol resume press-3
      ccontrol resume north --reason "network work is done"
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    target = target_of(target_named(configured(here), name))
    ended = end_pause(target, reason, here.clock)
    if as_json:
        emit("ccontrol/resume/1", {**named(target), "ended": ended})
    elif ended is None:
        say(f"{target.words} was not paused; nothing was changed.")
    else:
        say(f"{target.words} is asked again (paused since {stamp(ended.at)} UTC).", Tone.GOOD)
