"""`ccontrol replay`: understand a capture elsewhere and later. Needs no store and no controller."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical import captures
from ccontrol.canonical.spoken import spoken
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.times import stamp
from ccontrol.drivers.registry import driver
from ccontrol.errors import BadFileError
from ccontrol.model.capture import Capture
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Confirmed, Read, Sighting, Snapshot
from ccontrol.model.unit import Unit, UnitId, Value

_NO_KEY = Seal(b"ccontrol replay: equal secrets look equal here, and only here")
_FIELDS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Replayed:
    """One line of the result: a unit, and what the capture says of it."""

    unit: UnitId
    sight: str
    """"read", "confirmed" or "unread"."""
    reason: str
    aspect: str
    title: str
    content: str
    fields: dict[str, Value]
    moving: dict[str, Value]


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written by `ccontrol capture`.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Interpret what a controller once answered, anywhere.

    It needs no store and no controller. Secrets are sealed with a key of this command's own, so
    seals differ from those in a store.

    \b
    Example:
      ccontrol capture press-3 press-3.capture
      ccontrol replay press-3.capture
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    capture = _read(file)
    snapshot = driver(capture.family).interpret(capture, _NO_KEY)
    units = [_replayed(unit, snapshot.sightings[unit]) for unit in sorted(snapshot.sightings)]
    if as_json:
        emit(
            "ccontrol/replay/1",
            {**_head(capture), "usable": snapshot.usable, "reason": snapshot.reason}
            | {"units": units, "findings": sorted(snapshot.findings), "log": snapshot.log}
            | {"listings": snapshot.listings, "strengths": snapshot.strengths},
        )
    else:
        _tell(capture, snapshot, units)


def _read(file: Path) -> Capture:
    try:
        with file.open("rb") as source:
            return captures.read(source)
    except OSError as error:
        raise BadFileError(f"{file}: {error.strerror}") from error


def _head(capture: Capture) -> dict[str, object]:
    return {
        "controller_id": capture.controller_id,
        "family": capture.family,
        "depth": capture.depth,
        "started_at": capture.started_at,
        "ended_at": capture.ended_at,
        "requests": capture.requests,
        "bytes_sent": capture.bytes_sent,
        "bytes_received": capture.bytes_received,
        "fault": capture.fault,
    }


def _replayed(unit_id: UnitId, sighting: Sighting) -> Replayed:
    match sighting:
        case Read(unit):
            return _of_unit(unit)
        case Confirmed():
            return Replayed(unit_id, "confirmed", "as when it was last read", "", "", "", {}, {})
        case _:
            return Replayed(unit_id, "unread", sighting.reason, "", "", "", {}, {})


def _of_unit(unit: Unit) -> Replayed:
    fields, moving = dict(unit.fields), dict(unit.moving)
    return Replayed(
        unit.id, "read", "", unit.aspect.value, unit.title, unit.content, fields, moving
    )


def _tell(capture: Capture, snapshot: Snapshot, units: list[Replayed]) -> None:
    say(
        f"{capture.controller_id} ({capture.family}), depth {capture.depth}, at "
        f"{stamp(capture.started_at)} UTC: {capture.requests} requests, "
        f"{capture.bytes_received} bytes received"
    )
    if capture.fault:
        say(f"ended early: {capture.fault}", Tone.BAD)
    if not snapshot.usable:
        say(f"not usable for comparison: {snapshot.reason}", Tone.BAD)
    show(Sheet(("unit", "aspect", "title", "facts"), tuple(_cells(unit) for unit in units)))
    for finding in sorted(snapshot.findings):
        say(f"finding {finding.code} {finding.subject}: {finding.text}", Tone.BAD)
    for entry in snapshot.log:
        say(f"log {entry.at} {entry.code} {entry.text}", Tone.QUIET)


def _cells(unit: Replayed) -> tuple[str | Cell, ...]:
    if unit.sight != "read":
        return str(unit.unit), "", Cell(unit.sight, Tone.CAUTION), unit.reason
    facts = {**unit.fields, **unit.moving}.items()
    shown = [f"{name}={spoken(value)}" for name, value in facts][:_FIELDS_SHOWN]
    more = f" … {len(facts) - len(shown)} more" if len(facts) > len(shown) else ""
    return str(unit.unit), unit.aspect, unit.title, " ".join(shown) + more
