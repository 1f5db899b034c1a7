"""`ccontrol import`: recordings and other sensors' logs into the log of witnesses."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.deciding import who
from ccontrol.cli.event_files import read_all, watchlist_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, complain, emit, say, working
from ccontrol.cli.plant import configured, configured_with_secrets, site_named
from ccontrol.config.settings import Config
from ccontrol.model.witness import Watch
from ccontrol.poll.addresses import as_ip
from ccontrol.poll.handing_in import Brought, concerning, hand_in
from ccontrol.poll.intake import Said
from ccontrol.sources.files import Reading
from ccontrol.sources.wire.table import Watchlist

_INCOMPLETE = 50
_SPOKEN = {"s7": "s7", "logix": "enip", "pccc": "enip"}
"""Family → what its controllers speak, as sources.wire.protocols names it."""
SOURCE = "import"


def command(
    context: typer.Context,
    *,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Recordings (pcap, pcapng) or logs; - for a pipe."),
    ],
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="Only for this site. Otherwise for all.")
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Whose word it is, for the log of witnesses.")
    ] = SOURCE,
    ports: Annotated[
        list[str] | None,
        typer.Option(
            "--port",
            metavar="PORT=PROTOCOL",
            help="A port on which controllers speak s7, enip, modbus, fins or ads, beside the "
            "usual ones and those of the configuration. May be given again.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take in what a recording of packets, or another sensor's log, holds of engineering.

    Events go into the log of witnesses of the site whose controller they concern, with who handed
    them in, through the daemon where one runs. A file is worth as much as the way by which it came:
    whoever could write it, could make it up. What stands there already is not taken in again. A
    recording also says when it watched and whom it heard. A file that ends early is taken in up to
    there, and the call ends with code 50.

    \b
    Example:
      ccontrol import night-shift.pcapng
      ccontrol import --source hall-2-tap --site north mirror-*.pcap
      ccontrol import cip.log eve.json --json
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    sites = [site_named(config, site)] if site else list(config.sites)
    readings = read_all(files, _watchlist(config, ports or []))
    said = [each for reading in readings for each in _said(reading, source)]
    config = configured_with_secrets(here)
    brought: list[Brought] = []
    for one in (each for each in config.sites if each.name in {site.name for site in sites}):
        with working(f"handing in to {one.name}"):
            own = concerning(one, config, said)
            brought.append(hand_in(config, one, own, f"{_named(source)} by {who()}", here.clock))
            audit(one, here.clock, Ran(f"handed in {len(own)} lines of {_named(source)}"))
    if as_json:
        emit("ccontrol/import/1", {"files": [_as_json(each) for each in readings],
                                   "sites": brought})  # fmt: skip
    else:
        _tell(readings, brought)
    if any(reading.fault for reading in readings):
        raise typer.Exit(_INCOMPLETE)


def _watchlist(config: Config, ports: list[str]) -> Watchlist:
    """Return where controllers are: by the options, and by the configuration."""
    everybody = [each for site in config.sites for each in site.controllers]
    known = [f"{each.port}={_SPOKEN[each.family]}" for each in everybody if each.family in _SPOKEN]
    addresses = [address for each in everybody if (address := as_ip(each.address))]
    return watchlist_of([*known, *ports], addresses)


def _said(reading: Reading, source: str) -> list[Said]:
    """Return what a file says: its events, and when it watched if it is a recording."""
    said: list[Said] = list(reading.events)
    if reading.since is not None and reading.until is not None:
        name = reading.name if source == SOURCE else _named(source)
        counts = reading.items, reading.dropped, reading.heard
        said.append(Watch(name, reading.since, reading.until, *counts))
    return said


def _named(source: str) -> str:
    """Return whose word it is: never a sensor's own, for a file came by somebody's hand."""
    return SOURCE if source == SOURCE else f"{SOURCE} of {source}"


def _weaknesses(reading: Reading) -> list[str]:
    return sorted({code for event in reading.events for code in event.testimony.weaknesses})


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        "name": reading.name,
        "witness": reading.witness,
        "events": len(reading.events),
        "weaknesses": _weaknesses(reading),
        "since": reading.since,
        "until": reading.until,
        "fault": reading.fault,
        "notes": reading.notes,
    }


def _tell(readings: list[Reading], brought: list[Brought]) -> None:
    for reading in readings:
        weak = _weaknesses(reading)
        but = f"; it does not tell: {', '.join(weak)}" if weak else ""
        say(f"{Path(reading.name).name}: {len(reading.events)} events{but}")
        if reading.since is not None:
            say(f"  it watched from {reading.since:%Y-%m-%d %H:%M:%S} to "
                f"{reading.until:%Y-%m-%d %H:%M:%S} UTC", Tone.QUIET)  # fmt: skip
        for note in filter(None, (*reading.notes, reading.fault)):
            complain(f"{reading.name}: {note}", Tone.CAUTION)
    for one in brought:
        taken = one.taken
        say(f"{one.site}: {taken.new} lines are new, {taken.known} were there already")
        for name, count in sorted(taken.controllers.items()):
            say(f"  {name}: {count} events")
        if taken.unknown:
            say(f"  {taken.unknown} events at addresses that no controller has", Tone.CAUTION)
        for change in one.judged:
            say(f"  {change.controller}: change {change.change_id} is judged anew: "
                f"{change.origin_before} before, {change.origin} ({change.confidence}) now",
                Tone.GOOD)  # fmt: skip
