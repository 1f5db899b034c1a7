"""`ccontrol window`: change windows, leave that is given beforehand."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from ccontrol.canonical.approvals import is_window_id, render_window, window_path
from ccontrol.cli.handed_over import sha256_of
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, controller_named, sites_named
from ccontrol.cli.signing_desk import (
    Desk,
    KeyOption,
    ReasonOption,
    RepositoryOption,
    RequesterOption,
    TicketOption,
    desk,
    say_signed,
    trailers,
)
from ccontrol.cli.times import local_moment
from ccontrol.cli.window_rows import TONES, WindowStanding, windows_of
from ccontrol.config.settings import Config, Site
from ccontrol.errors import UnknownNameError
from ccontrol.model.approval import ChangeWindow, ExpectedFile, Scope, WindowVersion
from ccontrol.model.aspect import Aspect
from ccontrol.policy.patterns import looks_like
from ccontrol.store.message import Message

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


def _window_id(text: str) -> str:
    if not is_window_id(text):
        raise typer.BadParameter(f"{text[:80]!a} is none: say CHG- and letters, digits and '-'")
    return text


WindowArgument = Annotated[
    str, typer.Argument(metavar="CHG-ID", help="E.g. CHG-4711.", callback=_window_id)
]


@group.callback()
def about_windows() -> None:
    """Give leave beforehand: who may change what, when.

    \b
    Example:
      ccontrol window list
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command()
def add(
    context: typer.Context,
    *,
    window_id: WindowArgument,
    controllers: Annotated[
        list[str],
        typer.Option(
            "--controller", metavar="NAME", help='Or a pattern: "mixer-*". May be repeated.'
        ),
    ],
    since: Annotated[
        str,
        typer.Option("--from", metavar="TIME", help="By the site's clock, or with an offset."),
    ],
    until: Annotated[str, typer.Option(metavar="TIME", help="Likewise.")],
    ticket: TicketOption = "",
    reason: ReasonOption = "",
    requested_by: RequesterOption = "",
    aspects: Annotated[
        list[Aspect] | None,
        typer.Option("--aspect", help="Only these may change. May be given again."),
    ] = None,
    objects: Annotated[
        list[str] | None,
        typer.Option(
            "--object", metavar="PATTERN", help="Only these units: OB/OB1, DB/*. May be repeated."
        ),
    ] = None,
    changes: Annotated[
        int, typer.Option(min=0, help="So many changes use it up; 0: any number.")
    ] = 0,
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="FILE", help="A file that is to be loaded: by SHA-256."),
    ] = None,
    zone: Annotated[str, typer.Option(metavar="NAME", help="Else the site's time zone.")] = "",
    emergency: Annotated[
        bool, typer.Option(help="What happens in it is an emergency, not authorised.")
    ] = False,
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Add a change window, signed with your own key. It counts for what happens after it was seen.

    Times without an offset are those of the site's clock; one that this clock shows twice or never
    is refused.

    \b
    Example:
      ccontrol window add CHG-4711 --controller press-3 --from 2026-11-23T18:00 \\
        --until 2026-11-23T22:00 --ticket T-4711 --reason retrofit --requested-by bob@plant \\
        --object "OB/*" --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    meant = [_meant(config, name) for name in controllers]
    if len({site.name for site, _ in meant}) != 1:
        raise UnknownNameError("a window is of one site", hint="Add one for each site.")
    site = meant[0][0]
    clock = _zone(zone or site.time_zone)
    window = ChangeWindow(
        id=window_id,
        controllers=tuple(dict.fromkeys(name for _, name in meant)),
        since=local_moment(since, clock),
        until=local_moment(until, clock),
        ticket=ticket,
        reason=reason,
        requester=requested_by,
        scope=Scope(frozenset(aspects or ()), tuple(objects or ())),
        changes_at_most=changes,
        files=tuple(map(_expected, files or ())),
        emergency=emergency,
        time_zone=clock.key,
    )
    _require_sense(window)
    with desk(here, config, site, repository) as table:
        told = f"{window.id} is open from {since} to {until} ({clock.key})"
        _sign(table, window, key, told, as_json=as_json)


@group.command()
def cancel(
    context: typer.Context,
    *,
    window_id: WindowArgument,
    reason: ReasonOption = "",
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Where it lies.")] = None,
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take a change window back. What happened in it before that is seen keeps its verdict.

    \b
    Example:
      ccontrol window cancel CHG-4711 --reason "postponed" --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    for chosen in sites_named(config, site):
        with desk(here, config, chosen, repository) as table:
            for version in _newest(table):
                if version.window.id == window_id:
                    taken_back = replace(version.window, cancelled=True, requester="")
                    told = f"{window_id} is taken back {reason}".strip()
                    _sign(table, taken_back, key, told, as_json=as_json)
                    return
    raise UnknownNameError(
        f"there is no change window {window_id!r}", hint="`ccontrol window list` lists them."
    )


@group.command("list")
def list_windows(
    context: typer.Context,
    *,
    site: Annotated[str | None, typer.Argument(metavar="[SITE]", help="All, if none.")] = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List change windows: open, soon (within a day), ahead, used, used up, not used, cancelled.

    \b
    Example:
      ccontrol window list
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    found: list[tuple[Site, tuple[WindowStanding, ...]]] = []
    for chosen in sites_named(config, site):
        if chosen.people is None:
            continue
        with desk(here, config, chosen, repository) as table:
            told = windows_of(table.site, table.approvals, here.clock.now())
            found.append((chosen, told))
    if as_json:
        sites = [{"site": chosen.name, "windows": told} for chosen, told in found]
        emit("ccontrol/windows/1", {"sites": sites})
        return
    for chosen, told in found:
        if not told:
            say(f"{chosen.name}: no change windows")
        else:
            show(Sheet(_COLUMNS, tuple(map(_cells, told)), chosen.name))


_COLUMNS = ("window", "stands", "from", "until", "controllers", "changes", "ticket", "approved by")


def _sign(table: Desk, window: ChangeWindow, key: Path | None, told: str, *, as_json: bool) -> None:
    message = Message(
        f"change window {window.id}",
        window.reason,
        trailers(
            "window",
            controller=" ".join(window.controllers),
            ticket=window.ticket,
            reason=window.reason,
            requested_by=window.requester,
        ),
    )
    commit = table.sign(key, {window_path(window.id): render_window(window)}, message)
    if as_json:
        emit("ccontrol/window/1", {"site": table.site.name, "commit": commit, "window": window})
    else:
        say_signed(table, commit, told)


def _newest(table: Desk) -> tuple[WindowVersion, ...]:
    newest = {version.window.id: version for version in table.approvals.windows}
    return tuple(newest.values())


def _cells(told: WindowStanding) -> tuple[str | Cell, ...]:
    window, zone = told.window, _zone(told.window.time_zone)
    seen = "" if told.seen_at else " (not seen by the daemon yet)"
    return (
        window.id,
        Cell(told.stands.value, TONES.get(told.stands, Tone.PLAIN)),
        f"{window.since.astimezone(zone):%Y-%m-%d %H:%M %Z}",
        f"{window.until.astimezone(zone):%Y-%m-%d %H:%M %Z}",
        ", ".join(window.controllers),
        f"{told.uses} of {window.changes_at_most}" if window.changes_at_most else str(told.uses),
        window.ticket,
        told.approved_by + seen,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise typer.BadParameter(f"no time zone: {name!r}") from error


def _expected(path: Path) -> ExpectedFile:
    return ExpectedFile(path.name, sha256_of(path))


def _meant(config: Config, name: str) -> tuple[Site, str]:
    """Return the site, and what stands in the window: an id, or a pattern that some id looks like.

    Raises UnknownNameError for what nobody could have meant.
    """
    if not any(sign in name for sign in "*?"):
        watched = controller_named(config, name)
        return watched.site, watched.controller.id
    site, _, pattern = name.rpartition("/")
    sites = [
        each
        for each in sites_named(config, site or None)
        if any(looks_like(pattern, one.id) for one in each.controllers)
    ]
    if not sites:
        raise UnknownNameError(f"no controller in the configuration looks like {name!r}")
    if len(sites) > 1:
        said = ", ".join(f"{each.name}/{pattern}" for each in sites)
        raise UnknownNameError(
            f"controllers of more than one site look like {name!r}", hint=f"Say which: {said}."
        )
    return sites[0], pattern


def _require_sense(window: ChangeWindow) -> None:
    """Refuse, by the names of the options, what would count nowhere. Raises BadParameter."""
    if window.until <= window.since:
        raise typer.BadParameter("--until is not after --from")
    if not window.ticket.strip() and not window.emergency:
        raise typer.BadParameter("want --ticket; only a window with --emergency may do without")
