"""`ccontrol policy test`: the recorded history, judged by rules that are only tried."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.changes import severity_named
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, sites_named
from ccontrol.cli.policy_history import ORDER, SAME, Judged, counts, judged
from ccontrol.cli.times import back, stamp
from ccontrol.cli.tones import severity_tone
from ccontrol.config.policies import of_files, rules_of, zone_of
from ccontrol.config.settings import Site
from ccontrol.model.judgement import Severity, Verdict
from ccontrol.model.policy import Policy

_EXAMPLES = 5


def try_rules(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files of rules, on top of the built-in ones. Without any: the rules in force.",
        ),
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this one.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Not older: 90d, 12h, 2026-11-23.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Not newer.")] = None,
    severity: Annotated[
        str, typer.Option(metavar="WORD", help="From which severity on somebody is told.")
    ] = Severity.LOW.word,
    examples: Annotated[int, typer.Option(min=0, help="So many of each sort.")] = _EXAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Judge the recorded history anew: what these rules would have said of it. Writes nothing.

    Ends with code 1 when they say something else than was recorded, of any change.

    \b
    Example:
      ccontrol policy test rules/night.toml --site north --since 90d
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    now = here.clock.now()
    span = back(since, now) if since else None, back(until, now) if until else None
    least = severity_named(severity)
    told = []
    for each in sites_named(configured(here), site):
        policy = _tried(each, tuple(files or ()))
        told.append((each, tuple(judged(each, policy, *span))))
    if as_json:
        emit("ccontrol/policy-test/1", {"sites": [_result(s, f, least, examples) for s, f in told]})
    else:
        for each, found in told:
            _tell(each, found, least, examples)
    return int(any(one.against(least) != SAME for _, found in told for one in found))


def _tried(site: Site, files: tuple[Path, ...]) -> Policy:
    """Return the rules in force, or the files on the built-in ones, with the site's own names."""
    own = rules_of(site)
    return of_files(files, zone_of(site), own) if files else own


def _result(
    site: Site, found: tuple[Judged, ...], least: Severity, examples: int
) -> dict[str, object]:
    sorts = _by_sort(found, least)
    return {
        "site": site.name,
        "changes": len(found),
        "rules": counts(found),
        "differing": {sort: len(each) for sort, each in sorts.items()},
        "examples": [
            {
                "sort": sort,
                "change_id": one.change.change_id,
                "controller_id": one.change.controller_id,
                "taken_at": one.change.taken_at,
                "subject": one.change.subject,
                "recorded": _verdict(one.record.verdict),
                "now": _verdict(one.verdict),
            }
            for sort, each in sorts.items()
            for one in each[:examples]
        ],
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {"severity": verdict.severity, "rule": verdict.rule, "also": verdict.also}


def _by_sort(found: tuple[Judged, ...], least: Severity) -> dict[str, list[Judged]]:
    sorts: dict[str, list[Judged]] = {sort: [] for sort in ORDER}
    for one in found:
        if (sort := one.against(least)) != SAME:
            sorts[sort].append(one)
    return sorts


def _tell(site: Site, found: tuple[Judged, ...], least: Severity, examples: int) -> None:
    if not found:
        say(f"{site.name}: no such change in the history")
        return
    first, last = found[-1].change.taken_at, found[0].change.taken_at
    say(f"{site.name}: {len(found)} changes, {stamp(first)} to {stamp(last)} UTC")
    rows = tuple(
        (each.rule, str(each.decided), str(each.decided_then), str(each.matched))
        for each in counts(found)
    )
    show(Sheet(("rule", "decides", "as recorded", "matches"), rows))
    sorts = _by_sort(found, least)
    told = ", ".join(f"{len(each)} {sort}" for sort, each in sorts.items() if each)
    say(
        f"against what was recorded: {told or 'no difference'}", Tone.CAUTION if told else Tone.GOOD
    )
    cells = tuple(_cells(sort, one) for sort, each in sorts.items() for one in each[:examples])
    if cells:
        show(Sheet(("", "change", "recorded", "now", "what"), cells))
    for sort, each in sorts.items():
        if len(each) > examples:
            say(f"  … and {len(each) - examples} more {sort} (--examples, or --json)", Tone.QUIET)


def _cells(sort: str, one: Judged) -> tuple[str | Cell, ...]:
    then, now = one.record.verdict, one.verdict
    return (
        sort,
        Cell(one.change.change_id, Tone.QUIET),
        f"{then.severity.word} {then.rule}",
        Cell(f"{now.severity.word} {now.rule}", severity_tone(now.severity)),
        one.change.subject,
    )
