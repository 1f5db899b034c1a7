"""`ccontrol approve`: a person takes over what was observed, with their own key."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ccontrol.canonical.approvals import decision_path, render_decision
from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT
from ccontrol.cli.decide import about
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import emit
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
from ccontrol.errors import UnknownNameError
from ccontrol.model.approval import Decision, DecisionKind
from ccontrol.poll.authorising import left_by
from ccontrol.store.approved import changed_files
from ccontrol.store.approving import Content
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message
from ccontrol.store.objects import Entry

Chosen = Watched | IndexedChange


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
            help="The commit of observed that was reviewed; otherwise the newest.",
        ),
    ] = "",
    requested_by: RequesterOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Approve what was observed: one commit on `approved`, signed with your own key.

    The same bytes at the same paths, so that `git diff approved observed -- plant/` shows what is
    not approved; of a change also a decision that names it. The daemon judges the changes anew
    within a minute. Stock git on a clone does the same, see docs/approvals.md.

    \b
    Example:
      ccontrol approve press-3 --ticket T-4711 --reason "retrofit" --key ~/.ssh/id_ed25519
      ccontrol approve 20261123-5f0c --ticket T-4712 --key ~/.ssh/id_ed25519_sk.pub
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    chosen = [_chosen(config, name) for name in names]
    site = _one_site(chosen)
    with desk(here, config, site, repository) as table:
        edits: dict[str, Content] = {}
        wanted = Decision(
            "",
            0,
            DecisionKind.APPROVE,
            "",
            reason=reason,
            ticket=ticket,
            requester=requested_by,
        )
        for _site, one in chosen:
            edits |= dict(_edits(table, one, observed, tuple(paths or ())))
            if isinstance(one, IndexedChange) and not paths:  # some of it is no decision about it
                decision = about(table, one, wanted)
                edits[decision_path(decision)] = render_decision(decision)
        changes = " ".join(one.change_id for _, one in chosen if isinstance(one, IndexedChange))
        named = " ".join(dict.fromkeys(_controller(one) for _, one in chosen))
        message = Message(
            f"approve {', '.join(names)}",
            reason,
            trailers(
                "approval",
                controller=named,
                change_id=changes,
                ticket=ticket,
                reason=reason,
                requested_by=requested_by,
            ),
        )
        commit = table.sign(key, edits, message)
        if as_json:
            emit("ccontrol/approve/1", {"site": site.name, "commit": commit, "paths": list(edits)})
        else:
            say_signed(table, commit, f"{', '.join(names)}: approved")


def _chosen(config: Config, name: str) -> tuple[Site, Chosen]:
    """Return what a name means: a controller comes first."""
    ids = {each.controller.id for each in everything(config)}
    if name in ids or "/" in name:
        watched = controller_named(config, name)
        return watched.site, watched
    return found_change(config, name)


def _one_site(chosen: list[tuple[Site, Chosen]]) -> Site:
    sites = {site.name: site for site, _ in chosen}
    if len(sites) > 1:
        raise UnknownNameError(
            "these lie at several sites, each with an approved of its own",
            hint="Approve one site after another.",
        )
    return chosen[0][0]


def _controller(one: Chosen) -> str:
    return one.controller.id if isinstance(one, Watched) else one.controller_id


def _edits(
    table: Desk, one: Chosen, observed: str, paths: tuple[str, ...]
) -> Iterator[tuple[str, Content]]:
    """Yield what has to stand where on `approved`."""
    repository = table.repository
    if isinstance(one, Watched):
        commit = observed or table.heads.observed
        home = home_of(repository, one.controller.id, one.controller.area, commit)
        folder = home.folder(PLANT)
        left = _differing(table, folder, commit)
    else:
        home = home_of(repository, one.controller_id, "", one.commit)
        left = {
            path: None if sha1 is None else Entry(is_folder=False, sha1=sha1)
            for path, sha1 in left_by(repository, home, one.commit).items()
        }
    for path, entry in left.items():
        if not paths or any(path == each or path.startswith(f"{each}/") for each in paths):
            yield path, entry


def _differing(table: Desk, folder: str, commit: str | None) -> dict[str, Content]:
    repository, approved = table.repository, table.heads.approved
    wanted = repository.entry(folder, commit)
    if wanted is None:
        raise UnknownNameError(f"nothing of {folder} was observed yet")
    standing = repository.entry(folder, approved) if approved else None
    names = changed_files(repository, standing, wanted, folder)
    return {path: repository.entry(path, commit) for path in names}
