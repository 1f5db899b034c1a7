"""`ccontrol approve`: a person takes over what was observed, with their own key."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from ccontrol.canonical.approvals import decision_path, render_decision
from ccontrol.cli.approvable import (
    Approvable,
    Chosen,
    approvable,
    require_paths,
    require_unmoved,
    tell,
)
from ccontrol.cli.decide import next_number
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import emit, say
from ccontrol.cli.plant import Watched, configured, controller_named, everything
from ccontrol.cli.show import found_change
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
from ccontrol.config.settings import Config, Site
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.approval import Decision, DecisionKind
from ccontrol.store.approving import Content
from ccontrol.store.message import Message

_ID_OR_COMMIT = re.compile(r"[0-9a-f-]+")


@dataclass(frozen=True, slots=True)
class _Words:
    """What somebody says of an approval."""

    ticket: str
    reason: str
    requested_by: str


def command(
    context: typer.Context,
    *,
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="CONTROLLER|CHANGE...",
            help="A controller: all of it as observed now. A change: what it left, no more.",
        ),
    ],
    ticket: TicketOption = "",
    reason: ReasonOption = "",
    paths: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Only these files or folders below plant/. May be given again.",
        ),
    ] = None,
    observed: Annotated[
        str,
        typer.Option(
            metavar="COMMIT",
            help="Approve controllers as of this commit of observed; otherwise the newest.",
        ),
    ] = "",
    reviewed: Annotated[
        str,
        typer.Option(
            metavar="COMMIT",
            help="The commit of observed that you reviewed: refused when one has moved since.",
        ),
    ] = "",
    with_unread: Annotated[
        bool,
        typer.Option("--with-unread", help="Also controllers of which something is unread."),
    ] = False,
    requested_by: RequesterOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be approved; sign nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="On a terminal, too, do not ask.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs; nothing is asked.")
    ] = False,
) -> None:
    """Approve what was observed: one commit on `approved`, signed with your own key.

    Shows what would be approved first, and on a terminal asks. Wants a ticket or a reason. Nobody
    approves what they asked for, nor what changed in a window that they asked for, unless the site
    says so. The same bytes at the same paths, so that `git diff approved observed -- plant/` shows
    what is not approved; of a change also a decision that names it. The daemon judges the changes
    anew within seconds. Stock git on a clone does the same, see docs/approvals.md.

    \b
    Example:
      ccontrol approve press-3 --dry-run
      ccontrol approve press-3 --ticket T-4711 --reason "retrofit" --key ~/.ssh/id_ed25519
      ccontrol approve 20261123-5f0c --ticket T-4712 --key ~/.ssh/id_ed25519_sk.pub
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    if not (ticket.strip() or reason.strip() or dry_run):
        raise typer.BadParameter("want --ticket or --reason: whoever approves says why")
    here = invocation(context)
    config = configured(here)
    found = {name: _chosen(config, name) for name in names}
    with desk(here, config, _one_site(found), repository) as table:
        told = _told(table, found, observed, reviewed, tuple(paths or ()))
        for one in () if as_json else told:
            tell(table, one)
        commit = ""
        if not dry_run:
            _require_ready(told, with_unread=with_unread)
            if not (yes or as_json or _agreed(told)):
                say("nothing was signed")
                return
            words = _Words(ticket, reason, requested_by)
            commit = table.sign(key, _edits(table, told, words), _message(told, words))
        if as_json:
            emit("ccontrol/approve/1", _json(table, told, commit))
        elif commit:
            say_signed(table, commit, f"{_words(told)}: approved")


def _chosen(config: Config, name: str) -> tuple[Site, Chosen]:
    """Return what a name means: a controller comes first."""
    ids = {each.controller.id for each in everything(config)}
    if name in ids or "/" in name or not _ID_OR_COMMIT.fullmatch(name):
        watched = controller_named(config, name)
        return watched.site, watched
    return found_change(config, name)


def _one_site(found: Mapping[str, tuple[Site, Chosen]]) -> Site:
    sites = {site.name: site for site, _ in found.values()}
    if len(sites) > 1:
        raise UnknownNameError(
            "these lie at several sites, each with an approved of its own",
            hint="Approve one site after another.",
        )
    return next(iter(sites.values()))


def _told(
    table: Desk,
    found: Mapping[str, tuple[Site, Chosen]],
    observed: str,
    reviewed: str,
    paths: tuple[str, ...],
) -> tuple[Approvable, ...]:
    commit = table.observed_commit(observed)
    told = tuple(approvable(table, name, one, commit, paths) for name, (_, one) in found.items())
    require_paths(table, told, paths)
    if reviewed:
        seen = table.observed_commit(reviewed)
        for each, (_, one) in zip(told, found.values(), strict=True):
            if isinstance(one, Watched):
                require_unmoved(table, each, seen)
    return told


def _require_ready(told: tuple[Approvable, ...], *, with_unread: bool) -> None:
    """Refuse what nobody should sign without knowing. Raises StoreError."""
    if not any(one.is_news for one in told):
        raise StoreError("nothing would change", hint="It is approved as it is already.")
    blind = [one for one in told if one.unread and one.is_news]
    if blind and not with_unread:
        raise StoreError(
            f"{blind[0].name} has something unread: {blind[0].unread[0]}",
            hint="You would approve what nobody has read. If that is meant, say --with-unread.",
        )


def _agreed(told: tuple[Approvable, ...]) -> bool:
    """Ask, where somebody can answer. A script has named its key: that is word enough."""
    return not sys.stdin.isatty() or typer.confirm(f"Approve {_words(told)}?")


def _words(told: tuple[Approvable, ...]) -> str:
    return ", ".join(one.name for one in told if one.is_news)


def _edits(table: Desk, told: tuple[Approvable, ...], words: _Words) -> dict[str, Content]:
    """Return what is signed: files as observed, and of each change that was named a decision."""
    edits = {path: entry for one in told for path, entry in one.edits.items()}
    for one in told:
        if one.is_decided:
            decision = Decision(
                one.change_id,
                next_number(table, one.change_id),
                DecisionKind.APPROVE,
                one.controller_id,
                reason=words.reason,
                ticket=words.ticket,
                requester=words.requested_by,
            )
            edits[decision_path(decision)] = render_decision(decision)
    return edits


def _message(told: tuple[Approvable, ...], words: _Words) -> Message:
    meant = [one for one in told if one.is_news]
    return Message(
        f"approve {_words(told)}",
        words.reason,
        trailers(
            "approval",
            controller=" ".join(dict.fromkeys(one.controller_id for one in meant)),
            change_id=" ".join(one.change_id for one in meant if one.change_id),
            ticket=words.ticket,
            reason=words.reason,
            requested_by=words.requested_by,
        ),
    )


def _json(table: Desk, told: tuple[Approvable, ...], commit: str) -> dict[str, object]:
    rows = [
        {
            "name": one.name,
            "controller_id": one.controller_id,
            "observed": one.observed,
            "added": one.added,
            "changed": one.changed,
            "removed": one.removed,
            "unread": one.unread,
            "changes": [change for change, _ in one.changes],
        }
        for one in told
    ]
    paths = [path for one in told for path in one.edits]
    return {"site": table.site.name, "commit": commit or None, "paths": paths, "approved": rows}
