"""`ccontrol pause`: nothing is asked of a controller or a site for a while."""

from datetime import datetime
from typing import Annotated

import typer

from ccontrol.cli.deciding import named, record_pause, target_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, target_named
from ccontrol.cli.times import ahead, stamp

_UNTIL_RESUMED = "resumed"


def command(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="SITE|CONTROLLER")],
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="30m, 2h, 3d, 2026-11-23T18:00 (UTC), or `resumed`: until somebody resumes it.",
        ),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="For the journal.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Stop asking within a second, durably, and journal it as a gap in coverage.

    It holds over a restart, and works with and without a running daemon. What changes meanwhile is
    seen afterwards, as one change.

    \b
    Example:
      ccontrol pause press-3 --until 2h --reason "STEP 7 session, work order 4711"
      ccontrol pause north --until 2026-11-23T18:00 --reason "network work in hall 2"
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    if not reason.strip():
        raise typer.BadParameter("--reason: say why, the journal keeps it")
    target = target_of(target_named(configured(here), name))
    end = _end(until, here.clock.now())
    pause = record_pause(target, end, reason, here.clock)
    if as_json:
        emit("ccontrol/pause/1", {**named(target), "paused": pause})
        return
    words = "until somebody resumes it" if end is None else f"until {stamp(end)} UTC"
    say(f"{target.words} is paused {words}; nothing is asked meanwhile.", Tone.CAUTION)


def _end(until: str, now: datetime) -> datetime | None:
    return None if until == _UNTIL_RESUMED else ahead(until, now)
