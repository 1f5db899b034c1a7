"""`ccontrol enroll`: let a controller be read whole, after seeing what that costs it."""

import sys
from typing import Annotated

import typer

from ccontrol.cli.announcing import Announcement, announcement, declared_bytes
from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.deciding import enrolled_since, record_enrolment
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Sheet, Tone, emit, say, show
from ccontrol.cli.plant import Watched, configured, controllers_named
from ccontrol.cli.running import running
from ccontrol.cli.states import state_at
from ccontrol.cli.times import span, stamp
from ccontrol.drivers.registry import driver
from ccontrol.errors import UnreadableStateError
from ccontrol.store.repository import Repository

_MEGABYTE = 1_000_000


def command(
    context: typer.Context,
    *,
    controllers: Annotated[list[str], typer.Argument(metavar="CONTROLLER...")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what will be asked, for programs; enrol nothing.")
    ] = False,
) -> None:
    """Print what a controller will be asked and at what load; then enrol it.

    Until somebody enrols it, a controller is only glanced at and nothing of it is stored.

    \b
    Example:
      ccontrol enroll press-3
      ccontrol enroll press-3 mixer-1 --yes
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    chosen = controllers_named(configured(here), controllers)
    told = [
        announcement(each.controller, driver(each.controller.family).manifest, _declared(each))
        for each in chosen
    ]
    if as_json:
        emit("ccontrol/enroll/1", {"controllers": told})
        return
    sites = {each.site.name: each.site for each in chosen}
    watched_now = {name for name, site in sites.items() if running(site).answers}  # asked once
    for watched, one in zip(chosen, told, strict=True):
        _tell(one)
        before = enrolled_since(watched)
        if before is not None:
            say(f"{one.controller_id} is enrolled already: {stamp(before.at)} UTC by {before.by}")
        elif yes or _agreed(one.controller_id):
            record_enrolment(watched, here.clock)
            audit(watched.site, here.clock, Ran("enrolled", "", watched.controller.id))
            say(f"{one.controller_id} is enrolled. {_first_read(watched, watched_now)}", Tone.GOOD)
        else:
            say(f"{one.controller_id} is not enrolled; nothing was changed.")


def _declared(watched: Watched) -> int:
    """Return what its blocks declared when they were read last; 0 when nothing is stored of it."""
    with Repository.open(watched.site.store.path) as repository:
        try:
            state = state_at(repository, watched) if repository.head() else None
        except UnreadableStateError:  # told by status; no reason to enrol nobody
            state = None
    return 0 if state is None else declared_bytes(state)


def _first_read(watched: Watched, watched_now: set[str]) -> str:
    if watched.site.name in watched_now:
        return "The daemon reads it whole next."
    return f"`ccontrol poll {watched.controller.id}` or the daemon reads it whole first."


def _agreed(controller_id: str) -> bool:
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is here to answer; say --yes once you have read this")
    return typer.confirm(f"Enrol {controller_id}?")


def _tell(one: Announcement) -> None:
    say(f"{one.title} ({one.family}) at {one.address}")
    show(
        Sheet(
            ("look", "when", "requests", "bytes"),
            tuple(
                (look.depth, look.when, look.requests, look.bytes_each_way) for look in one.looks
            ),
        )
    )
    say(
        f"At most {one.requests_per_s:g} requests a second, shared by everything behind "
        f"{one.pace_shared_behind}; one connection, let go after each poll;"
    )
    most = span(one.longest_s)
    longer = (
        f", or {most} where its program takes so long" if one.longest_s > one.time_limit_s else ""
    )
    say(f"no poll longer than {span(one.time_limit_s)}{longer}.")
    program = f": a program of about {one.program_bytes / _MEGABYTE:.1f} MB"
    say(
        f"At most {one.bytes_limit} bytes are taken in one poll (bytes_limit)"
        f"{program if one.program_bytes else ''}. What is larger is not read; its poll says what "
        "to set."
    )
    if one.bytes_wanted > one.bytes_limit:
        say(
            f"Its blocks declared {one.declared_bytes} bytes when they were read last: they do not "
            f"fit. Set bytes_limit = {one.bytes_wanted}.",
            Tone.CAUTION,
        )
    if one.spare_connections:
        say(f"With fewer than {one.spare_connections} free connections it is left alone at once.")
    say("Only reads ever leave this machine:")
    for service in one.services:
        say(f"  {service}", Tone.QUIET)
