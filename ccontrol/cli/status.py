"""`ccontrol status`: how the plant is watched, and how well a change would be seen."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated

import typer

from ccontrol.approval.emergencies import DUE_DAYS
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, target_named
from ccontrol.cli.running import Live, Running, running
from ccontrol.cli.sight_words import sight_words
from ccontrol.cli.site_standing import BrokenSite, SiteStanding, site_standing
from ccontrol.cli.stamp_rows import stamps_row, tell_standing
from ccontrol.cli.standing_rows import ControllerStanding, attention, baseline_words
from ccontrol.cli.times import age, span, stamp
from ccontrol.cli.tones import outcome_tone, strength_tone
from ccontrol.cli.window_rows import tell_windows
from ccontrol.cli.witness_rows import is_deaf, tell_witnesses
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.errors import StoreError
from ccontrol.logic.printable import printable

_MEBI = 2**20
_ATTENTION = 1
_FOLDERS_SHOWN = 5


def command(
    context: typer.Context,
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SITE|CONTROLLER]...", help="All, if none is named."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="End with code 1 when something needs attention; a failed poll does "
            "when the one before it failed too.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Show how each controller is watched, and what is not seen.

    Name controllers to see them in detail: how well a change would be seen in each aspect, every
    unread unit with its reason, every finding. Works with and without a running daemon; how sensors
    and other witnesses stand is known to a running one alone.

    \b
    Example:
      ccontrol status
      ccontrol status press-3
      ccontrol status --check || mail -s "ccontrol needs attention" ops@example.org </dev/null
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    now = here.clock.now()
    stood = [
        (_standing(config, site, here.clock, ids), running(site))
        for site, ids in _chosen(config, names or [])
    ]
    if as_json:
        rows = [_row(one, daemon, now) for one, daemon in stood]
        emit("ccontrol/status/1", {"config": config.path, "at": now, "sites": rows})
    else:
        for one, daemon in stood:
            _tell(one, daemon, now, in_detail=bool(names))
    broken = [one.error.exit_code for one, _ in stood if isinstance(one, BrokenSite)]
    needs = check and any(_needs(one, daemon, now) for one, daemon in stood)
    return max(broken, default=_ATTENTION if needs else 0)


def _chosen(config: Config, names: list[str]) -> list[tuple[Site, frozenset[str]]]:
    """Return the sites that are meant and, for each, which controllers; none means all."""
    wanted: dict[str, set[str]] = {}
    for name in names:
        found = target_named(config, name)
        if isinstance(found, Site):
            wanted.setdefault(found.name, set()).update(one.id for one in found.controllers)
        else:
            wanted.setdefault(found.site.name, set()).add(found.controller.id)
    return [
        (site, frozenset(wanted.get(site.name, ())))
        for site in config.sites
        if not names or site.name in wanted
    ]


def _standing(
    config: Config, site: Site, clock: Clock, ids: frozenset[str]
) -> SiteStanding | BrokenSite:
    try:
        return site_standing(config, site, clock, ids)
    except StoreError as error:  # its neighbours are not concerned
        return BrokenSite(site.name, error)


def _row(one: SiteStanding | BrokenSite, daemon: Running, now: datetime) -> dict[str, object]:
    if isinstance(one, BrokenSite):
        told: dict[str, object] = {
            "store": None,
            "polls_unknown": "",
            "folders": [],
            "channels": [],
            "time_stamps": None,
            "approved_fault": "",
            "undocumented": [],
            "strays": [],
            "configuration_fault": "",
            "windows": [],
            "controllers": [],
        }
    else:
        told = {
            "store": one.store,
            "polls_unknown": one.polls_unknown,
            "folders": one.folders,
            "channels": one.channels,
            "time_stamps": stamps_row(one.stamps, now),
            "approved_fault": one.approved_fault,
            "undocumented": one.undocumented,
            "strays": one.strays,
            "configuration_fault": one.configuration_fault,
            "windows": one.windows,
            "controllers": [_controller(status, now) for status in one.controllers],
        }
    error = one.error if isinstance(one, BrokenSite) else None
    trouble = {"trouble": str(error or ""), "hint": error.hint if error else ""}
    return {"site": one.site, **trouble, "daemon": daemon, **told}


def _controller(status: ControllerStanding, now: datetime) -> dict[str, object]:
    told = {field.name: getattr(status, field.name) for field in fields(status)}
    needs = attention(status, now)
    return {**told, "says": status.says, "unseen": status.unseen, "needs_attention": needs}


def _needs(one: SiteStanding | BrokenSite, daemon: Running, now: datetime) -> bool:
    if isinstance(one, BrokenSite):
        return True
    deaf = any(channel.failing_since or channel.lost for channel in one.channels)
    well = daemon.answers and not daemon.trouble and one.store.has_room
    unheard = any(is_deaf(witness, now) for witness in daemon.witnesses)
    late = one.approved_fault or any(each.overdue for each in one.undocumented)
    unstamped = one.stamps is not None and one.stamps.needs_somebody(now)
    trouble = one.folders or deaf or unheard or late or unstamped or one.configuration_fault
    sound = well and not trouble
    return not sound or any(attention(status, now, passing=False) for status in one.controllers)


def _tell(
    one: SiteStanding | BrokenSite, daemon: Running, now: datetime, *, in_detail: bool
) -> None:
    say(f"{one.site}: {daemon.words}", Tone.GOOD if daemon.answers else Tone.BAD)
    if isinstance(one, BrokenSite):
        say(f"  nobody can tell how it stands: {one.error}", Tone.BAD)
        say(f"  → {one.error.hint}")
        return
    _tell_store(one, now)
    _tell_folders(one, in_detail=in_detail)
    _tell_channels(one)
    tell_standing(one.stamps, now)
    tell_witnesses(daemon, now, in_detail=in_detail)
    if one.polls_unknown:
        say(f"  what came of the last polls is unknown: {one.polls_unknown}", Tone.BAD)
    _tell_approved(one)
    tell_windows(one.windows, now)
    if daemon.trouble:
        what = "trouble: " if daemon.answers else ""
        say(f"  {what}{daemon.trouble}", Tone.BAD)
        say(f"  → {daemon.hint}")
    if not one.controllers:
        say("  no controllers yet: the configuration names none")
        return
    show(
        Sheet(
            ("controller", "area", "last poll", "last success", "next", "needs attention"),
            tuple(_cells(status, daemon, now) for status in one.controllers),
        )
    )
    for status in one.controllers if in_detail else ():
        _tell_detail(status, now)


def _tell_store(one: SiteStanding, now: datetime) -> None:
    store = one.store
    say(f"  store {store.path}, last commit {age(store.last_commit_at, now)}")
    free = f"{store.free_bytes // _MEBI:,} MiB free"
    if not store.has_room:
        say(f"  {free}, below the low-water mark of {store.low_water_bytes // _MEBI:,}", Tone.BAD)
    if store.waiting_in_spool:
        say(f"  {store.waiting_in_spool} polls wait for the store to take them", Tone.CAUTION)
    if store.set_aside:
        say(f"  {store.set_aside} polls could not be understood and were set aside", Tone.CAUTION)


def _tell_folders(one: SiteStanding, *, in_detail: bool) -> None:
    told = one.folders if in_detail else one.folders[:_FOLDERS_SHOWN]
    for complaint in told:
        say(f"  {complaint.sentence}, since {stamp(complaint.since)} UTC", Tone.BAD)
    if len(told) < len(one.folders):
        more = len(one.folders) - len(told)
        say(f"  and {more} more of watched folders: name the site to see them", Tone.BAD)


def _tell_channels(one: SiteStanding) -> None:
    for channel in one.channels:
        waits = f"{channel.waiting} alerts wait" if channel.waiting else ""
        lost = f"{channel.lost} were lost: its queue was full" if channel.lost else ""
        failing = f"takes nothing since {channel.failing_since}: {channel.failure}"
        told = [failing if channel.failing_since else "", waits, lost]
        if any(told):
            tone = Tone.BAD if channel.failing_since or lost else Tone.PLAIN
            say(f"  channel {channel.name}: {'; '.join(filter(None, told))}", tone)


def _tell_approved(one: SiteStanding) -> None:
    if one.approved_fault:
        say(f"  approved does not count as it stands: {one.approved_fault}", Tone.BAD)
        say("  → See docs/approvals.md, When something on approved does not count.")
    if one.configuration_fault:
        say(f"  {one.configuration_fault}", Tone.BAD)
        say("  → A configurator reads it and signs it: `ccontrol config approve`.")
    for each in one.undocumented:
        late = f", overdue: it was due within {DUE_DAYS} days" if each.overdue else ""
        say(
            f"  emergency {each.change_id} of {each.controller_id}, declared"
            f" {stamp(each.since)} UTC by {each.by}: its documentation is missing{late}",
            Tone.BAD if each.overdue else Tone.CAUTION,
        )
    for folder in one.strays:
        say(f"  {folder} differs from what is approved, and is of no configured controller")


def _cells(status: ControllerStanding, daemon: Running, now: datetime) -> tuple[str | Cell, ...]:
    tone = Tone.PLAIN if status.outcome is None else outcome_tone(status.outcome)
    needs = "; ".join(attention(status, now))
    live = daemon.controllers.get(status.controller_id)
    return (
        status.controller_id,
        status.area,
        Cell(status.says, tone),
        Cell(_success(status, now), Tone.BAD if status.stale else Tone.PLAIN),
        "" if status.paused else _next(status, live, now),
        Cell(needs, Tone.CAUTION),
    )


def _success(status: ControllerStanding, now: datetime) -> str:
    return age(status.succeeded_at, now, nothing="unknown" if status.polls_unknown else "never")


def _next(status: ControllerStanding, live: Live | None, now: datetime) -> str:
    if live is None:
        return ""
    if live.asking:
        return f"now ({live.asking})"
    held = f", deep read in {span(live.deep_read_in_s)}" if live.deep_read_in_s else ""
    return age(live.next_at or status.next_at, now, nothing="") + held


def _tell_detail(status: ControllerStanding, now: datetime) -> None:
    say()
    say(f"{status.controller_id} {status.name} ({status.address})")
    if status.polls_unknown:
        say("  last attempt and last success: unknown", Tone.BAD)
    else:
        _tell_polls(status, now)
    if status.owed_since:
        since = stamp(status.owed_since)
        say(f"  what moved at {since} UTC is not read yet: deep reads are limited", Tone.CAUTION)
    if status.failures_in_a_row:
        say(f"  {status.failures_in_a_row} failures in a row", Tone.BAD)
    if status.paused:
        say(f"  paused by {status.paused.by}: {status.paused.reason}", Tone.CAUTION)
    if status.baseline:
        say(f"  {baseline_words(status)}", Tone.PLAIN)
    if status.project_file:
        say(f"  project file {printable(status.project_file)}")
    _tell_sight(status)


def _tell_polls(status: ControllerStanding, now: datetime) -> None:
    look = f", depth {status.depth}" if status.depth else ""
    say(f"  last attempt {stamp(status.attempted_at)} UTC{look}: {status.says}")
    if status.reason:
        say(f"    {status.reason}")
    say(f"  last success {stamp(status.succeeded_at)} UTC, {_success(status, now)}")


def _tell_sight(status: ControllerStanding) -> None:
    for aspect, strength in status.strengths.items():
        words = sight_words(status.looks, aspect, strength)
        say(f"  {aspect:<14} {words}", strength_tone(strength))
    if status.unreadable:
        say(f"  what is stored of it cannot be read: {status.unreadable}", Tone.BAD)
    elif not status.strengths:
        say("  nothing of it is stored yet, so nothing can be compared", Tone.CAUTION)
    for unread in status.unread:
        say(f"  unread {unread.what}: {unread.reason}", Tone.BAD)
    for finding in status.findings:
        say(f"  finding {finding.code} {finding.subject}: {finding.text}", Tone.BAD)
