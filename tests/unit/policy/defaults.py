"""The built-in rules, by id and as the table that most of them make."""

from ccontrol.config.policies import built_in
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.judgement import Severity
from ccontrol.model.policy import Rule
from ccontrol.policy.rules import BESIDE_RULES

BUILT_IN = built_in()
BY_ID: dict[str, Rule] = {rule.id: rule for rule in (*BUILT_IN.rules, *BESIDE_RULES)}
RULES = {name: rule for name, rule in BY_ID.items() if rule.severity is not None}
"""Those that weigh something by themselves."""
STEPPING = {name: rule for name, rule in BY_ID.items() if rule.severity is None}
STEPS = {each: int(f"criticality-{each}" in BY_ID) for each in Criticality}
_KINDS = (*(Kind.ADDED, Kind.REMOVED, Kind.CHANGED, Kind.LOST_SIGHT), Kind.FOUND, Kind.REGAINED)
TABLE: dict[tuple[Aspect, Kind], Rule] = {
    (aspect, kind): RULES[f"{aspect}-{kind.replace(' ', '-')}"]
    for aspect in Aspect
    for kind in (*_KINDS, Kind.RECOMPILED)
}


def weight(rule: Rule) -> Severity:
    """What a rule weighs by itself."""
    assert rule.severity is not None
    return rule.severity
