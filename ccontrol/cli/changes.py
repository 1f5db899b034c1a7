"""`ccontrol changes`: what changed, newest first."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from ccontrol.canonical.origins import origin_words
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, complain, emit, say, show
from ccontrol.cli.plant import configured
from ccontrol.cli.retired import all_known_named
from ccontrol.cli.times import back, stamp
from ccontrol.cli.told_changes import Wanted, changes_in
from ccontrol.cli.tones import authorisation_tone, severity_tone
from ccontrol.config.settings import Config, Site
from ccontrol.errors import StoreError
from ccontrol.model.approval import Authorisation
from ccontrol.model.judgement import Origin, Severity
from ccontrol.store.index_rows import IndexedChange

_LIMIT = 50
_ORIGINS = ", ".join(Origin)
_AUTHORISATIONS = ", ".join(Authorisation)


OPEN = frozenset(
    {
        Authorisation.OUT_OF_SCOPE,
        Authorisation.OUT_OF_WINDOW,
        Authorisation.UNAUTHORISED,
        Authorisation.UNEXPLAINED,
        Authorisation.UNDER_INVESTIGATION,
    }
)
"""What somebody has still to approve, reject or explain."""


def command(
    context: typer.Context,
    *,
    controllers: Annotated[
        list[str] | None,
        typer.Option("--controller", metavar="CONTROLLER", help="Only this one; may be repeated."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Not older: 7d, 12h, 2026-11-23, 2026-11-23T18:00."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each site.")] = _LIMIT,
    severity: Annotated[
        str, typer.Option(metavar="WORD", help="At least: info, low, medium, high, critical.")
    ] = Severity.INFO.word,
    origins: Annotated[
        list[Origin] | None,
        typer.Option("--origin", metavar="WORD", help=f"Only {_ORIGINS}; may be repeated."),
    ] = None,
    authorisations: Annotated[
        list[Authorisation] | None,
        typer.Option(
            "--authorisation",
            metavar="WORD",
            help=f"Only {_AUTHORISATIONS}; may be repeated.",
        ),
    ] = None,
    is_open: Annotated[
        bool,
        typer.Option("--open", help="Only what still waits for somebody to approve or reject it."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """List what changed, newest first.

    A site whose history cannot be read is told; the call then ends with its error's code.

    \b
    Example:
      ccontrol changes --since 7d --severity high
      ccontrol changes --controller press-3 --limit 5
      ccontrol changes --open
      ccontrol changes --authorisation unauthorised --authorisation unexplained --origin local
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    earliest = back(since, here.clock.now()) if since else None
    wanted = Wanted(
        since=earliest,
        severity=severity_named(severity),
        origins=frozenset(origins or ()),
        authorisations=frozenset(authorisations or ()) | (OPEN if is_open else frozenset()),
        limit=limit,
    )
    found: list[tuple[Site, IndexedChange]] = []
    broken: list[tuple[Site, StoreError]] = []
    for site, ids in _wanted(config, controllers or []):
        try:
            told = changes_in(site, replace(wanted, controllers=ids))
        except StoreError as error:  # the histories of its neighbours are not concerned
            broken.append((site, error))
        else:
            found += ((site, change) for change in told)
    found.sort(key=_newest_last, reverse=True)
    if as_json:
        rows = [_row(site, change) for site, change in found]
        emit("ccontrol/changes/1", {"changes": rows, "unreadable": list(map(_trouble, broken))})
    elif found:
        show(_sheet(found, several_sites=len(config.sites) > 1))
    elif not broken:
        say("no such change in the history")
    return _ended(broken)


def _ended(broken: list[tuple[Site, StoreError]]) -> int:
    for site, error in broken:
        complain(f"ccontrol: {site.name}: its changes are not listed: {error}", Tone.BAD)
        complain(f"  → {error.hint}")
    return max((error.exit_code for _, error in broken), default=0)


def _trouble(broken: tuple[Site, StoreError]) -> dict[str, object]:
    site, error = broken
    return {"site": site.name, "trouble": str(error), "hint": error.hint}


def severity_named(word: str) -> Severity:
    """Read a severity. Raises typer.BadParameter."""
    for severity in Severity:
        if severity.word == word.lower():
            return severity
    raise typer.BadParameter(f"--severity: want info, low, medium, high or critical, got {word!r}")


def _wanted(config: Config, names: list[str]) -> list[tuple[Site, frozenset[str]]]:
    if not names:
        return [(site, frozenset()) for site in config.sites]
    chosen = all_known_named(config, names)
    ids = {
        site.name: frozenset(each.controller.id for each in chosen if each.site.name == site.name)
        for site in config.sites
    }
    return [(site, ids[site.name]) for site in config.sites if ids[site.name]]


def _newest_last(row: tuple[Site, IndexedChange]) -> datetime:
    return row[1].taken_at


def _row(site: Site, change: IndexedChange) -> dict[str, object]:
    return {
        "site": site.name,
        "change_id": change.change_id,
        "controller_id": change.controller_id,
        "commit": change.commit,
        "taken_at": change.taken_at,
        "severity": change.severity,
        "subject": change.subject,
        "aspects": change.aspects,
        "origin": change.origin,
        "confidence": change.confidence,
        "authorisation": change.authorisation,
        "previous": change.previous,
    }


def _sheet(found: list[tuple[Site, IndexedChange]], *, several_sites: bool) -> Sheet:
    judged = any(change.authorisation for _, change in found)
    said = ("authorisation",) if judged else ()
    columns = ("seen (UTC)", "severity", "origin", *said, "change", "what")
    return Sheet(
        ("site", *columns) if several_sites else columns,
        tuple(
            (*((site.name,) if several_sites else ()), *_cells(change, judged=judged))
            for site, change in found
        ),
    )


def _cells(change: IndexedChange, *, judged: bool) -> tuple[str | Cell, ...]:
    word = change.authorisation
    said = Cell(word.value, authorisation_tone(word)) if word else ""
    return (
        stamp(change.taken_at),
        Cell(change.severity.word, severity_tone(change.severity)),
        origin_words(change.origin, change.confidence),
        *((said,) if judged else ()),
        Cell(change.change_id, Tone.QUIET),
        change.subject,
    )
