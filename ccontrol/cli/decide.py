"""What `reject`, `investigate` and `emergency` share: a decision about a change, signed."""

from dataclasses import replace
from pathlib import Path

from ccontrol.canonical.approvals import decision_path, decisions_folder, render_decision
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.output import emit
from ccontrol.cli.plant import configured
from ccontrol.cli.show import found_change
from ccontrol.cli.signing_desk import Desk, desk, say_signed, trailers
from ccontrol.model.approval import Decision, DecisionKind
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message


def decide(
    here: Invocation,
    change: str,
    wanted: Decision,
    *,
    key: Path | None,
    repository: Path | None,
    as_json: bool,
) -> None:
    """Sign a decision about a change; `wanted` says all but the change and the number."""
    config = configured(here)
    site, found = found_change(config, change)
    with desk(here, config, site, repository) as table:
        decision = about(table, found, wanted)
        message = Message(
            f"{decision.kind.value} {found.change_id}",
            decision.reason,
            trailers(
                "decision",
                controller=found.controller_id,
                change_id=found.change_id,
                ticket=decision.ticket,
                reason=decision.reason,
                requested_by=decision.requester,
            ),
        )
        path = decision_path(decision)
        commit = table.sign(key, {path: render_decision(decision)}, message)
        if as_json:
            emit("ccontrol/decision/1", {"site": site.name, "commit": commit, "decision": decision})
        else:
            say_signed(table, commit, f"{found.change_id}: {_WORDS[decision.kind]}")


def about(table: Desk, change: IndexedChange, wanted: Decision) -> Decision:
    """Return the next decision about a change; `wanted` says the rest."""
    return replace(
        wanted,
        change_id=change.change_id,
        number=next_number(table, change.change_id),
        controller_id=change.controller_id,
    )


def next_number(table: Desk, change_id: str) -> int:
    """Return the number of the next file among what people say about a change."""
    folder, approved = decisions_folder(change_id), table.heads.approved
    names = table.repository.names(folder, approved) if approved else ()
    return 1 + max((int(name[:4]) for name in names if name[:4].isdigit()), default=0)


_WORDS = {
    DecisionKind.REJECT: "rejected",
    DecisionKind.INVESTIGATE: "investigation noted",
    DecisionKind.EMERGENCY: "emergency noted",
    DecisionKind.APPROVE: "approved",
    DecisionKind.ATTEST: "attested",
}
