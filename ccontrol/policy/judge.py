"""Changes → verdict: the heaviest rule that applies decides, the techniques of all are named."""

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Severity, Verdict
from ccontrol.policy import rules
from ccontrol.policy.rules import Rule

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
EDIT_MARK = "edit_mark"
"""Field of a mark that moves with every edit, and does not tell which part was edited."""


def judge(changes: ChangeSet, attribution: Attribution, controller: Controller) -> Verdict:
    """Return the verdict on these changes of this controller.

    Findings count at a first sight too; everything else is simply new then. The origin does not
    weigh yet: no rule asks for it.
    """
    del attribution
    told = changes.changes
    if changes.first:
        told = tuple(change for change in told if change.kind is Kind.RAISED)
    alone = sum(change.aspect is Aspect.PROGRAM for change in told) == 1
    applied = [(_PRECEDENCE.index(change.kind), rule_for(change, alone=alone)) for change in told]
    quiet = rules.FIRST_SIGHT if changes.first else rules.NOTHING
    decisive = max(applied, key=_weight, default=(0, quiet))[1]
    techniques = {technique for _, rule in applied for technique in rule.techniques}
    severity = _raised(decisive.severity, controller)
    reason = decisive.reason
    if severity > decisive.severity:
        reason += f"; raised, since its criticality is {controller.criticality.value}"
    return Verdict(severity, decisive.id, reason, techniques=tuple(sorted(techniques)))


def rule_for(change: Change, *, alone: bool) -> Rule:
    """Return the rule that applies to one change; `alone`: no other is about the program."""
    if change.kind is Kind.CLEARED:
        return rules.FINDING_OVER
    if change.kind is Kind.RAISED:
        return rules.FINDINGS.get(change.unit.kind, rules.OTHER_FINDING)
    aspects = (change.aspect, *_aspect_before(change))
    if change.kind is Kind.CHANGED:
        if Aspect.PROTECTION in aspects and any(map(_is_lower, change.differences)):
            return rules.PROTECTION_LOWERED
        if alone and any(one.name == EDIT_MARK for one in change.differences):
            return rules.PROGRAM_EDITED
        if Aspect.MODE in aspects and any(map(_is_stop, change.differences)):
            return rules.MODE_STOPPED
    return max((rules.TABLE[one, change.kind] for one in aspects), key=lambda rule: rule.severity)


def _aspect_before(change: Change) -> list[Aspect]:
    """Return what a thing was before it passed for something else: the heavier of both counts."""
    told = [one.before for one in change.differences if one.name == "aspect"]
    return [aspect for aspect in Aspect if aspect.value in told]


def _weight(applied: tuple[int, Rule]) -> tuple[Severity, int]:
    precedence, rule = applied
    return rule.severity, -precedence


def _raised(severity: Severity, controller: Controller) -> Severity:
    if severity < rules.RAISED_FROM:
        return severity
    return Severity(min(severity + rules.STEPS[controller.criticality], Severity.CRITICAL))


def _is_lower(difference: Difference) -> bool:
    """A level that is not a number before and after is taken for lower: nobody can tell."""
    if "level" not in difference.name:
        return False
    before, after = difference.before, difference.after
    if isinstance(before, int) and isinstance(after, int):
        return after < before
    return True


def _is_stop(difference: Difference) -> bool:
    return isinstance(difference.after, str) and "STOP" in difference.after.upper()
