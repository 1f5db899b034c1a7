"""`ccontrol behaviour`: who works on a controller, as it was learnt, and what is decided of it."""

from datetime import timedelta
from typing import Annotated

import typer

from ccontrol.canonical.behaviour import as_json
from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.deciding import record_about_station
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import Watched, configured, controller_named
from ccontrol.cli.site_files import learnt
from ccontrol.cli.times import stamp
from ccontrol.model.behaviour import HOURS, Behaviour, Habits, Station

_WEEKEND = 5
_EVERYBODY = "all"


def command(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="CONTROLLER")],
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATION",
            help="Its work here is usual from now on. An address, or a MAC where there is none. "
            "May be given again.",
        ),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATION",
            help="It is new when it comes again; `all`: all of it is learnt anew. May be given "
            "again.",
        ),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print which stations work on a controller, when and how, as counts that were learnt.

    What differs from them after the learning time is told as a finding. A new station stands until
    somebody accepts or forgets it. Works beside a running daemon, which takes a decision within
    seconds; decisions are kept with who made them.

    \b
    Example:
      ccontrol behaviour press-3
      ccontrol behaviour press-3 --accept 10.0.0.66
      ccontrol behaviour press-3 --forget all
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    watched = controller_named(configured(here), name)
    for station in accept or []:
        record_about_station(watched, station, here.clock, accept=True)
        ran = Ran(f"accepted {station!a}", "", watched.controller.id)
        audit(watched.site, here.clock, ran)
    for station in forget or []:
        whom = "" if station == _EVERYBODY else station
        record_about_station(watched, whom, here.clock, accept=False)
        ran = Ran(f"forgot {station!a}", "", watched.controller.id)
        audit(watched.site, here.clock, ran)
    known = learnt(watched.site).read(watched.controller.id)
    if as_json_:
        emit("ccontrol/behaviour/1", {"site": watched.site.name, **as_json(known)})
    else:
        _print(here, watched, known)


def _print(here: Invocation, watched: Watched, known: Behaviour) -> None:
    title = watched.controller.title
    if known.since is None:
        say(f"Nobody was seen to work on {title} yet.", Tone.QUIET)
        return
    until = known.since + timedelta(days=watched.site.learning_days)
    if here.clock.now() < until:
        say(f"{title} is learnt until {stamp(until)} UTC: whatever happens is usual.", Tone.CAUTION)
    else:
        say(f"{title} was learnt from {stamp(known.since)} to {stamp(until)} UTC.")
    for each in known.standing:
        say(f"  {each.oddness.value}: {each.text}", Tone.BAD)
    columns = ("station", "works on it", "days", "last", "hours (UTC)", "acts", "odd", "accepted")
    show(Sheet(columns, tuple(_row(each) for each in known.stations)))
    if known.left_out:
        say(f"{known.left_out} times a further station was seen than are kept.", Tone.QUIET)


def _row(station: Station) -> tuple[str | Cell, ...]:
    odd = _acts(station.odd)
    return (
        station.name,
        "yes" if station.engineers else "no",
        str(station.days),
        f"{stamp(station.last)}",
        _hours(station.usual),
        _acts(station.usual),
        Cell(odd, Tone.BAD),
        station.accepted,
    )


def _acts(habits: Habits) -> str:
    return ", ".join(f"{each.action} {each.count}" for each in habits.deeds)


def _hours(habits: Habits) -> str:
    """Return the hours of working days and of weekends, e.g. "08-10, 14; weekend 09"."""
    worked = sorted({slot % HOURS for slot, _ in habits.hours if slot // HOURS < _WEEKEND})
    weekend = sorted({slot % HOURS for slot, _ in habits.hours if slot // HOURS >= _WEEKEND})
    parts = (_spans(worked), f"weekend {_spans(weekend)}" if weekend else "")
    return "; ".join(part for part in parts if part)


def _spans(hours: list[int]) -> str:
    spans: list[list[int]] = []
    for hour in hours:
        if spans and spans[-1][-1] == hour - 1:
            spans[-1].append(hour)
        else:
            spans.append([hour])
    return ", ".join(
        f"{span[0]:02}" if len(span) == 1 else f"{span[0]:02}-{span[-1]:02}" for span in spans
    )
