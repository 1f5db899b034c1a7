"""`ccontrol policy`: which rules hold, what they say of the past, and why of one change."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, sites_named
from ccontrol.cli.policy_trial import try_rules
from ccontrol.cli.policy_why import tell_why
from ccontrol.cli.tones import severity_tone
from ccontrol.config.policies import DEFAULT, of_files, rules_of
from ccontrol.model.policy import Rule
from ccontrol.policy.explain import words

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_policy() -> None:
    """Look at the rules that weigh changes; try others on the past.

    \b
    Example:
      ccontrol policy test rules/night.toml --since 90d
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("show")
def show_rules(
    context: typer.Context,
    *,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the rules in force, in the order in which they are asked, and where each stands.

    \b
    Example:
      ccontrol policy show --site north
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    sites = sites_named(configured(invocation(context)), site)
    if as_json:
        told = [{"site": each.name, "rules": _rows(rules_of(each).rules)} for each in sites]
        emit("ccontrol/policy-show/1", {"sites": told})
        return
    for each in sites:
        rows = tuple(_cells(rule) for rule in rules_of(each).rules)
        show(Sheet(("rule", "weighs", "stands in", "when"), rows, title=each.name))


@group.command("check")
def check_files(
    context: typer.Context,
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of rules.")],
) -> None:
    """Find every fault of files of rules in one go; needs no configuration.

    They stand on the built-in rules. Ends with code 10 when there are faults.

    \b
    Example:
      ccontrol policy check rules/*.toml
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    del context
    policy = of_files(tuple(files))
    own = sum(rule.told_in != DEFAULT for rule in policy.rules)
    every = len(policy.rules)
    noun = "rule" if own == 1 else "rules"
    say(f"no faults: {own} {noun} of these files, {every} with the built-in ones", Tone.GOOD)


group.command("test")(try_rules)
group.command("explain")(tell_why)


def _rows(rules: tuple[Rule, ...]) -> list[dict[str, object]]:
    return [
        {
            "id": rule.id,
            "told_in": rule.told_in,
            "severity": rule.severity,
            "steps": rule.steps,
            "from": rule.least,
            "stop": rule.stop,
            "source": rule.sources,
            "when": words(rule.when),
            "reason": rule.reason,
            "techniques": rule.techniques,
        }
        for rule in rules
    ]


def _cells(rule: Rule) -> tuple[str | Cell, ...]:
    if rule.severity is not None:
        weighs = Cell(rule.severity.word, severity_tone(rule.severity))
    else:
        weighs = Cell(f"{rule.steps:+d} from {rule.least.word}")
    stop = "; then stop" if rule.stop else ""
    return rule.id, weighs, rule.told_in, f"{words(rule.when)}{stop}"
