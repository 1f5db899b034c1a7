"""`ccontrol policy explain`: which rules matched a change, and why the others did not."""

from typing import Annotated

import typer

from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured
from ccontrol.cli.policy_history import retired
from ccontrol.cli.show import found_change, read_change
from ccontrol.cli.tones import severity_tone
from ccontrol.config.policies import rules_of
from ccontrol.logic.printable import printable
from ccontrol.model.policy import Rule
from ccontrol.policy.explain import Explained, Why, explain
from ccontrol.poll.verdict_of_record import known_about, standing_at, verdict_by
from ccontrol.store.repository import Repository

_CHANGES = 5
_NEAREST = 10
_PARTS = 3
"""So many reasons are told of one rule."""


def tell_why(
    context: typer.Context,
    *,
    change: Annotated[
        str, typer.Argument(metavar="CHANGE", help="Its id, or enough of the beginning.")
    ],
    rule: Annotated[
        str | None, typer.Option(metavar="RULE", help="Only this rule, of every part.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All parts and all rules.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say which rules in force match a change, and of the others what does not hold.

    Of each part the rules that come nearest are told; --all tells every one.

    \b
    Example:
      ccontrol policy explain 20261123-5f0c
      ccontrol policy explain 20261123-5f0c --rule program-local
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    site, found = found_change(configured(invocation(context)), change)
    record = read_change(site, found).record
    own = {each.id: each for each in site.controllers}
    controller = own.get(record.controller_id) or retired(record)
    with Repository.open(site.store.path) as repository:
        standing = standing_at(repository, controller, found.commit)
    policy = rules_of(site)
    now = verdict_by(policy, record, controller, standing)
    at = known_about(record, standing)
    parts = tuple(explain(record.changes, record.attribution, controller, policy, at))
    told = tuple(
        _chosen(part, rule, every=every) for part in (parts if every else parts[:_CHANGES])
    )
    if as_json:
        emit(
            "ccontrol/policy-explain/1",
            {
                "change_id": record.change_id,
                "recorded": record.verdict,
                "now": now,
                "parts": [_row(part) for part in told],
                "parts_left_out": len(parts) - len(told),
            },
        )
        return
    say(found.subject)
    say(f"  recorded {record.verdict.severity.word} by {record.verdict.rule}")
    say(f"  now      {now.severity.word} by {now.rule}: {now.reason}", severity_tone(now.severity))
    for part in told:
        _tell(part)
    if len(parts) > len(told):
        say(f"… and {len(parts) - len(told)} more parts (--all tells them)", Tone.QUIET)


def _chosen(part: Explained, rule: str | None, *, every: bool) -> Explained:
    """Return the rules of a part that are told: what matched, then what came nearest."""
    if rule is not None:
        return Explained(part.change, tuple(why for why in part.rules if why.rule.id == rule))
    matched = tuple(why for why in part.rules if why.matched)
    others = sorted((why for why in part.rules if not why.matched), key=_distance)
    return Explained(part.change, (*matched, *(others if every else others[:_NEAREST])))


def _distance(why: Why) -> tuple[int, str]:
    return len(why.against), why.rule.id


def _row(part: Explained) -> dict[str, object]:
    rules = [
        {"rule": why.rule.id, "matched": why.matched, "against": why.against} for why in part.rules
    ]
    return {"unit": part.change.unit, "kind": part.change.kind, "rules": rules}


def _tell(part: Explained) -> None:
    say()
    say(f"{part.change.kind}: {printable(part.change.title)} ({part.change.unit})")
    rows = tuple(
        (why.rule.id, _weighs(why.rule), "matches" if why.matched else _reasons(why))
        for why in part.rules
    )
    show(Sheet(("rule", "weighs", ""), rows))


def _weighs(rule: Rule) -> str:
    return f"{rule.steps:+d}" if rule.severity is None else rule.severity.word


def _reasons(why: Why) -> str:
    more = f"; and {len(why.against) - _PARTS} more" if len(why.against) > _PARTS else ""
    return "; ".join(why.against[:_PARTS]) + more
