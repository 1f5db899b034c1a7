"""`ccontrol investigate`: who looks into a change, what they found, what came of it."""

from typing import Annotated

import typer

from ccontrol.cli.decide import decide
from ccontrol.cli.invocation import invocation
from ccontrol.cli.reject import ChangeArgument
from ccontrol.cli.signing_desk import KeyOption, ReasonOption, RepositoryOption, TicketOption
from ccontrol.model.approval import Decision, DecisionKind


def command(
    context: typer.Context,
    *,
    change: ChangeArgument,
    who: Annotated[str, typer.Option(metavar="PERSON", help="Who looks into it, or did.")] = "",
    findings: Annotated[str, typer.Option(metavar="TEXT", help="What was found.")] = "",
    conclusion: Annotated[
        str, typer.Option(metavar="TEXT", help="What came of it; without it, it is not over.")
    ] = "",
    reason: ReasonOption = "",
    ticket: TicketOption = "",
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Begin or end an investigation of a change, signed with your own key.

    Until there is a conclusion the change is under investigation. A conclusion approves nothing.

    \b
    Example:
      ccontrol investigate 20261123-5f0c --who ivy@plant --key ~/.ssh/id_ed25519
      ccontrol investigate 20261123-5f0c --findings "night shift, key of hall 2" \\
        --conclusion "trained anew, logic restored" --key ~/.ssh/id_ed25519
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    wanted = Decision(
        "",
        0,
        DecisionKind.INVESTIGATE,
        "",
        reason=reason,
        ticket=ticket,
        who=who,
        findings=findings,
        conclusion=conclusion,
    )
    here = invocation(context)
    decide(here, change, wanted, key=key, repository=repository, as_json=as_json)
