"""`ccontrol discover`: who else is there; what is known, new or gone; tables for what is new."""

import asyncio
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit_all
from ccontrol.cli.discovered import Plant, plant_of
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Cell, Sheet, Tone, counting, emit, say, show
from ccontrol.cli.plant import configured
from ccontrol.cli.times import age, span
from ccontrol.discovery import networks
from ccontrol.discovery.offer import offers
from ccontrol.discovery.standing import Row, Standing, rows
from ccontrol.discovery.sweep import Asking, Plan, Result
from ccontrol.drivers.registry import finders
from ccontrol.errors import ConfigMissingError

_DIFFERENT = 1
_TONES = {
    Standing.KNOWN: Tone.GOOD,
    Standing.GONE: Tone.BAD,
    Standing.NEVER: Tone.CAUTION,
    Standing.NEW: Tone.CAUTION,
    Standing.ELSEWHERE: Tone.CAUTION,
    Standing.RETIRED: Tone.QUIET,
}
_CALLS_FOR = frozenset({Standing.GONE, Standing.NEW, Standing.ELSEWHERE})
"""What somebody should look at: then the call ends with 1."""


def command(
    context: typer.Context,
    *,
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="NETWORK...", help="10.0.5.0/24, 10.0.5.7-10.0.5.9 or 10.0.5.7; IPv4."
        ),
    ],
    protocols: Annotated[
        list[str] | None,
        typer.Option("--protocol", metavar="NAME", help="Only over this one; may be repeated."),
    ] = None,
    broadcast: Annotated[
        bool, typer.Option("--broadcast", help="Ask the broadcast address of each network too.")
    ] = False,
    ports: Annotated[
        list[str] | None,
        typer.Option("--port", metavar="NAME=PORT", help="Another port; may be repeated."),
    ] = None,
    per_second: Annotated[
        float, typer.Option(min=0.1, max=1000.0, help="Most messages a second, all in all.")
    ] = 20.0,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=0.1, max=30.0, help="Seconds for one answer.")
    ] = 1.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, and stop.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; with --yes.")] = False,
) -> int:
    """Ask the addresses that you name who they are. Nothing that is found is stored or polled.

    It prints first what will be sent, and asks back. Controllers of the configuration are not
    asked: when they were heard last says whether they are there. Ends with 0 when nothing is new
    and nothing gone, else with 1.

    \b
    Example:
      ccontrol discover 10.0.5.0/24 --dry-run
      ccontrol discover 10.0.5.0/24 10.0.7.1-10.0.7.20 --protocol s7
      ccontrol discover 10.0.5.0/24 --broadcast --yes --json
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    askings = _askings(protocols or [], _ports(ports or []))
    plant = plant_of(here)
    plan = _plan(plant, named, askings, broadcast=broadcast, pace=(per_second, timeout_s))
    if as_json and (dry_run or not yes):
        raise typer.BadParameter("--json asks nobody back; say --yes once you have seen --dry-run")
    if dry_run or not yes:
        _tell_plan(plan, plant)
        if dry_run or not _agreed():
            say("Nothing was sent.")
            return 0
    _record(here, named)
    with counting(f"asking {', '.join(named)}", plan.questions) as told:
        result = asyncio.run(plan.carry_out(here.clock, told))
    meant = frozenset(map(str, networks.addresses(named)))
    found = rows(plant.known, meant, result.found)
    if as_json:
        emit("ccontrol/discover/1", _json(plan, plant, result, found))
    else:
        _tell(plant, result, found)
    return _DIFFERENT if any(row.standing in _CALLS_FOR for row in found) else 0


def _record(here: Invocation, named: list[str]) -> None:
    """Have the audit log of each configured site say that addresses were asked."""
    try:
        sites = configured(here).sites
    except ConfigMissingError:
        return
    audit_all(sites, here.clock, Ran("asked addresses", ", ".join(named)))


def _ports(said: Iterable[str]) -> dict[str, int]:
    ports = {}
    for each in said:
        name, _, number = each.partition("=")
        if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**16):
            raise typer.BadParameter(f"--port: want NAME=PORT like s7=102, got {each!r}")
        ports[name] = int(number)
    return ports


def _askings(chosen: list[str], ports: dict[str, int]) -> tuple[Asking, ...]:
    every = {finder.name: finder for finder in finders()}
    for name in (*chosen, *ports):
        if name not in every:
            known = ", ".join(every)
            raise typer.BadParameter(f"there is no protocol {name!r}; the protocols are: {known}")
    wanted = chosen or list(every)
    return tuple(
        Asking(finder, ports.get(name, finder.port))
        for name, finder in every.items()
        if name in wanted
    )


def _plan(
    plant: Plant,
    named: list[str],
    askings: tuple[Asking, ...],
    *,
    broadcast: bool,
    pace: tuple[float, float],
) -> Plan:
    try:
        meant = networks.addresses(named)
        everybody = networks.broadcasts(named) if broadcast else ()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    strangers = tuple(address for address in meant if not plant.known.at(str(address)))
    return Plan(askings, strangers, everybody, *pace)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is here to answer; say --yes once you have read this")
    return typer.confirm("Send this?")


def _tell_plan(plan: Plan, plant: Plant) -> None:
    spared = sum(bool(watch.addresses) for watch in plant.known.watches)
    say(f"{len(plan.addresses)} addresses, each asked once over each protocol:")
    for asking in plan.askings:
        say(f"  {asking.finder.name}, port {asking.port}: {asking.finder.question}", Tone.QUIET)
    if plan.broadcasts:
        say(f"Broadcast to {', '.join(map(str, plan.broadcasts))}.")
    least = span(plan.least_s)
    say(f"At most {plan.per_second:g} messages a second; {least}, longer where many answer.")
    if spared:
        reached = "; a broadcast reaches them too" if plan.broadcasts else ""
        say(f"Not asked: the {spared} controllers of the configuration{reached}.")
    for sentence in plant.unknown:
        say(sentence, Tone.CAUTION)


def _tell(plant: Plant, result: Result, found: tuple[Row, ...]) -> None:
    if found:
        show(_sheet(found, plant))
    else:
        say("Nobody answered, and no controller is configured there.")
    for sentence in plant.unknown:
        say(sentence, Tone.CAUTION)
    if result.outside:
        others = ", ".join(result.outside)
        say(f"Answered the broadcast, and was not named: {others}.", Tone.CAUTION)
    new = [row.found for row in found if row.standing is Standing.NEW and row.found]
    tables = list(offers(new, plant.ids, _default_ports()).values())
    if tables:
        say()
        say("For the configuration, below the [[site]] that they belong to; then name the area:")
        for table in tables:
            say()
            say(table)


def _default_ports() -> dict[str, int]:
    return {family: finder.port for finder in finders() for family in finder.families}


def _sheet(found: tuple[Row, ...], plant: Plant) -> Sheet:
    columns = ("", "address", "controller", "heard", "what", "order number", "firmware", "serial")
    return Sheet(
        (*columns, "note"),
        tuple(_cells(row, plant) for row in found),
    )


def _cells(row: Row, plant: Plant) -> tuple[str | Cell, ...]:
    found = row.found
    heard = age(row.heard_at, plant.known.now) if row.heard_at else ""
    said = ("", "", "", "", "")
    if found is not None:
        said = (found.title, found.order_number, found.firmware, found.serial, found.note)
    standing = Cell(row.standing.value, _TONES[row.standing])
    return (standing, row.address, row.controller_id, heard, *said)


def _json(plan: Plan, plant: Plant, result: Result, found: tuple[Row, ...]) -> dict[str, object]:
    new = [row.found for row in found if row.standing is Standing.NEW and row.found]
    tables = offers(new, plant.ids, _default_ports())
    return {
        "questions": plan.questions,
        "messages": result.messages,
        "outside": result.outside,
        "unknown": plant.unknown,
        "rows": [
            {
                "standing": row.standing,
                "address": row.address,
                "controller": row.controller_id or None,
                "heard_at": row.heard_at,
                "found": row.found and {**_said(row), "offer": tables.get(row.found)},
            }
            for row in found
        ],
    }


def _said(row: Row) -> dict[str, object]:
    found = row.found
    if found is None:
        return {}
    return {
        "port": found.port,
        "family": found.family or None,
        "title": found.title,
        "order_number": found.order_number,
        "firmware": found.firmware,
        "serial": found.serial,
        "note": found.note,
    }
