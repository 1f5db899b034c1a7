"""`ccontrol emergency`: a change that could not wait; why at once, its documentation afterwards."""

from typing import Annotated

import typer

from ccontrol.cli.decide import decide
from ccontrol.cli.invocation import invocation
from ccontrol.cli.reject import ChangeArgument
from ccontrol.cli.signing_desk import (
    KeyOption,
    RepositoryOption,
    RequesterOption,
    TicketOption,
)
from ccontrol.model.approval import Decision, DecisionKind


def command(
    context: typer.Context,
    *,
    change: ChangeArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it could not wait.")],
    documentation: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What was done and its result; may come later."),
    ] = "",
    ticket: TicketOption = "",
    requested_by: RequesterOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say that a change was an emergency, signed with your own key.

    The verdict says that its documentation is missing until a second call brings it. For work that
    is still to come there is `ccontrol window add --emergency`.

    \b
    Example:
      ccontrol emergency 20261123-5f0c --reason "press stuck open" --key ~/.ssh/id_ed25519
      ccontrol emergency 20261123-5f0c --reason "press stuck open" \\
        --documentation "valve Y4 replaced, FB12 network 3 bridged, tested" --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    wanted = Decision(
        "",
        0,
        DecisionKind.EMERGENCY,
        "",
        reason=reason,
        ticket=ticket,
        requester=requested_by,
        conclusion=documentation,
    )
    here = invocation(context)
    decide(here, change, wanted, key=key, repository=repository, as_json=as_json)
