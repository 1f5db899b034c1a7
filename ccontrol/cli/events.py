"""`ccontrol events`: what a recording of packets, or another sensor's log, holds of engineering."""

from typing import Annotated

import typer

from ccontrol.canonical.events import as_json, event_id
from ccontrol.cli.event_files import PortsOption, read_all, watchlist_of
from ccontrol.cli.output import Cell, Sheet, Tone, complain, emit, say, show
from ccontrol.model.engineering import Completeness, Effect, EngineeringEvent, Outcome, Touched
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.files import Reading

_TONES = {
    Effect.MODIFY: Tone.BAD,
    Effect.FIRMWARE: Tone.BAD,
    Effect.MODE: Tone.CAUTION,
    Effect.CONFIG: Tone.CAUTION,
    Effect.CREDENTIAL: Tone.CAUTION,
    Effect.PERSIST: Tone.CAUTION,
    Effect.CONTEXT: Tone.QUIET,
}
_NAMED = 4
"""Objects that a line names; the others are counted."""
_INCOMPLETE = 50


def command(
    *,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Recordings (pcap, pcapng) or logs; - for a pipe."),
    ],
    ports: PortsOption = None,
    controllers: Annotated[
        list[str] | None,
        typer.Option(
            "--controller",
            metavar="ADDRESS",
            help="An address that is a controller's, for when both ends use such a port. May be "
            "given again.",
        ),
    ] = None,
    changing: Annotated[
        bool,
        typer.Option("--changing", help="Leave out what only reads, and context."),
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what was done to controllers, as a recording of packets or a log shows it.

    Downloads, uploads, changes of mode, forces, writes, passwords (never their text), locks and
    sessions: who, to which controller, what, and what it answered. One line for a whole download.
    Needs no store and no configuration, and talks to nobody. A file that ends early is told up to
    there, and the call ends with code 50.

    \b
    Example:
      ccontrol events night-shift.pcapng
      ccontrol events --changing mirror-*.pcap
      tcpdump -r mirror.pcap -w - host 10.0.0.5 | ccontrol events -
      ccontrol events cip.log eve.json --json
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    readings = read_all(files, watchlist_of(ports or [], controllers or []))
    told = [(each, event) for each in readings for event in _wanted(each, changing=changing)]
    told.sort(key=lambda pair: (pair[1].first, pair[1].testimony.first))
    if as_json_:
        emit("ccontrol/events/1", _as_json(readings, [event for _, event in told]))
    else:
        _print(readings, [event for _, event in told])
    for reading in readings:
        _tell_gaps(reading)
    if any(reading.fault for reading in readings):
        raise typer.Exit(_INCOMPLETE)


def _wanted(reading: Reading, *, changing: bool) -> tuple[EngineeringEvent, ...]:
    if not changing:
        return reading.events
    quiet = (Effect.READ, Effect.CONTEXT)
    return tuple(event for event in reading.events if event.effect not in quiet)


def _as_json(readings: list[Reading], events: list[EngineeringEvent]) -> dict[str, object]:
    files = [
        {
            "name": reading.name,
            "witness": reading.witness,
            "items": reading.items,
            "watched": reading.watched,
            "fault": reading.fault,
            "notes": reading.notes,
        }
        for reading in readings
    ]
    return {
        "files": files,
        "events": [{"id": event_id(event), **as_json(event)} for event in events],
    }


def _print(readings: list[Reading], events: list[EngineeringEvent]) -> None:
    if events:
        several = len(readings) > 1
        columns = ("time", "controller", "by", "what", "of", "times", "answer", "seen in")
        show(Sheet(columns, tuple(_row(event, several=several) for event in events)))
    else:
        say("No engineering was seen.", Tone.QUIET)
    for reading in readings:
        say(
            f"{reading.name}: {reading.items} {_unit(reading)}, {reading.watched} of them to or "
            f"from controllers, {len(reading.events)} events",
            Tone.QUIET,
        )


def _unit(reading: Reading) -> str:
    return "packets" if reading.witness.value in {"recording", "live"} else "lines"


def _row(event: EngineeringEvent, *, several: bool) -> tuple[str | Cell, ...]:
    seen = event.testimony
    span = f"{seen.first}-{seen.last}" if seen.last != seen.first else str(seen.first)
    return (
        f"{event.first:%Y-%m-%d %H:%M:%S}",
        _controller(event),
        _actor(event),
        Cell(ACTIONS[event.action].words, _TONES.get(event.effect, Tone.PLAIN)),
        _objects(event),
        str(event.count) if event.count > 1 else "",
        _answer(event),
        f"{seen.name} {span}" if several else span,
    )


def _controller(event: EngineeringEvent) -> str:
    target = event.controller
    return " ".join((target.address or target.mac, *target.route))


def _actor(event: EngineeringEvent) -> str:
    """Return the address, and the name that the station gives itself, if it gives one."""
    actor = event.actor
    role = "" if actor.role.value in {"unknown", "other"} else f" {actor.role.value}"
    names = [claim.value for claim in actor.claims if not claim.kind.startswith("tsap")]
    return f"{actor.address or actor.mac}{role}{f' ({names[-1]})' if names else ''}"


def _objects(event: EngineeringEvent) -> str:
    names = [_object(each) for each in event.objects[:_NAMED]]
    more = len(event.objects) - _NAMED + event.objects_left_out
    return ", ".join((*names, f"{more} more") if more > 0 else names)


def _object(touched: Touched) -> str:
    named_by_kind = not touched.name or touched.name.startswith(touched.kind)
    name = touched.name or touched.kind
    if not named_by_kind:
        name = f"{touched.kind} {touched.name}"
    label = dict(touched.facts).get("name", "")
    sized = f" {touched.size} bytes" if touched.size else ""
    return f"{name}{f' {label!r}' if label else ''}{sized}"


def _answer(event: EngineeringEvent) -> Cell:
    if event.completeness is Completeness.FLOW:
        return Cell("encrypted", Tone.QUIET)
    text = _outcome(event.outcome)
    if event.completeness is Completeness.PARTIAL:
        text += ", packets missing" if event.testimony.witness.value == "recording" else ""
    return Cell(text, Tone.BAD if event.outcome.word == "refused" else Tone.PLAIN)


def _outcome(outcome: Outcome) -> str:
    errors = f" ({', '.join(outcome.errors)})" if outcome.errors else ""
    match outcome.word:
        case "done":
            return "done" if not outcome.unanswered else f"done, {outcome.unanswered} unanswered"
        case "partly":
            return f"{outcome.refused} refused{errors}"
        case "refused":
            return f"refused{errors}"
        case _:
            return "no answer seen"


def _tell_gaps(reading: Reading) -> None:
    for note in reading.notes:
        complain(f"{reading.name}: {note}", Tone.CAUTION)
    if reading.fault:
        complain(f"{reading.name}: {reading.fault}; everything before that was read", Tone.BAD)
        complain("  → Copy or record it again if what comes after matters.")
