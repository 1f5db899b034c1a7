"""`ccontrol reject`: a person says that a change must not stay."""

from typing import Annotated

import typer

from ccontrol.cli.decide import decide
from ccontrol.cli.invocation import invocation
from ccontrol.cli.signing_desk import KeyOption, RepositoryOption, TicketOption
from ccontrol.model.approval import Decision, DecisionKind

ChangeArgument = Annotated[
    str, typer.Argument(metavar="CHANGE", help="Its id, or enough of the beginning.")
]


def command(
    context: typer.Context,
    *,
    change: ChangeArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it must not stay.")],
    ticket: TicketOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Reject a change, signed with your own key. Nothing is undone: ccontrol never writes to
    controllers.

    \b
    Example:
      ccontrol reject 20261123-5f0c --reason "limit was lowered by mistake" --key ~/.ssh/id_ed25519
    """  # noqa: D205, D301 — the text of --help, \b is click's mark for "keep these lines"
    wanted = Decision("", 0, DecisionKind.REJECT, "", reason=reason, ticket=ticket)
    here = invocation(context)
    decide(here, change, wanted, key=key, repository=repository, as_json=as_json)
