"""Changes → verdict: the heaviest rule that matches decides, all that match are named.

Each change is asked by itself, so that one more never makes a verdict lighter. The order of rules
counts for `stop` alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Severity, Verdict
from ccontrol.model.policy import Circumstances, Condition, Policy, Rule, Source
from ccontrol.policy.asking import Answer, ask, questions
from ccontrol.policy.facts import Sort, answer_change, answer_sort, sort_of, surroundings
from ccontrol.policy.rules import FIRST_SIGHT, NO_RULE, NOTHING, PROJECT_FILE

_PRECEDENCE = (
    Kind.RAISED,
    Kind.CHANGED,
    Kind.REMOVED,
    Kind.ADDED,
    Kind.LOST_SIGHT,
    Kind.RECOMPILED,
    Kind.REGAINED,
    Kind.FOUND,
    Kind.CLEARED,
)
"""Which kind gives its rule's name to a verdict where several weigh the same."""
_UNSPOKEN = {Source.CONTROLLER: NO_RULE, Source.FILE: PROJECT_FILE}
NOTHING_KNOWN = Circumstances()
_Left = tuple[Rule, Condition | bool]
"""A rule, and what of its condition is still to be asked."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One change, and what the rules make of it."""

    change: Change
    severity: Severity
    decisive: Rule
    moved_by: tuple[Rule, ...] = ()
    """Rules that raised or lowered it."""
    matched: tuple[Rule, ...] = ()
    """Every rule that matched, in the order of the rules."""


def judge(
    changes: ChangeSet,
    attribution: Attribution,
    controller: Controller,
    policy: Policy,
    circumstances: Circumstances = NOTHING_KNOWN,
) -> Verdict:
    """Return the verdict on these changes of this controller by these rules.

    Findings count at a first sight too; everything else is simply new then.
    """
    weighed = weigh(changes, attribution, controller, policy, circumstances)
    if not weighed:
        quiet = FIRST_SIGHT if changes.first else NOTHING
        return Verdict(quiet.severity or Severity.INFO, quiet.id, quiet.reason)
    heaviest = max(weighed, key=_weight)  # of equal ones the first, in the order of changes
    matched = {rule.id: rule for each in weighed for rule in each.matched}
    matched.pop(heaviest.decisive.id, None)
    techniques = {
        technique
        for rule in (*matched.values(), heaviest.decisive)
        for technique in rule.techniques
    }
    return Verdict(
        heaviest.severity,
        heaviest.decisive.id,
        _reason(heaviest),
        techniques=tuple(sorted(techniques)),
        also=tuple(rule.id for rule in sorted(matched.values(), key=_heaviest_first)),
    )


def judge_file(
    known: Severity,
    changes: ChangeSet,
    attribution: Attribution,
    controller: Controller,
    policy: Policy,
) -> Verdict:
    """Return the verdict on a dropped file; `known` is its gravest change by itself.

    A rule about files can make it graver, and gives its name where it weighs as much.
    """
    at = Circumstances(source=Source.FILE)
    found = judge(changes, attribution, controller, policy, at)
    if found.rule != PROJECT_FILE.id and found.severity >= known:
        return found
    also = found.also if found.rule == PROJECT_FILE.id else (found.rule, *found.also)
    return replace(
        found, severity=known, rule=PROJECT_FILE.id, reason=PROJECT_FILE.reason, also=also
    )


def weigh(
    changes: ChangeSet,
    attribution: Attribution,
    controller: Controller,
    policy: Policy,
    circumstances: Circumstances,
) -> tuple[Weighed, ...]:
    """Return what the rules make of each change, in the order of the changes."""
    around = surroundings(attribution, controller, circumstances, policy)
    speaking = (rule for rule in policy.rules if circumstances.source in rule.sources)
    left = tuple(_still(((rule, rule.when) for rule in speaking), around.answer))
    by_sort: dict[Sort, tuple[_Left, ...]] = {}
    found = []
    for change, sort in sorted_out(changes):
        if sort not in by_sort:
            by_sort[sort] = tuple(_still(left, partial(answer_sort, sort)))
        matched = tuple(_matching(by_sort[sort], change))
        found.append(_weighed(change, matched, _UNSPOKEN[circumstances.source]))
    return tuple(found)


def sorted_out(changes: ChangeSet) -> Iterator[tuple[Change, Sort]]:
    """Yield the changes that rules are asked about, each with its sort."""
    told = changes.changes
    if changes.first:
        told = tuple(change for change in told if change.kind is Kind.RAISED)
    counts = Counter(change.aspect for change in told)
    for change in told:
        yield change, sort_of(change, alone=counts[change.aspect] == 1)


def _still(rules: Iterator[_Left] | tuple[_Left, ...], answer: Answer) -> Iterator[_Left]:
    """Yield the rules that can still match, with what is left of their conditions."""
    for rule, condition in rules:
        left = condition if isinstance(condition, bool) else ask(condition, answer)
        if left is not False:
            yield rule, left


def _matching(rules: tuple[_Left, ...], change: Change) -> Iterator[Rule]:
    """Yield the rules that match, up to the first that says stop."""
    for rule, _ in _still(rules, partial(answer_change, change)):
        yield rule
        if rule.stop:
            return


def _weighed(change: Change, matched: tuple[Rule, ...], unspoken: Rule) -> Weighed:
    decisive = min((rule for rule in matched if rule.severity is not None), key=_rank, default=None)
    decisive = decisive or unspoken
    base = own_severity(decisive)
    moving = tuple(rule for rule in matched if rule.severity is None and base >= rule.least)
    steps = base + sum(rule.steps for rule in moving)
    severity = Severity(min(max(steps, Severity.INFO), Severity.CRITICAL))
    counted = tuple(rule for rule in matched if rule.severity is not None or rule in moving)
    return Weighed(change, severity, decisive, moving, counted)


def own_severity(rule: Rule) -> Severity:
    """Return what a rule weighs by itself; one with steps weighs nothing."""
    return Severity.INFO if rule.severity is None else rule.severity


def _rank(rule: Rule) -> tuple[int, int, str]:
    """The heaviest decides; of equal ones the one that asks more, then the alphabet."""
    return -own_severity(rule), -questions(rule.when), rule.id


def _heaviest_first(rule: Rule) -> tuple[int, str]:
    return -own_severity(rule), rule.id


def _weight(weighed: Weighed) -> tuple[Severity, int]:
    return weighed.severity, -_PRECEDENCE.index(weighed.change.kind)


def _reason(weighed: Weighed) -> str:
    """Return the deciding rule's reason, and what raised or lowered its weight, if anything did."""
    told = [weighed.decisive.reason]
    moving = weighed.moved_by
    if weighed.severity != own_severity(weighed.decisive) or not sum(rule.steps for rule in moving):
        told += (
            f"{'raised' if rule.steps > 0 else 'lowered'}, since {rule.reason}"
            for rule in sorted(moving, key=lambda rule: rule.id)
        )
    return "; ".join(told)
